"""The fields that a ticket itself has: each with how it is read, and how it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    DateTimeField,
    F,
    Func,
    IntegerField,
    OuterRef,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Greatest, NullIf
from django.utils.translation import gettext_lazy as _

from tickets.conditions import identity, values
from tickets.conditions.fields import CUSTOMER, SERVICE, Choices, Field, register
from tickets.conditions.ticket_row import LATELY, WEEK, TicketRow
from tickets.models import (
    AuthorKind,
    Channel,
    HandOver,
    Identity,
    Message,
    Priority,
    Reason,
    Status,
    Team,
    Ticket,
    TicketType,
    Tier,
    Turn,
)


def _read(value: Callable[[TicketRow], Any]) -> Callable[[TicketRow], values.Value]:
    return lambda row: values.Value(value(row))


def _column(name: str) -> Callable[[TicketRow], values.Value]:
    return lambda row: values.Value(row[name])


def _stored(path: str) -> Callable[[datetime], Combinable]:
    return lambda now: F(path)


def _teams() -> Choices:
    return list(Team.objects.values_list("pk", "name"))


def _types() -> Choices:
    return list(TicketType.objects.values_list("pk", "name"))


def _statuses() -> Choices:
    return list(Status.objects.values_list("pk", "name"))


def _snoozed(now: datetime) -> Combinable:
    return Case(When(snoozed_at__isnull=False, then=Value(True)), default=Value(False))


def _messages(now: datetime) -> Combinable:
    return _number_of(
        Message.objects.filter(ticket=OuterRef("pk"), author_kind=AuthorKind.CUSTOMER), "ticket"
    )


def _other_tickets(now: datetime) -> Combinable:
    others = Ticket.objects.filter(
        customer=OuterRef("customer"), created_at__range=(now - LATELY, now)
    )
    return _number_of(others.exclude(pk=OuterRef("pk")), "customer")


def _upset_in_a_week(now: datetime) -> Combinable:
    handovers = HandOver.objects.filter(
        ticket__customer=OuterRef("customer"),
        reason=Reason.ANGER,
        asked_at__range=(now - WEEK, now),
    )
    return _number_of(handovers, "ticket__customer")


def _number_of(rows: Any, one: str) -> Combinable:
    """How many `rows` there are, all of which have the same `one`."""
    number = rows.order_by().values(one).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(number, output_field=IntegerField()), 0)


def _waiting_minutes(now: datetime) -> Combinable:
    since = Case(
        When(turn=Turn.QUEUE, then=F("person_asked_at")),
        When(turn__in=(Turn.ASSISTANT, Turn.AGENT), then=F("turn_since")),
        default=None,
        output_field=DateTimeField(),
    )
    return Coalesce(whole(since, now, seconds=60), 0)


def _silent_hours(now: datetime) -> Combinable:
    since = Case(
        When(turn=Turn.CUSTOMER, then=F("turn_since")),
        default=None,
        output_field=DateTimeField(),
    )
    return Coalesce(whole(since, now, seconds=60 * 60), 0)


def _tenure_days(now: datetime) -> Combinable:
    return whole(F("customer__created_at"), now, seconds=24 * 60 * 60)


def whole(since: Combinable, now: datetime, *, seconds: int) -> Combinable:
    """How many times so many seconds have gone by from `since` to `now`; 0 if it is to come."""
    gone = Func(
        Value(now, DateTimeField()),
        since,
        arg_joiner=" - ",
        template=f"floor(extract(epoch FROM %(expressions)s) / {seconds})::bigint",
        output_field=BigIntegerField(),
    )
    return Greatest(gone, 0)


def _tier(row: TicketRow) -> str:
    return row["own_tier"] or row["tier"] or str(Tier.STANDARD)


def _asked_tier(now: datetime) -> Combinable:
    own = NullIf(F("customer__tier"), Value("", CharField()))
    of_theirs = NullIf(F("customer__organization__tier"), Value("", CharField()))
    return Coalesce(own, of_theirs, Value(str(Tier.STANDARD), CharField()))


for _field in (
    Field(
        "text",
        _("message"),
        "words",
        help=_("The customer's own words, whole words only."),
        read=_read(lambda row: row.text),
    ),
    Field(
        "channel",
        _("channel"),
        "choice",
        tuple(Channel.choices),
        read=_column("channel"),
        query=_stored("channel"),
    ),
    Field(
        "turns",
        _("number of the customer's messages"),
        "number",
        low=0,
        read=_column("said"),
        query=_messages,
    ),
    Field("tags", _("tag"), "list", read=_column("tags"), query=_stored("tags")),
    Field(
        "priority",
        _("priority"),
        "choice",
        tuple(Priority.choices),
        read=_column("priority"),
        query=_stored("priority"),
        key=int,
    ),
    Field(
        "type",
        _("type"),
        "choice",
        _types,
        help=_("What an agent says that it is. Unknown until somebody does."),
        read=_column("type"),
        query=_stored("type"),
        key=int,
    ),
    Field(
        "status",
        _("status"),
        "choice",
        _statuses,
        help=_("One that an admin added. Unknown while it has none."),
        read=_column("status"),
        query=_stored("status"),
        key=int,
    ),
    Field(
        "snoozed",
        _("snoozed"),
        "bool",
        says=(_("the conversation is put aside"), _("the conversation is not put aside")),
        read=_read(lambda row: row["snoozed_at"] is not None),
        query=_snoozed,
    ),
    Field(
        "waiting_minutes",
        _("waiting time in minutes"),
        "number",
        low=0,
        help=_("How long the customer has been waiting for an answer."),
        read=_read(lambda row: row.waiting_minutes),
        query=_waiting_minutes,
    ),
    Field(
        "waiting_business_minutes",
        _("waiting time in minutes of opening hours"),
        "number",
        low=0,
        help=_("The same, of which only the time within the team's opening hours counts."),
        read=_read(lambda row: row.waiting_business_minutes),
        bound="waiting_minutes",
    ),
    Field(
        "silent_hours",
        _("silence of the customer in hours"),
        "number",
        low=0,
        help=_("How long we have been waiting for the customer's answer."),
        read=_read(lambda row: row.silent_hours),
        query=_silent_hours,
    ),
    Field(
        "tier",
        _("customer's tier"),
        "choice",
        tuple(Tier.choices),
        group=CUSTOMER,
        read=_read(_tier),
        query=_asked_tier,
    ),
    Field(
        "segment",
        _("customer's segment"),
        "text",
        group=CUSTOMER,
        read=_column("segment"),
        query=_stored("customer__segment"),
    ),
    Field(
        "value",
        _("customer's value"),
        "number",
        help=_("What they have bought so far. Unknown never counts."),
        group=CUSTOMER,
        read=_read(lambda row: None if row["value"] is None else float(row["value"])),
        query=_stored("customer__value"),
    ),
    Field(
        "tenure_days",
        _("days since the customer is known"),
        "number",
        low=0,
        group=CUSTOMER,
        read=_read(lambda row: max(0, (row.now - row["since"]).days)),
        query=_tenure_days,
    ),
    Field(
        "earlier_tickets",
        _("number of their other conversations in 30 days"),
        "number",
        low=0,
        group=CUSTOMER,
        read=_column("earlier"),
        query=_other_tickets,
    ),
    Field(
        "upset_in_a_week",
        _("number of times they were upset in 7 days"),
        "number",
        low=0,
        group=CUSTOMER,
        help=_("How often they needed a person because of it, in all their conversations."),
        read=_column("upset"),
        query=_upset_in_a_week,
    ),
    Field(
        "prefers_person",
        _("prefers a person"),
        "bool",
        says=(_("the customer prefers a person"), _("the customer has no wish for a person first")),
        group=CUSTOMER,
        read=_column("prefers_person"),
        query=_stored("customer__prefers_person"),
    ),
    Field(
        "identity",
        _("proof of who is writing"),
        "level",
        tuple(Identity.choices),
        help=_("From unknown to verified by a code, each more than the one before it."),
        group=CUSTOMER,
        read=_read(lambda row: row.identity),
        query=identity.level,
    ),
    Field(
        "team",
        _("team"),
        "choice",
        _teams,
        group=SERVICE,
        read=lambda row: values.Value(row["team"], (row["team_name"],)),
        query=_stored("team"),
        key=int,
    ),
    Field(
        "open_now",
        _("people are there"),
        "bool",
        says=(_("people are there"), _("nobody is there")),
        help=_("Within the team's opening hours, or somebody of it is online."),
        group=SERVICE,
        read=_read(lambda row: row.people_are_there),
    ),
):
    register(_field)
