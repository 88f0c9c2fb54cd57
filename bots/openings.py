"""Which human sentence a hand-over begins with: by what was read of the customer's last words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.conf import settings

from bots import models
from bots.understanding.vocabulary import ANGRY, CONFUSED, DISTRESSED, FRUSTRATED, SELF_HARM
from tickets.conditions import Value
from tickets.conversation.openings import Opening
from tickets.models import AuthorKind, Reading, Ticket

LOOKED_BACK = 3  # messages of the customer's; a feeling of long ago is not answered now
# The gravest first. A topic goes before a feeling, a safety line before both.
FEELINGS = (DISTRESSED, ANGRY, FRUSTRATED, CONFUSED)


def choose(ticket: Ticket) -> Opening | None:
    """The sentence for this conversation now. One query; two more where there is a reason for one."""
    readings = Reading.objects.filter(ticket=ticket).order_by("-message__position")[:LOOKED_BACK]
    newest = list(readings)
    about = {name for reading in newest for name in _names(reading.value)}
    if not about:
        return None
    said = ticket.messages.filter(author_kind=AuthorKind.ASSISTANT, provenance__has_key="opening")
    about -= set(said.values_list("provenance__opening", flat=True))
    told = (str(reading.value("language") or "") for reading in newest)
    return _gravest(about, next(filter(None, told), ticket.customer.language))


def of_situation(situation: Mapping[str, Value]) -> Opening | None:
    """The sentence for one message that was read, as if it were the first."""
    seen = {name: each.value for name, each in situation.items()}
    return _gravest(set(_names(seen.get)), str(seen.get("language") or ""))


def _names(value: Any) -> Iterator[str]:
    """The feeling, the topics and the urgency of a reading, by the function that looks them up."""
    topics = value("sensitive") or ()
    yield from (str(topic) for topic in topics)
    for field in ("feeling", "urgent"):
        name = str(value(field) or "")
        # Whoever may hurt themselves reads the emergency text, and no sentence about their mood.
        if name and not (name in FEELINGS and SELF_HARM in topics):
            yield name


def _gravest(about: Iterable[str], language: str) -> Opening | None:
    wanted = list(about)
    rows = list(models.Opening.objects.filter(about__in=wanted)) if wanted else []
    spoken = [one for one in dict.fromkeys([language, language[:2]]) if one]
    spoken += [settings.LANGUAGE_CODE, settings.LANGUAGE_CODE[:2]]
    understood = [row for row in rows if row.language in spoken]
    row = min(understood, key=lambda row: (_rank(row), spoken.index(row.language)), default=None)
    return Opening(row.about, row.text, row.safety) if row is not None else None


def _rank(row: models.Opening) -> tuple[bool, int, str]:
    """The gravest first; of topics those by name, so that it is always the same."""
    feeling = FEELINGS.index(row.about) + 1 if row.about in FEELINGS else 0
    return not row.safety, feeling, row.about
