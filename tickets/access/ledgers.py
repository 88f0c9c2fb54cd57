"""What programs read of the past: what customers said at the end, and the record of what admins did."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404

from tickets.actors import Actor
from tickets.models import AuditLink, Rating, Ticket, Turn


def ratings_told(actor: Actor) -> QuerySet[Rating]:
    """The ratings of the tickets that are in lists, each with its ticket."""
    ratings = Rating.objects.select_related("ticket").exclude(ticket__turn=Turn.SPAM)
    return ratings if actor.is_program else ratings.none()


def rating_told(actor: Actor, ticket: Ticket) -> Rating:
    """That of a ticket which this program may read. Raises Http404."""
    found = Rating.objects.select_related("ticket").filter(ticket=ticket).first()
    if found is None or not actor.is_program:
        raise Http404
    return found


def audit_told(actor: Actor) -> QuerySet[AuditLink]:
    """Every link of the record, with who did it."""
    who = ("event__actor_user", "event__actor_customer", "event__actor_key")
    links = AuditLink.objects.select_related(*who)
    return links if actor.is_program else links.none()
