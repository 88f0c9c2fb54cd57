"""What a customer's message says beside its question: the wish for a person, feeling, facts."""

from bots.understanding.facts import FoundFact, find_facts
from bots.understanding.feeling import Feeling, feel
from bots.understanding.person import asks_whether_human, wants_person

__all__ = ["Feeling", "FoundFact", "asks_whether_human", "feel", "find_facts", "wants_person"]
