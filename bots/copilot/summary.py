"""A long conversation in a few lines, each of them words that somebody wrote, with the place to read on.

Who wanted what, what was tried, what was promised, what is open. Nothing is put in other words: what is
shown of a message stands in it like that, but for line breaks and what is cut at the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from bots import telling
from bots.understanding import is_courtesy
from tickets.intake.text import first_line
from tickets.models import AuthorKind, Message, Ticket

MOST = 8  # lines
LONGEST = 200  # characters of one
FIRST_READ, LAST_READ, READ = (
    15,
    60,
    4_000,
)  # messages at the start and at the end, characters of each
SURELY = 2.0  # the weight of a sentence that says what is wanted
_OF_EACH = {"wanted": 2, "tried": 2, "promised": 2, "open": 2}
_PROMISES = re.compile(
    r"\b(?:i(?:'ll| will| am going to)|we(?:'ll| will| are going to)|"
    r"you(?:'ll| will) (?:get|hear|have|receive)|"
    r"(?:i|we)(?:'ve| have) (?:asked|ordered|booked|sent|refunded|arranged|passed|set)|by (?:mon|tues|wednes|"
    r"thurs|fri|satur|sun)day|(?:ich|wir) (?:werde|werden|melde|melden|schicke|schicken|kümmere|kümmern|"
    r"habe|haben)|sie (?:bekommen|erhalten|hören))\b",
    re.IGNORECASE,
)
_ASKS = re.compile(r"\?\s*$")


@dataclass(frozen=True, slots=True)
class Line:
    """Words of one message, and what they are in the conversation."""

    kind: str  # wanted, tried, promised or open
    label: StrOrPromise
    text: str
    who: str
    position: int


_LABELS: dict[str, StrOrPromise] = {
    "wanted": _("Wanted"),
    "tried": _("Tried"),
    "promised": _("Promised"),
    "open": _("Open"),
}


def of(ticket: Ticket) -> list[Line]:
    """At most eight lines, those of a kind together, in the order of the conversation. Three statements."""
    said = _read(ticket)
    found = {
        "wanted": list(_wanted(said)),
        "tried": list(_tried(said)),
        "promised": list(_promised(said)),
        "open": list(_open(said)),
    }
    lines: list[Line] = []
    for kind, most in _OF_EACH.items():
        pairs = dict.fromkeys(found[kind])
        kept = list(pairs)[-most:] if kind != "wanted" else list(pairs)[:most]
        lines += [_line(kind, message, text) for message, text in kept]
    return lines[:MOST]


Said = tuple[Message, str]


def _read(ticket: Ticket) -> list[Message]:
    spoken = ticket.messages.exclude(author_kind=AuthorKind.SYSTEM)
    first = spoken.order_by("position").values("pk")[:FIRST_READ]
    lately = spoken.order_by("-position").values("pk")[:LAST_READ]
    found = Message.objects.filter(pk__in=first.union(lately)).order_by("position")
    found = found.select_related("author_user", "author_customer", "answer")
    messages = list(found.prefetch_related("answer__citations"))
    for message in messages:
        message.body = message.body[:READ]  # of this copy, which nobody saves
    return messages


def _wanted(said: Sequence[Message]) -> Iterator[Said]:
    """What they wanted first, and the last thing they surely want, if that is something else."""
    own = _of(said, AuthorKind.CUSTOMER)
    wishes = [(one, text) for one in own if (text := telling.wish(one.body, limit=LONGEST))]
    if wishes:
        yield wishes[0]
    surely = [
        (one, text)
        for one in own
        if (text := telling.wish(one.body, limit=LONGEST, from_weight=SURELY))
    ]
    if len(surely) > 1:
        yield surely[-1]


def _tried(said: Sequence[Message]) -> Iterator[Said]:
    """What the customer says they tried, and the articles by their titles that did not help them."""
    for message in said:
        if message.author_kind == AuthorKind.CUSTOMER:
            yield from ((message, text) for text in telling.tried(message.body, limit=LONGEST))
        elif hasattr(message, "answer") and message.answer.helpful is False:
            yield from ((message, one.title) for one in list(message.answer.citations.all())[:1])


def _promised(said: Sequence[Message]) -> Iterator[Said]:
    """What agents said would be done, or has been done."""
    for message in _of(said, AuthorKind.AGENT):
        for sentence in telling.sentences(message.body):
            if _PROMISES.search(sentence.replace("’", "'")) and not _ASKS.search(sentence):
                yield message, sentence


def _open(said: Sequence[Message]) -> Iterator[Said]:
    """What nobody has answered: of the customer since they were last answered, or of the agent who asked."""
    last_answer = max((one.position for one in said if _answers(one)), default=0)
    waiting = [one for one in _of(said, AuthorKind.CUSTOMER) if one.position > last_answer]
    waiting = [one for one in waiting if not is_courtesy(one.body)]
    for message in waiting:
        text = telling.wish(message.body, limit=LONGEST) or first_line(message.body, limit=LONGEST)
        if text:
            yield message, text
    if waiting:
        return
    for message in _of(said, AuthorKind.AGENT):
        if message.position == last_answer:
            yield from (
                (message, sentence)
                for sentence in telling.sentences(message.body)
                if _ASKS.search(sentence)
            )


def _answers(message: Message) -> bool:
    """Whether an agent or the assistant answered with it, and not only handed on."""
    if message.author_kind == AuthorKind.AGENT:
        return True
    answer = getattr(message, "answer", None)
    return answer is not None and answer.decision == "answer"


def _of(said: Sequence[Message], kind: AuthorKind) -> list[Message]:
    return [message for message in said if message.author_kind == kind and message.body]


def _line(kind: str, message: Message, text: str) -> Line:
    who = str(message.author_user or message.author_customer or "")
    return Line(kind, _LABELS[kind], first_line(text, limit=LONGEST), who, message.position)
