"""What a customer's message says beside its question: wishes, feeling, topics, urgency, facts."""

from bots.understanding.courtesy import is_courtesy
from bots.understanding.facts import FoundFact, find_facts
from bots.understanding.feeling import Feeling, feel, feel_at_a_glance
from bots.understanding.person import asks_whether_human, wants_person
from bots.understanding.query import query_of
from bots.understanding.reading import (
    Reading,
    Said,
    Turn,
    encode_ahead,
    understand,
    understand_many,
    warm,
)
from tickets.conditions import Value

__all__ = [
    "Feeling",
    "FoundFact",
    "Reading",
    "Said",
    "Turn",
    "Value",
    "asks_whether_human",
    "encode_ahead",
    "feel",
    "feel_at_a_glance",
    "find_facts",
    "is_courtesy",
    "query_of",
    "understand",
    "understand_many",
    "wants_person",
    "warm",
]
