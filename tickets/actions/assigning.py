"""The system gives conversations to agents, brings them back from who is gone, and passes them on."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from tickets import clock, events
from tickets.actions import saving
from tickets.actions.handover import place_with, queue_again
from tickets.actions.speech import announce
from tickets.actors import Actor
from tickets.assigning.choosing import Candidate, Wanted, choose
from tickets.assigning.waiting import CHATS, candidates, to_pass_on, wanted
from tickets.live import presence
from tickets.models import EventKind, Method, Team, Ticket, Turn, User
from tickets.service import notices, queues

LOOKED_AT = 50  # of a queue, from its front, for one that can be given


@transaction.atomic
def assign_next(*, actor: Actor, team: Team) -> Ticket | None:
    """Give the first conversation of a queue that somebody here has room for; None if there is none.

    One at a time in the whole helpdesk: an agent of two teams has one room. What waits for a skill or a
    language lets those behind it pass.
    """
    team = Team.objects.locked(team)
    now = clock.now()
    here = candidates(team, now) if team.method != Method.BY_HAND else []
    if not any(one.has_room(chat=False) for one in here):
        return None
    queue = Ticket.objects.waiting().filter(team=team).values_list("pk", flat=True)[:LOOKED_AT]
    for pk in list(queue):
        ticket = _locked_in_queue(pk, team)
        if ticket is not None and _given(actor, ticket, team, here):
            return ticket
    return None


@transaction.atomic
def bring_back_from(*, actor: Actor, ticket: Ticket, agent: User) -> bool:
    """A chat goes back to the head of its queue, since its agent is gone; the customer is told.

    False if they are back, or it is not theirs any more, or it is the customer's turn, or the customer
    has left, too: then the agent answers when they are here again.
    """
    ticket = Ticket.objects.locked(ticket)
    grace = ticket.team.grace_minutes
    gone = presence.gone_for([agent.pk]).get(agent.pk, timedelta())
    theirs = ticket.assignee_id == agent.pk and ticket.turn == Turn.AGENT
    if not (theirs and grace and ticket.snoozed_at is None and ticket.channel in CHATS):
        return False
    if gone < timedelta(minutes=grace) or not presence.customer_is_here(ticket):
        return False
    queue_again(ticket, ticket.team)
    events.record(
        EventKind.TICKET_ASSIGNED,
        actor=actor,
        ticket=ticket,
        before=agent.pk,
        after=None,
        why={"gone": int(gone.total_seconds() // 60)},
    )
    announce(ticket, notices.agent_is_gone(agent, queues.outlook(ticket), ticket.customer))
    saving.save(ticket)
    return True


@transaction.atomic
def pass_on(*, actor: Actor, ticket: Ticket) -> bool:
    """Whoever waited too long in one queue goes to the team that it overflows to, and is told.

    Once for each time that a person was asked for: queues that overflow into each other would send
    somebody to and fro. False if it does not wait there any more, or not for so long.
    """
    ticket = Ticket.objects.locked(ticket)
    to = ticket.team.overflow_team
    team = ticket.team
    if to is None or not to_pass_on(team, clock.now()).filter(pk=ticket.pk).exists():
        return False
    queue_again(ticket, to)
    events.record(
        EventKind.TICKET_TRANSFERRED,
        actor=actor,
        ticket=ticket,
        team=to.pk,
        from_team=team.pk,
        why={"waited": team.overflow_minutes},
    )
    announce(ticket, notices.transferred(to, queues.outlook(ticket), ticket.customer))
    saving.save(ticket)
    return True


def _locked_in_queue(pk: int, team: Team) -> Ticket | None:
    """The row as it is now, if it still waits there; whoever holds it at the moment decides about it."""
    rows = Ticket.objects.select_for_update(no_key=True, skip_locked=True)
    return rows.filter(pk=pk, team=team, turn=Turn.QUEUE).first()


def _given(actor: Actor, ticket: Ticket, team: Team, here: list[Candidate]) -> bool:
    handover = ticket.handovers.filter(ended_at=None).first()
    now = clock.now()
    asked: Wanted = wanted(ticket, handover, team, now)
    choice = choose(here, asked, Method(team.method))
    if choice is None:
        return False
    agent = User.objects.get(pk=choice.agent)
    agent.given_at = now
    agent.save(update_fields=["given_at"])
    place_with(ticket, agent, handover)
    events.record(
        EventKind.TICKET_ASSIGNED,
        actor=actor,
        ticket=ticket,
        before=None,
        after=agent.pk,
        why=choice.why,
    )
    announce(ticket, notices.given(agent))
    saving.save(ticket)
    return True
