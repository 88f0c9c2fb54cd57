"""What the customer of a conversation wants at this moment, in which language and in which state of mind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from bots import telling
from bots.models import Moment
from bots.queries import texts_of
from bots.understanding import feel, is_courtesy, query_of
from bots.understanding.language import detect
from bots.understanding.vocabulary import CALM, FEELINGS
from tickets.intake.text import first_line
from tickets.models import AuthorKind, Message, Reading, Ticket

LOOKED_BACK = 12  # messages of the customer's
FELT_IN = 3  # of these: a feeling of long ago is not answered now
ENOUGH = 7  # words; a shorter message is read together with what they wanted at first
MOST_QUERIES = 4
# Said by a person in their own words, or not at all.
FOR_A_PERSON = frozenset(
    ("self_harm", "danger", "bereavement", "fraud_security", "legal", "medical", "money_hardship")
)
_STRENGTH = {name: place for place, (name, _label) in enumerate(FEELINGS)}


@dataclass(frozen=True, slots=True)
class Wanted:
    """`position` is that of the message that asks; `queries` are what to look for, the message first."""

    position: int
    queries: tuple[str, ...]
    language: str  # ISO code; "" if nobody can tell
    moment: Moment
    sensitive: bool  # nothing is to be suggested


def of(ticket: Ticket, *, until: int | None = None) -> Wanted | None:
    """What they want by their latest message that says something (`until` a position, as it was then).

    Two queries; None if they said nothing.
    """
    said = ticket.messages.filter(author_kind=AuthorKind.CUSTOMER)
    if until is not None:
        said = said.filter(position__lte=until)
    lately = list(said.select_related("reading").order_by("-position")[:LOOKED_BACK])
    if not lately:
        return None
    first = said.order_by("position").first() or lately[-1]
    latest = next((one for one in lately if _says_something(one.body)), lately[0])
    return Wanted(
        position=latest.position,
        queries=_queries(latest, first, ticket.subject),
        language=language_of(ticket, lately),
        moment=_moment(lately[:FELT_IN]),
        sensitive=any(
            FOR_A_PERSON.intersection(reading.value("sensitive") or ())
            for message in lately[:FELT_IN]
            if (reading := _reading(message)) is not None
        ),
    )


def language_of(ticket: Ticket, lately: Sequence[Message] | None = None) -> str:
    """The language in which the customer writes: that of their newest message that was long enough."""
    if lately is None:
        said = ticket.messages.filter(author_kind=AuthorKind.CUSTOMER)
        lately = list(said.select_related("reading").order_by("-position")[:FELT_IN])
    told = (_language(message) for message in lately)
    return next(filter(None, told), "") or ticket.customer.language


def is_home(language: str) -> bool:
    """Whether it is the language of this helpdesk."""
    return language[:2] == settings.LANGUAGE_CODE[:2]


def _queries(latest: Message, first: Message, subject: str) -> tuple[str, ...]:
    """The latest message as the assistant looks it up; then what it goes on about, if it says little."""
    found = [text for text in texts_of(latest.body) if text]
    before = [query_of(telling.wish(first.body) or first_line(first.body))]
    if subject and not latest.body.startswith(subject[:40]):
        before.append(query_of(subject))
    if latest.pk != first.pk or not found:
        short = len(latest.body.split()) < ENOUGH
        context = " ".join(filter(None, [before[0], found[0] if found else ""]))
        found = [context, *found] if short else [*found[: MOST_QUERIES - 1], context]
    found += before[1:]
    return tuple(dict.fromkeys(filter(None, found)))[:MOST_QUERIES]


def _says_something(body: str) -> bool:
    return bool(telling.wish(body)) and not is_courtesy(body)


def _moment(lately: Sequence[Message]) -> Moment:
    """Their state of mind: the strongest feeling of the last messages, else hurry, thanks, or calm."""
    felt = max((_feeling(message) for message in lately), key=lambda name: _STRENGTH.get(name, 0))
    if felt != CALM:
        return Moment(felt)
    readings = [reading for message in lately[:1] if (reading := _reading(message))]
    if any(reading.value("urgent") for reading in readings):
        return Moment.HURRY
    return Moment.THANKFUL if is_courtesy(lately[0].body) else Moment.CALM


def _feeling(message: Message) -> str:
    reading = _reading(message)
    stored = reading.value("feeling") if reading else None
    return str(stored or feel(message.body).name)


def _language(message: Message) -> str:
    reading = _reading(message)
    stored = reading.value("language") if reading else None
    return str(stored or detect(message.body))


def _reading(message: Message) -> Reading | None:
    """What was understood of a message that was loaded with its reading; None if it was not read yet."""
    return message.reading if hasattr(message, "reading") else None
