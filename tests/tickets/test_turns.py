"""Two turns of one conversation at the same time: both readings are kept, neither waits for ever."""

from __future__ import annotations

import threading

from django.db import transaction

from tests.factories import make_message, make_ticket
from tests.tickets.parallel import real_transactions, together
from tickets import actions
from tickets.actors import Actor
from tickets.conditions import Value
from tickets.models import Reading, Ticket, Turn
from tickets.rules import Verdict


@real_transactions
def test_two_turns_that_keep_their_reading_at_once_do_not_block_each_other() -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT)
    messages = [make_message(ticket, "Where is it?"), make_message(ticket, "Well?")]
    both_kept = threading.Barrier(2)

    def turn(index: int) -> int:
        with transaction.atomic():
            actions.keep_reading(
                actor=Actor.assistant(),
                message=messages[index],
                situation={"turns": Value(index)},
                verdict=Verdict(),
            )
            both_kept.wait(timeout=5)  # each refers to the ticket now, and goes on to lock it
            return Ticket.objects.locked(ticket).pk

    assert together(2, turn) == [ticket.pk, ticket.pk]
    assert Reading.objects.filter(ticket=ticket).count() == 2
