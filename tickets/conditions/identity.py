"""How well we know who writes in a conversation, asked of the database: the level, and what it rests on.

The level is never stored. It follows from rows that are there anyway (an address, a log-in, what was
written, a verification), so that it falls by itself when one of them changes.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, JSONObject

from tickets.models import Event, EventKind, Identity, Verification
from tickets.models.identity import written_on_pages

_HAS_ADDRESS = Q(customer__email__gt="")
_HAS_CLAIMED = Q(customer__claimed_email__gt="")
_HAS_LOG_IN = Q(customer__user__isnull=False)


def level(now: datetime) -> Combinable:
    """The level of a ticket, by the name that `Identity` has for it."""
    verified = Verification.objects.filter(ticket=OuterRef("pk")).in_force(now)
    return Case(
        When(Exists(verified), then=Value(str(Identity.VERIFIED))),
        When(_HAS_LOG_IN & Q(Exists(written_on_pages())), then=Value(str(Identity.SIGNED_IN))),
        When(_HAS_ADDRESS, then=Value(str(Identity.CONFIRMED))),
        When(_HAS_CLAIMED, then=Value(str(Identity.CLAIMED))),
        default=Value(str(Identity.UNKNOWN)),
        output_field=CharField(),
    )


def level_of_customer(now: datetime) -> Combinable:
    """The level of a customer, whatever they write in: a code counts in one conversation only."""
    return Case(
        When(user__isnull=False, then=Value(str(Identity.SIGNED_IN))),
        When(email__gt="", then=Value(str(Identity.CONFIRMED))),
        When(claimed_email__gt="", then=Value(str(Identity.CLAIMED))),
        default=Value(str(Identity.UNKNOWN)),
        output_field=CharField(),
    )


def grounds(now: datetime) -> JSONObject:
    """What the level of a ticket rests on, and since when: read by `tickets.conversation.identity`."""
    proof = Verification.objects.filter(ticket=OuterRef("pk")).in_force(now).order_by("-pk")
    row = JSONObject(
        at="at",
        address="address",
        until="expires_at",
        customer="customer_id",
        name="customer__name",
    )
    pages = written_on_pages().order_by("-position").values("created_at")[:1]
    confirmed = Event.objects.filter(
        kind=EventKind.EMAIL_CONFIRMED,
        subject="tickets.customer",
        subject_id=Cast(OuterRef("customer"), CharField()),
    )
    left = Event.objects.filter(ticket=OuterRef("pk"), kind=EventKind.EMAIL_LEFT)
    # Asked for only where it may be shown.
    return JSONObject(
        verified=Subquery(proof.values(row=row)[:1]),
        signed_in=Case(When(_HAS_LOG_IN, then=Subquery(pages))),
        confirmed=Case(
            When(_HAS_ADDRESS, then=Subquery(confirmed.order_by("-pk").values("created_at")[:1]))
        ),
        left=Case(
            When(
                ~_HAS_ADDRESS & _HAS_CLAIMED,
                then=Subquery(left.order_by("-position").values("created_at")[:1]),
            )
        ),
        email="customer__email",
        claimed="customer__claimed_email",
        since=F("customer__created_at"),
    )
