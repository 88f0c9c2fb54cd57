"""How often the helpdesk writes to somebody by itself: so that no two machines answer each other."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, Q
from django.utils import timezone

from tickets.models import AuthorKind, Delivery, DeliveryKind, DeliveryState, Ticket

NOT_AGAIN_FOR = timedelta(minutes=10)
MOST_A_DAY = 5
MOST_PASSED_ON = 20  # an hour, of what others outside said
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
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


def passed_on_enough(ticket: Ticket) -> set[str]:
    """Those in copy to whom nothing more that others outside say is passed on for now. One query.

    Two in copy whose programs answer every mail, and do not say that they are programs, would else
    answer each other through us for ever. What agents write always goes.
    """
    copies = Delivery.objects.filter(
        ticket=ticket,
        kind=DeliveryKind.COPY,
        message__author_kind=AuthorKind.CUSTOMER,
        created_at__gt=timezone.now() - _HOUR,
    ).exclude(state__in=_NOTHING_LEFT)
    counted = copies.order_by().values("recipient").annotate(number=Count("pk"))
    return set(counted.filter(number__gte=MOST_PASSED_ON).values_list("recipient", flat=True))
