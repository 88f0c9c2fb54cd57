"""What is looked for to answer a message: the whole of it, and each of its sentences that asks.

People write "Hi, my order number is KM-48213. I took the tent to Wales. How do I mend a pole? Thanks!"
The greeting, the number and the story pull the whole away from the article that answers the one
sentence that asks. So greetings, thanks and stated facts are left out, and what is left is looked for
as a whole and sentence by sentence; the surest finding counts.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from bots import telling
from bots.understanding import query_of
from knowledgebase import embeddings
from knowledgebase.embeddings import EncoderUnavailable, Vectors

logger = logging.getLogger(__name__)

MOST = 4  # of one message, the whole among them
ASKS = 2.0  # the weight of a sentence that asks, or says what is wrong: see telling.weigh
SAYS_NOTHING = -1.0  # of one that greets, thanks, or asks for help with nothing named
ENCODE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Query:
    """One text that is looked for, and its vector, which is None where no encoder was there."""

    text: str
    vector: Vectors | None = field(default=None, repr=False, compare=False)
    is_sentence: bool = False  # one of several; the whole message is none


def texts_of(message: str) -> list[str]:
    """The texts to look for: the whole without what says nothing, then the sentences that ask.

    Of a message of one sentence there is only the whole. Never empty, unless the message is.
    """
    sentences = [(one, telling.weigh(one)) for one in telling.sentences(message)]
    said = [(one, weight) for one, weight in sentences if weight > SAYS_NOTHING]
    if not said or len(said) == len(sentences):
        whole = query_of(telling.without_greeting(message))
    else:
        whole = query_of("\n".join(one for one, _weight in said))
    asking = [(query_of(one), weight) for one, weight in said if weight >= ASKS]
    if len(said) == 1:
        return [whole]
    surest = sorted(asking, key=lambda pair: -pair[1])[: MOST - 1]
    parts = [text for text, weight in asking if (text, weight) in surest and text]
    return list(dict.fromkeys([whole, *parts]))


def queries_of(message: str) -> list[Query]:
    """The queries of a message, encoded at once. Runs the encoder, so never inside a transaction."""
    return encoded(texts_of(message))


def encoded(texts: Sequence[str]) -> list[Query]:
    """Queries with their vectors; without any where the encoder is away, which the search says."""
    texts = [text for text in texts if text]
    if not texts:
        return []
    vectors: Sequence[Vectors | None] = [None] * len(texts)
    try:
        vectors = list(embeddings.encode(texts, timeout=ENCODE_SECONDS, awaited=True))
    except EncoderUnavailable as error:
        logger.warning("the question is not encoded: %s", error)
    return [
        Query(text, vector, is_sentence=place > 0)
        for place, (text, vector) in enumerate(zip(texts, vectors, strict=True))
    ]


def not_encoded(message: str) -> list[Query]:
    """The queries of a message, whose vectors the search makes itself."""
    texts = texts_of(message)
    return [Query(text, is_sentence=place > 0) for place, text in enumerate(texts)]
