"""What a customer's message says beside its question: wishes, feeling, topics, urgency, facts."""

from bots.understanding.by_words import asks_identity, is_courtesy, is_greeting, wants_person
from bots.understanding.facts import FoundFact, find_facts
from bots.understanding.feeling import Feeling, feel
from bots.understanding.query import query_of
from bots.understanding.reading import (
    Analysis,
    Utterance,
    encode_ahead,
    sentences_of,
    understand,
    understand_many,
    vectors_of,
    warm,
)
from tickets.conditions import Value

__all__ = [
    "Analysis",
    "Feeling",
    "FoundFact",
    "Utterance",
    "Value",
    "asks_identity",
    "encode_ahead",
    "feel",
    "find_facts",
    "is_courtesy",
    "is_greeting",
    "query_of",
    "sentences_of",
    "understand",
    "understand_many",
    "vectors_of",
    "wants_person",
    "warm",
]
