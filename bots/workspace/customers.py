"""What the assistant understood, on the page of a customer: how they felt, and that they want to leave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.utils.translation import ngettext

from bots.understanding.vocabulary import ANGRY, DISTRESSED, FEELINGS, FRUSTRATED
from tickets import clock
from tickets.customers import figures, timeline
from tickets.models import Reading
from tickets.models.tickets import TicketQuerySet

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOST = 5  # feelings of one conversation, the last
LATELY = timedelta(days=30)
_BAD = {FRUSTRATED: "warning", ANGRY: "danger", DISTRESSED: "danger"}
_NAMES = dict(FEELINGS)


def feelings(tickets: Sequence[int]) -> Mapping[int, Sequence[tuple[StrOrPromise, str]]]:
    """How the customer felt in each conversation, one after the other. One query."""
    names = ("ticket", "values__feeling__value", "corrected__feeling__to")
    rows = Reading.objects.filter(ticket__in=tickets).order_by("ticket", "message")
    return {
        ticket: _course(corrected or felt for _key, felt, corrected in there)
        for ticket, there in groupby(rows.values_list(*names), key=lambda row: row[0])
    }


def _course(felt: Iterable[Any]) -> Sequence[tuple[StrOrPromise, str]]:
    course = [feeling for feeling, _same in groupby(felt) if feeling in _NAMES]
    if not any(feeling in _BAD for feeling in course):
        return []
    return [(_NAMES[feeling], _BAD.get(feeling, "")) for feeling in course[-MOST:]]


def wish_to_leave(tickets: TicketQuerySet) -> list[StrOrPromise]:
    """That they wrote of cancelling in the last 30 days. One query."""
    rows = Reading.objects.filter(
        ticket__in=tickets.order_by().values("pk"),
        created_at__gte=clock.now() - LATELY,
        values__wants_to_cancel__value=True,
    )
    number = rows.exclude(corrected__wants_to_cancel__to=False).values("ticket").distinct().count()
    if not number:
        return []
    return [
        ngettext(
            "They wrote of cancelling in a conversation of the last 30 days",
            "They wrote of cancelling in %(number)d conversations of the last 30 days",
            number,
        )
        % {"number": number}
    ]


def take_part() -> None:
    """Called once, at start."""
    timeline.add_course(feelings)
    figures.add_noticing(wish_to_leave)
