"""What the words of a text say by themselves, without the encoder and without a query.

For a request or a transaction, which no model may hold up.
"""

from __future__ import annotations

from bots.understanding import catalogue, sentences

MOST_COVERED = 14  # words of a text that is nothing but thanks, say


def quoted(slug: str, text: str) -> str:
    """The words of a text that are a phrase of this detector; "" if there are none."""
    match = catalogue.phrasebook().match
    return next(filter(None, (match(one).quoted(slug) for one in sentences.split(text))), "")


def is_nothing_but(slug: str, text: str) -> bool:
    """Whether phrases of this detector are all that a text says."""
    said = sentences.split(text)
    if not said or "?" in text or sum(len(one.split()) for one in said) > MOST_COVERED:
        return False
    counted = [catalogue.phrasebook().match(one).covered(slug) for one in said]
    return all(0 < of_it == words for of_it, words in counted)


def share(slug: str, text: str) -> float:
    """How much of a text are phrases of this detector, 0 to 1."""
    counted = [catalogue.phrasebook().match(one).covered(slug) for one in sentences.split(text)]
    return sum(said for said, _ in counted) / max(1, sum(words for _, words in counted))


def wants_person(text: str) -> str:
    """The words that ask for a person, or "" if nobody is asked for."""
    return quoted("wants_person", text)


def asks_identity(text: str) -> str:
    """ "Are you a robot?": the words of a question about the assistant itself, or ""."""
    return quoted("asks_identity", text)


def is_courtesy(text: str) -> bool:
    """Whether a message says no more than thanks, or that it is fine."""
    return is_nothing_but("courtesy", text)


def is_greeting(text: str) -> bool:
    """Whether a message says no more than hello."""
    return is_nothing_but("greeting", text)
