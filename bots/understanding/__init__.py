"""What a customer's message says beside its question: the wish for a person, feeling, facts."""

from bots.understanding.facts import FoundFact, find_facts
from bots.understanding.feeling import Feeling, feel
from bots.understanding.person import asks_whether_human, wants_person
from bots.understanding.reading import Reading, understand

__all__ = [
    "Feeling",
    "FoundFact",
    "Reading",
    "asks_whether_human",
    "feel",
    "find_facts",
    "understand",
    "wants_person",
]
