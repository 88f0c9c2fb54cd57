"""The periodic tasks and the queue's way in to the reactions."""

from __future__ import annotations

from datetime import datetime, timedelta

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from tickets import actions, attachments, events
from tickets.actors import Actor
from tickets.models import Claim, IdempotentRequest, Reaction, Reason, Ticket, Turn

ASSISTANT_DEADLINE = timedelta(seconds=10)  # then a person is asked for; never silence
SWEEP_AFTER = timedelta(seconds=5)  # what is younger is still on its way through the queue


@shared_task
def react(reaction_id: int) -> None:
    """Run one reaction, if it is still due."""
    events.run(reaction_id)


@shared_task
def sweep() -> int:
    """Send every reaction that was left undone to its queue again; returns how many."""
    overdue = Reaction.objects.overdue().filter(due_at__lte=timezone.now() - SWEEP_AFTER)
    found = list(overdue.order_by("pk")[:500])
    for reaction in found:
        events.hint(reaction)
    return len(found)


@shared_task
def hand_over_overdue_turns() -> int:
    """Ask for a person wherever the assistant has been silent for too long; returns how many."""
    since = timezone.now() - ASSISTANT_DEADLINE
    late = Ticket.objects.filter(turn=Turn.ASSISTANT, turn_since__lt=since)
    return sum(_give_up_turn(ticket, since) for ticket in late.order_by("turn_since")[:100])


@transaction.atomic
def _give_up_turn(ticket: Ticket, since: datetime) -> bool:
    """Hand over if it is still the turn that began before `since`; True if it was."""
    ticket = Ticket.objects.locked(ticket)
    if ticket.turn != Turn.ASSISTANT or ticket.turn_since >= since:
        return False  # it has just answered, or a newer message has ten seconds of its own
    actions.hand_over_failed(actor=Actor.system(), ticket=ticket, reason=Reason.TOO_SLOW)
    return True


@shared_task
def clean_up() -> None:
    """Forget what is kept for a time only: answers to idempotent requests, claims to addresses, and
    files that belong to nothing.
    """
    IdempotentRequest.objects.forget_old()
    Claim.objects.forget_old()
    attachments.remove_orphans()
