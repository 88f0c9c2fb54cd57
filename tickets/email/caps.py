"""How often the helpdesk writes to somebody by itself: so that no two machines answer each other."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, Q
from django.utils import timezone

from tickets.models import Delivery, DeliveryState, Ticket

NOT_AGAIN_FOR = timedelta(minutes=10)
MOST_A_DAY = 5
_DAY = timedelta(days=1)
_NOTHING_LEFT = (DeliveryState.SUPPRESSED, DeliveryState.READ)


def may_write_by_itself(address: str, ticket: Ticket) -> bool:
    """Whether an address may get one more automatic mail about a conversation now. One query.

    At most one in ten minutes and five a day, whatever they are about. An agent's answer is none.
    """
    now = timezone.now()
    sent = Delivery.objects.filter(
        ticket=ticket, recipient=address, is_automatic=True, created_at__gt=now - _DAY
    ).exclude(state__in=_NOTHING_LEFT)
    lately = Count("pk", filter=Q(created_at__gt=now - NOT_AGAIN_FOR))
    counted = sent.aggregate(day=Count("pk"), lately=lately)
    return bool(counted["day"] < MOST_A_DAY and not counted["lately"])
