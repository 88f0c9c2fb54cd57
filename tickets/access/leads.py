"""Who had a conversation before whoever has it now, so that it can be given back."""

from __future__ import annotations

from django.db.models import Case, JSONField, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import JSONObject

from tickets.actors import Actor
from tickets.models import HandOver, Ticket, User


def had_before(ticket: Ticket, user: User) -> int | None:
    """The key of the agent who had a conversation before `user` took it over. One query."""
    return _had_by_others(user).filter(ticket=ticket).values_list("accepted_by", flat=True).first()


def _had_by_others(user: User) -> QuerySet[HandOver]:
    """Hand-overs that other people accepted, the newest first."""
    accepted = HandOver.objects.filter(accepted_by__isnull=False)
    return accepted.exclude(accepted_by=user).order_by("-pk")


def taken_from(actor: Actor) -> Combinable:
    """The agent from whom `actor` took the conversation over, to give it back; of a lead only."""
    user = actor.user
    if user is None or not user.leads:
        return Value(None, JSONField())
    row = JSONObject(key="accepted_by", name="accepted_by__name", email="accepted_by__email")
    had_it = _had_by_others(user).filter(ticket=OuterRef("pk")).values(row=row)[:1]
    return Case(When(assignee=user, then=Subquery(had_it)), default=None)
