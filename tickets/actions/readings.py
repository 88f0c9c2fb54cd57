"""Correcting what was understood of a customer's message: the reading stays, the correction counts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets import events
from tickets.actions.errors import NotAllowed
from tickets.actors import Actor
from tickets.models import EventKind, Reading, Ticket

# What an agent may correct, and the values that it can have; None stands for yes or no.
CORRECTABLE: Mapping[str, tuple[str, ...] | None] = {
    "feeling": ("calm", "confused", "frustrated", "angry", "distressed"),
    "urgent": ("", "outage", "deadline", "safety"),
    "repeats": ("", "question", "no", "not_asked"),
    "wants_person": None,
    "wants_to_cancel": None,
    "billing_dispute": None,
}
TOPICS = "sensitive"  # a list of the short names of detectors, any number of them
_SLUG = re.compile(r"[-\w]{1,40}")
MOST_TOPICS = 20


@transaction.atomic
def correct_reading(*, actor: Actor, reading: Reading, field: str, to: Any) -> Reading:
    """Say what a message really shows. Back to what was understood takes the correction away.

    Raises:
        NotAllowed: the actor is no agent.
        ValidationError: no such field, or not one of its values.
    """
    ticket = Ticket.objects.locked(reading.ticket)
    if not actor.works_here or actor.user is None:
        raise NotAllowed
    to = _checked(field, to)
    reading = Reading.objects.select_for_update().get(pk=reading.pk)
    before = reading.value(field)
    if _same(before, to):
        return reading
    understood = reading.values.get(field, {}).get("value")
    if _same(understood, to):
        reading.corrected.pop(field, None)
    else:
        reading.corrected[field] = {
            "from": understood,
            "to": to,
            "by": actor.user.pk,
            "at": timezone.now().isoformat(),
        }
    reading.save(update_fields=["corrected"])
    events.record(
        EventKind.READING_CORRECTED,
        actor=actor,
        ticket=ticket,
        field=field,
        to=to,
        message=reading.message.position,
        **{"from": before},
    )
    ticket.save()
    return reading


def _checked(field: str, to: Any) -> Any:
    """The value as it is kept."""
    if field == TOPICS:
        fits = isinstance(to, list) and len(to) <= MOST_TOPICS
        if fits and all(isinstance(one, str) and _SLUG.fullmatch(one) for one in to):
            return sorted(set(to))
    elif field in CORRECTABLE:
        values = CORRECTABLE[field]
        if isinstance(to, bool) if values is None else to in values:
            return to
    raise ValidationError(_("That cannot be set here."), code="no_such_value")


def _same(one: Any, other: Any) -> bool:
    """Equal, where nothing understood is the same as nothing, no, and no topic."""
    if isinstance(one, list) and isinstance(other, list):
        return sorted(one) == sorted(other)
    return one == other or (not one and not other)
