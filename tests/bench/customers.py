"""A customer with very many conversations in a load, made once."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tickets.models import Customer

NAME = "Busy customer"
OPEN = 12  # of their conversations


def busy_customer(conversations: int) -> Customer:
    """Somebody with so many conversations, a fifth of them rated, some handed over."""
    from django.utils import timezone

    from tickets.models import Customer, HandOver, Rating, Resolution, Team, Ticket, Turn

    found = Customer.objects.filter(name=NAME).first()
    if found is not None:
        return found
    customer = Customer.objects.create(name=NAME, email="busy@load.example", phone="+441632960001")
    rng, now, team = Random(7), timezone.now(), Team.objects.order_by("pk").first()
    assert team is not None
    tickets = []
    for number in range(conversations):
        at = now - timedelta(hours=number)
        over = number >= OPEN
        tickets.append(
            Ticket(
                customer=customer,
                team=team,
                subject=f"Matter {number}",
                channel="portal",
                turn=Turn.CLOSED if over else Turn.CUSTOMER,
                turn_since=at,
                closed_at=at if over else None,
                resolution=Resolution.CONFIRMED if over else "",
                last_message_at=at,
                created_at=at - timedelta(hours=1),
            )
        )
    made = Ticket.objects.bulk_create(tickets, batch_size=1000)
    Rating.objects.bulk_create(
        Rating(ticket=one, satisfaction=rng.randint(1, 5), effort=rng.randint(1, 5))
        for one in made[OPEN::5]
    )
    HandOver.objects.bulk_create(
        HandOver(ticket=one, team=team, reason="asked", ended_at=now) for one in made[::3]
    )
    return customer
