"""The periodic tasks and the queue's way in to the reactions."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from tickets import actions, events
from tickets.actors import Actor
from tickets.models import IdempotentRequest, Reaction, Reason, Ticket, Turn

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
    late = Ticket.objects.filter(
        turn=Turn.ASSISTANT, turn_since__lt=timezone.now() - ASSISTANT_DEADLINE
    )
    return sum(
        give_up_turn(ticket, Reason.TOO_SLOW) for ticket in late.order_by("turn_since")[:100]
    )


def give_up_turn(ticket: Ticket, reason: Reason) -> bool:
    """Hand over if it is still the assistant's turn; True if it was."""
    ticket.refresh_from_db(fields=["turn"])
    if ticket.turn != Turn.ASSISTANT:
        return False
    actions.hand_over(actor=Actor.system(), ticket=ticket, reason=reason)
    return True


@shared_task
def clean_up() -> None:
    """Forget the answers to idempotent requests after a day."""
    IdempotentRequest.objects.filter(created_at__lt=timezone.now() - timedelta(days=1)).delete()
