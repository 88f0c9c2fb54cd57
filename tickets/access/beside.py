"""What is loaded beside a ticket that may be seen, in its own statement: nobody's rights decide on it."""

from __future__ import annotations

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, OuterRef, Q, Subquery, When
from django.db.models.functions import JSONObject

from tickets import clock
from tickets.models import (
    Block,
    CustomField,
    Event,
    EventKind,
    IdentityCheck,
    IncomingMail,
    MailState,
    Metric,
    Participant,
    SlaClock,
    Ticket,
)

MOST_MAILS = 5


def merged_at() -> Case:
    """When a ticket was merged, where it was."""
    merges = Event.objects.filter(ticket=OuterRef("pk"), kind=EventKind.TICKET_MERGED)
    newest = Subquery(merges.order_by("-position").values("created_at")[:1])
    return Case(When(merged_into__isnull=False, then=newest), default=None)


def check_shown() -> Subquery:
    """What the customer's page shows of an open check of who they are: neither code nor whose it is."""
    row = JSONObject(**{name: name for name in ("address", "tries", "wanted_at", "expires_at")})
    return Subquery(IdentityCheck.objects.filter(ticket=OuterRef("pk")).values(row=row))


def in_copy() -> ArraySubquery:
    """Who gets copies of a conversation by mail: their keys and addresses."""
    rows = Participant.objects.filter(ticket=OuterRef("pk")).order_by("pk")
    return ArraySubquery(rows.values(row=JSONObject(key="pk", email="email")))


def custom_fields(**only: bool) -> ArraySubquery:
    """What an admin added to conversations, customers and organisations, in the admin's order."""
    names = ("about", "key", "name", "kind", "options", "required")
    row = JSONObject(**{name: name for name in names})
    return ArraySubquery(
        CustomField.objects.filter(**only).order_by("position", "name").values(row=row)
    )


def blocks() -> ArraySubquery:
    """What keeps the customer from writing now, the newest first: see tickets.conversation.blocks."""
    row = JSONObject(
        key="pk",
        email="email",
        domain="domain",
        reason="reason",
        name="by__name",
        address="by__email",
        since="since",
        until="until",
    )
    found = Block.objects.beside_ticket().in_force(clock.now())
    return ArraySubquery(found.order_by("-pk").values(row=row))


def promises() -> ArraySubquery:
    """What is promised for a ticket and how it stands, for whoever works here: tickets.sla.words."""
    names = (
        *("metric", "business", "target", "spent", "spent_open", "paused", "paused_open"),
        *("started_at", "paused_at", "ended_at", "opens_at", "due_at", "warns_at", "warned_at"),
        "breached_at",
    )
    row = JSONObject(policy="policy__name", **{name: name for name in names})
    shown = Q(ended_at=None) | ~Q(metric=Metric.NEXT)  # what was answered before is history
    found = SlaClock.objects.filter(shown, ticket=OuterRef("pk")).order_by("pk")
    return ArraySubquery(found.values(row=row))


def with_promises(ticket: Ticket) -> None:
    """The same on a ticket that was not loaded with it, since it was just made. One query, if any."""
    if ticket.sla_id is not None and not hasattr(ticket, "promises"):
        rows = Ticket.objects.filter(pk=ticket.pk).annotate(promises=promises())
        vars(ticket)["promises"] = rows.values_list("promises", flat=True).get()


def mail_beside() -> ArraySubquery:
    """The mail of a ticket that waits for an agent, and automatic mail that came after the last words."""
    row = JSONObject(key="pk", sender="sender", why="why", state="state", said="shown__said")
    waits = Q(state=MailState.HELD) | Q(
        state=MailState.NOTED, created_at__gt=OuterRef("last_message_at")
    )
    mails = IncomingMail.objects.filter(waits, ticket=OuterRef("pk"))
    return ArraySubquery(mails.order_by("-pk").values(row=row)[:MOST_MAILS])
