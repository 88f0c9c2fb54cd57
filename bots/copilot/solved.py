"""What solved a similar conversation, as it can be said again to somebody else.

Only the words of an agent, without greeting and farewell, without every sentence that has to do with that
one customer (their name, a number, an address), and without what is about something else: conversations
are alike as a whole, and in each more is said than what is asked now. Nothing is rewritten.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bots import telling
from bots.queries import Query, encoded
from bots.similar import finding
from bots.similar.finding import Similar
from bots.understanding import find_facts
from bots.understanding.language import detect
from tickets.actors import Actor
from tickets.models import AuthorKind, Message, Ticket

ALIKE = 0.62  # cosine, from which what solved it is worth a suggestion
ABOUT_IT = 0.35  # cosine of a sentence, from which it has to do with what is asked
COMPARED = 2  # queries
LEAST, MOST = 8, 160  # words of it
FAREWELL = -2.0  # the weight below which a sentence greets or says goodbye
_PERSONAL = re.compile(r"\d{4,}|@|https?://|\b[A-Z]{1,3}-\d+")
_DONE_FOR_THEM = re.compile(
    r"\b(?:i(?:'ve| have)|we(?:'ve| have)|i|we) (?:just |already |now )?(?:refunded|sent|booked|"
    r"changed|cancelled|moved|posted|ordered|checked|looked|found|reshipped|dispatched|credited|spoke|"
    r"asked|put)\b|\b(?:your|ihre?) (?:parcel|order|refund|invoice|account|bestellung|paket) "
    r"(?:is|was|has|left|ist|wurde)\b|\b(?:today|tomorrow|yesterday|this (?:morning|afternoon|evening)|"
    r"on (?:mon|tues|wednes|thurs|fri|satur|sun)day|heute|morgen|gestern)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Solved:
    """What an agent wrote that solved another conversation, and where it stands."""

    text: str
    reference: str
    position: int
    cosine: float


def like(ticket: Ticket, *, actor: Actor, asked: Sequence[Query]) -> list[Similar]:
    """The solved conversations in which the like was asked, the nearest first; none without an encoder.

    `asked` is what is looked for, encoded already: the first two count.
    """
    wanted = [query.vector for query in asked[:COMPARED] if query.vector is not None]
    if not wanted:
        return []
    return [one for one in finding.to(ticket, actor=actor, wanted=wanted) if one.is_solved]


def to_say_again(
    similar: Sequence[Similar], *, asked: Sequence[Query], language: str
) -> Solved | None:
    """What solved the nearest one that says something general about what is `asked`; None if none does.

    Two statements. Runs the encoder, so never inside a transaction.
    """
    near = [one for one in similar if one.cosine >= ALIKE and one.position and not one.slug]
    for one in near[:2]:
        message = (
            Message.objects.filter(ticket__reference=one.reference, position=one.position or 0)
            .filter(author_kind=AuthorKind.AGENT)
            .select_related("ticket__customer")
            .first()
        )
        if message is None:
            continue
        names = message.ticket.customer.name.split()
        text = " ".join(about(general(message.body, names=names), asked))
        if LEAST <= len(text.split()) <= MOST and _in_language(text, language):
            return Solved(text, one.reference, message.position, one.cosine)
    return None


def general(body: str, *, names: Sequence[str] = ()) -> list[str]:
    """The sentences of a reply that hold for others, too, each as it was written."""
    return [one for one in telling.sentences(body) if _holds_for_others(one, names)]


def about(sentences: Sequence[str], asked: Sequence[Query]) -> list[str]:
    """Those that have to do with what is asked; none where the encoder is away."""
    wanted = [query.vector for query in asked if query.vector is not None]
    if not wanted or not sentences:
        return []
    return [
        sentence.text
        for sentence in encoded(sentences)
        if sentence.vector is not None
        and max(float(sentence.vector @ one) for one in wanted) >= ABOUT_IT
    ]


def _holds_for_others(sentence: str, names: Sequence[str]) -> bool:
    if _PERSONAL.search(sentence) or _DONE_FOR_THEM.search(sentence.replace("’", "'")):
        return False
    words = set(re.findall(r"\w+", sentence.casefold()))
    if words.intersection(name.casefold() for name in names if len(name) > 1):
        return False
    return not find_facts(sentence) and telling.weigh(sentence) > FAREWELL


def _in_language(text: str, language: str) -> bool:
    told = detect(text)
    return not told or not language or told[:2] == language[:2]
