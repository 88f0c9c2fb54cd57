"""Correcting what was understood of a customer's message: the reading stays, the correction counts."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tickets import clock, events
from tickets.actions import rights, saving
from tickets.actors import Actor
from tickets.conversation.correctable import correctable
from tickets.models import Answer, Customer, EventKind, Permission, Reading, Ticket

TOPICS = "sensitive"  # a list of the short names of detectors, any number of them
TOPIC = "topic"  # one short name, or "": what the message is about, for routing
LANGUAGE = "language"  # an ISO code
REPEATS = "repeats"
_DID_NOT_HELP = ("no", "not_asked")
_SLUG = re.compile(r"[-\w]{1,40}")
_CODE = re.compile(r"[a-z]{2,3}(-[a-z]{2,4})?", re.IGNORECASE)
MOST_TOPICS = 20
LONGEST_CODE = 10


@transaction.atomic
def correct_reading(*, actor: Actor, reading: Reading, field: str, to: Any) -> Reading:
    """Say what a message really shows. Back to what was understood takes the correction away.

    A corrected language is the customer's from now on. A corrected repetition counts among the
    answers that did not help in this conversation.

    Raises:
        NotAllowed: the actor is no agent.
        ValidationError: no such field, or not one of its values.
    """
    user = rights.demand(actor, Permission.CHANGE)
    to = _checked(field, to)
    customer = Customer.objects.locked(reading.ticket.customer) if field == LANGUAGE else None
    ticket = Ticket.objects.locked(reading.ticket)
    reading = Reading.objects.select_for_update().get(pk=reading.pk)
    before = reading.value(field)
    if _same(before, to):
        return reading
    understood = reading.values.get(field, {}).get("value")
    was = reading.corrected.pop(field, {})
    correction = {
        "from": understood,
        "to": to,
        "by": user.pk,
        "at": clock.now().isoformat(),
    }
    taken_back = _same(understood, to)
    told: dict[str, Any] = {}
    if customer is not None:
        correction["customer"] = was.get("customer", customer.language)
        customer.language = correction["customer"] if taken_back else to
        customer.save(update_fields=["language"])
    if field == REPEATS:
        correction["counted"] = 0 if taken_back else _counts(reading, to)
        ticket.unhelpful_answers += correction["counted"] - was.get("counted", 0)
        ticket.unhelpful_answers = told["unhelpful_answers"] = max(0, ticket.unhelpful_answers)
    if not taken_back:
        reading.corrected[field] = correction
    reading.save(update_fields=["corrected"])
    events.record(
        EventKind.READING_CORRECTED,
        actor=actor,
        ticket=ticket,
        field=field,
        to=to,
        message=reading.message.position,
        **{"from": before},
        **told,
    )
    saving.save(ticket)
    return reading


def _counts(reading: Reading, to: str) -> int:
    """By how much the answers that did not help are more or fewer, if a message says `to`."""
    answers = Answer.objects.filter(message__ticket=reading.ticket_id)
    before = answers.filter(message__position__lt=reading.message.position)
    helpful = before.order_by("-message__position").values_list("helpful", flat=True).first()
    return int(to in _DID_NOT_HELP) - int(helpful is False)


def _checked(field: str, to: Any) -> Any:
    """The value as it is kept."""
    if field == TOPICS:
        fits = isinstance(to, list) and len(to) <= MOST_TOPICS
        if fits and all(isinstance(one, str) and _SLUG.fullmatch(one) for one in to):
            return sorted(set(to))
    elif field == TOPIC:
        if to == "" or (isinstance(to, str) and _SLUG.fullmatch(to)):
            return to
    elif field == LANGUAGE:
        if isinstance(to, str) and len(to) <= LONGEST_CODE and _CODE.fullmatch(to):
            return to.lower()
    elif (
        (known := correctable(field)) is not None
        and isinstance(to, bool) == known.is_yes_or_no
        and to in known.values
    ):
        return to
    raise ValidationError(_("That cannot be set here."), code="no_such_value")


def _same(one: Any, other: Any) -> bool:
    """Equal, where nothing understood is the same as nothing, no, and no topic."""
    if isinstance(one, list) and isinstance(other, list):
        return sorted(one) == sorted(other)
    return one == other or (not one and not other)
