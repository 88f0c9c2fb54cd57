"""Conversations that concern few: who opens one is kept in the record that nobody changes."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from tickets import clock, events
from tickets.actions import rights, saving
from tickets.actors import Actor
from tickets.models import Event, EventKind, Permission, SensitiveTicket, Ticket, User


@transaction.atomic
def mark_sensitive(*, actor: Actor, ticket: Ticket, sensitive: bool) -> bool:
    """Mark a conversation, or take the mark off; False if it is so already.

    Raises:
        NotAllowed: the actor's role does not change conversations.
    """
    ticket = Ticket.objects.locked(ticket)
    user = rights.demand(actor, Permission.CHANGE)
    mark = SensitiveTicket.objects.filter(ticket=ticket)
    if mark.exists() == sensitive:
        return False
    if sensitive:
        SensitiveTicket.objects.create(ticket=ticket, by=user)
    else:
        mark.delete()
    no_and_yes = ("no", "yes")
    events.record(
        EventKind.TICKET_CHANGED,
        actor=actor,
        ticket=ticket,
        field="sensitive",
        before=no_and_yes[not sensitive],
        after=no_and_yes[sensitive],
    )
    saving.save(ticket)
    return True


@transaction.atomic
def look_at(*, actor: Actor, ticket: Ticket) -> Event | None:
    """Write down that somebody opened a sensitive conversation; once for each of their days.

    Whoever looks is locked, so that two of their pages that open at once are one look; not the ticket.
    """
    looker = actor.user.pk if actor.user else 0
    user = User.objects.select_for_update(no_key=True).filter(pk=looker).first()
    rights.demand(actor)
    day = timezone.localtime(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    before = Event.objects.filter(
        subject=Ticket._meta.label_lower,
        subject_id=str(ticket.pk),
        kind=EventKind.LOOKED_AT,
        actor_user=user,
        created_at__gte=day,
    )
    if before.exists():
        return None
    return events.record(EventKind.LOOKED_AT, actor=actor, subject=ticket, name=ticket.reference)
