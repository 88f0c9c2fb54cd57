"""Somebody stops working here, or answering customers: their log-ins end, and their work goes back."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from tickets import clock, events
from tickets.actions import rights, saving
from tickets.actions.errors import NotAllowed
from tickets.actions.handover import queue_again
from tickets.actions.speech import announce
from tickets.actors import Actor
from tickets.models import EventKind, Role, Ticket, Turn, User
from tickets.service import notices, queues


@transaction.atomic
def end_log_ins(*, actor: Actor, user: User) -> User:
    """End every session of an account, in whatever browser, at once; sockets close with them."""
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    User.objects.filter(pk=user.pk).update(log_ins_ended=F("log_ins_ended") + 1)
    user.log_ins_ended += 1
    events.record(
        EventKind.SETTING_CHANGED, actor=actor, subject=user, name=str(user), ended_log_ins=True
    )
    return user


@transaction.atomic
def see_as(*, actor: Actor, user: User, ends: bool = False) -> None:
    """Write down that an admin begins to see the workspace as somebody does, or stops.

    Raises:
        NotAllowed: the actor is no admin, or the other one is.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    admin = rights.demand(actor)
    if admin.role != Role.ADMIN or user.role == Role.ADMIN:
        raise NotAllowed
    kind = EventKind.SEEING_ENDED if ends else EventKind.SEEING_BEGAN
    events.record(kind, actor=actor, subject=user, name=str(user))


@transaction.atomic
def take_from(*, actor: Actor, ticket: Ticket, agent: User) -> bool:
    """A conversation is no longer an agent's who does not answer any more. False if it is not theirs.

    Where an answer is owed it stands in the queue of its team again, with its brief, as long waited for
    as before, and the customer is told. Where the customer has the turn, a person is asked for once
    they write.
    """
    ticket = Ticket.objects.locked(ticket)
    if ticket.assignee_id != agent.pk or ticket.is_closed:
        return False
    ticket.end_snooze()
    ticket.is_back = False
    owed = ticket.turn == Turn.AGENT
    if owed:
        queue_again(ticket, ticket.team)
    else:
        ticket.handovers.filter(ended_at=None).update(ended_at=clock.now())
        ticket.assignee = None
    events.record(
        EventKind.TICKET_ASSIGNED,
        actor=actor,
        ticket=ticket,
        before=agent.pk,
        after=None,
        why={"left": True},
    )
    if owed:
        announce(ticket, notices.passed_on(queues.outlook(ticket), ticket.customer))
    saving.save(ticket)
    return True
