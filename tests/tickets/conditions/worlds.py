"""Tickets and conditions at random, to see that both halves of the language say the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tests.factories import make_agent, make_team, make_user
from tests.tickets.conditions.promises import make_policies, promise
from tests.tickets.records.making import make_type
from tickets.conditions import Field, all_fields
from tickets.models import (
    AuthorKind,
    Channel,
    Customer,
    Event,
    EventKind,
    Message,
    Organization,
    Priority,
    Record,
    RecordType,
    Resolution,
    Status,
    StatusCategory,
    Team,
    Ticket,
    TicketRecord,
    TicketType,
    Tier,
    Turn,
    User,
    Verification,
)

NOW = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
# Letters whose case is more than a capital and a small one, and what stands between words.
LETTERS = "aAkKsSiIßẞſµμΣσςİıﬀﬁéÉeǅdžÅåK9_ -.,(\t\u00a0\u0301日"
WORDS = (
    "guide",
    "Guides",
    "GUIDE",
    "straße",
    "STRASSE",
    "Strasse",
    "office",
    "oﬃce",
    "ΣΙΓΜΑΣ",
    "σιγμας",
)
# What nobody would write, but a request could.
UNREADABLE: list[Any] = [
    *("", " ", "\x00", "a\x00b", "\ud800", "nan", "-1", "02", "9" * 5000, "(.*", "]", "\\"),
    *(None, 10**30, 10**400, 10**5000, -(10**30), 1e308, float("nan"), float("inf")),
    *([], [None], ["x", 2, None], {}, {"a": 1}, [[["x"]]], ["guide"] * 10_000),
]
HOSTILE = st.sampled_from(UNREADABLE)


def words() -> st.SearchStrategy[str]:
    """Short texts as they are stored: without white space around them."""
    free = st.text(LETTERS, max_size=8).map(str.strip)
    pairs = st.builds("{} {}".format, st.sampled_from(WORDS), st.sampled_from(WORDS))
    return st.one_of(st.sampled_from(WORDS), pairs, free)


def moments() -> st.SearchStrategy[datetime]:
    """Around now and around the ends of what is counted in minutes, days and 30 days."""
    ends = [timedelta(0), timedelta(minutes=1), timedelta(days=1), timedelta(days=30)]
    near = st.builds(
        lambda end, seconds: NOW - end + timedelta(microseconds=seconds),
        st.sampled_from(ends),
        st.sampled_from([0, 0, 1, -1, 500_000]),
    )
    far = st.integers(-3600, 60 * 24 * 3600).map(lambda seconds: NOW - timedelta(seconds=seconds))
    return st.one_of(near, far)


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is random about one ticket and its customer."""

    customer: int
    team: int
    turn: Turn
    channel: str
    priority: int
    type: int | None
    status: bool
    tags: list[str]
    messages: int
    snoozed: bool
    created: datetime
    since: datetime
    opened_by: int | None
    proof: tuple[int, datetime, bool, bool] | None
    records: list[dict[str, Any]]


# What may stand in the fields of a record: values of their kinds, and of others.
_ODD = st.sampled_from([None, "", 7, True, ["x", 1], {"a": 1}])
RECORDS = st.fixed_dictionaries(
    {},
    optional={
        "status": st.one_of(st.sampled_from(["ordered", "packed", "sent"]), _ODD),
        "total": st.one_of(st.integers(-5, 100), st.sampled_from([0.1, 0.5, 1e9]), _ODD),
        "due": st.one_of(st.sampled_from(["2026-03-28", "2026-03-29"]), _ODD),
        "items": st.one_of(st.lists(st.sampled_from(["tent", "stove"]), max_size=2), _ODD),
        "margin": st.one_of(words().filter(bool), _ODD),
        "gift": st.one_of(st.booleans(), _ODD),
    },
)


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """What is random about one customer."""

    tier: str | None
    own_tier: str
    segment: str
    value: Decimal | None
    prefers_person: bool
    address: str
    log_in: bool
    since: datetime


PEOPLE = st.builds(
    Person,
    tier=st.sampled_from([None, *Tier.values]),
    own_tier=st.sampled_from(["", *Tier.values]),
    segment=words(),
    value=st.one_of(st.none(), st.decimals(-1000, 10**9, places=2), st.just(Decimal("0.10"))),
    prefers_person=st.booleans(),
    address=st.sampled_from(["email", "claimed_email", ""]),
    log_in=st.booleans(),
    since=moments(),
)
SKETCHES = st.builds(
    Sketch,
    customer=st.integers(0, 3),
    team=st.integers(0, 1),
    turn=st.sampled_from(list(Turn)),
    channel=st.sampled_from(Channel.values),
    priority=st.sampled_from(Priority.values),
    type=st.sampled_from([None, 0, 1]),
    status=st.booleans(),
    tags=st.lists(words().filter(bool), max_size=3),
    messages=st.integers(0, 3),
    snoozed=st.booleans(),
    created=moments(),
    since=moments(),
    opened_by=st.one_of(st.none(), st.integers(0, 3)),
    # Whose address was proved, until when, whether it was ended, and whether it is another by now.
    proof=st.one_of(
        st.none(), st.tuples(st.integers(0, 3), moments(), st.booleans(), st.booleans())
    ),
    records=st.lists(RECORDS, max_size=3),
)
WORLDS = st.tuples(
    st.lists(PEOPLE, min_size=4, max_size=4), st.lists(SKETCHES, min_size=1, max_size=12)
)


def build(
    people: list[Person], sketches: list[Sketch], teams: list[Team], agent: User
) -> list[Ticket]:
    """The rows of a world, in eight statements."""
    organizations = {
        person: Organization(name=f"Random {number}", tier=person.tier)
        for number, person in enumerate(people)
        if person.tier is not None
    }
    Organization.objects.bulk_create(organizations.values())
    customers = Customer.objects.bulk_create(
        Customer(
            organization=organizations.get(person),
            tier=person.own_tier,
            segment=person.segment,
            value=person.value,
            prefers_person=person.prefers_person,
            created_at=person.since,
            user=make_user() if person.log_in else None,
            **{person.address: f"random{number}@walkers.example"} if person.address else {},
        )
        for number, person in enumerate(people)
    )
    types = list(TicketType.objects.offered())
    statuses = {status.category: status for status in Status.objects.all()}
    tickets = Ticket.objects.bulk_create(
        _with_status(
            _ticket(sketch, customers[sketch.customer], teams[sketch.team], agent, types),
            statuses if sketch.status else {},
        )
        for sketch in sketches
    )
    Event.objects.bulk_create(
        event
        for ticket, sketch in zip(tickets, sketches, strict=True)
        for event in _events(ticket, sketch, customers)
    )
    Verification.objects.bulk_create(
        _proof(ticket, *sketch.proof, customers)
        for ticket, sketch in zip(tickets, sketches, strict=True)
        if sketch.proof is not None
    )
    Message.objects.bulk_create(
        message
        for ticket, sketch in zip(tickets, sketches, strict=True)
        for message in _messages(ticket, sketch.messages)
    )
    _link_records(tickets, sketches)
    drawn = zip(tickets, sketches, strict=True)
    promise((ticket, sketch.messages, sketch.created) for ticket, sketch in drawn)
    return tickets


def _link_records(tickets: list[Ticket], sketches: list[Sketch]) -> None:
    """Each with its own; of several the first is one that an agent removed."""
    (orders,) = RecordType.objects.filter(key="order")
    pairs = [
        (ticket, number, values)
        for ticket, sketch in zip(tickets, sketches, strict=True)
        for number, values in enumerate(sketch.records)
    ]
    records = Record.objects.bulk_create(
        Record(
            type=orders,
            external_id=f"{ticket.pk}-{number}",
            reference=f"KM-{ticket.pk}-{number}",
            reference_key=f"KM{ticket.pk}X{number}",
            values=values,
            changed_at=NOW,
        )
        for ticket, number, values in pairs
    )
    TicketRecord.objects.bulk_create(
        TicketRecord(
            ticket=ticket,
            record=record,
            found_by="agent",
            about="removed" if number == 0 and len(sketches) % 2 else "linked",
        )
        for (ticket, number, _values), record in zip(pairs, records, strict=True)
    )


def _ticket(
    sketch: Sketch, customer: Customer, team: Team, agent: User, types: list[TicketType]
) -> Ticket:
    spam = sketch.turn == Turn.SPAM
    closed = sketch.turn == Turn.CLOSED or spam
    with_a_person = sketch.turn in (Turn.QUEUE, Turn.AGENT)
    return Ticket(
        customer=customer,
        team=team,
        assignee=agent if sketch.turn == Turn.AGENT else None,
        channel=sketch.channel,
        priority=sketch.priority,
        type=None if sketch.type is None else types[sketch.type],
        tags=sketch.tags,
        snoozed_at=sketch.since if sketch.snoozed and sketch.turn == Turn.AGENT else None,
        turn=sketch.turn,
        turn_since=sketch.since,
        person_asked_at=sketch.since if with_a_person else None,
        closed_at=sketch.since if closed else None,
        resolution=Resolution.SPAM if spam else Resolution.CONFIRMED if closed else "",
        last_message_at=sketch.created,
        created_at=sketch.created,
    )


def _with_status(ticket: Ticket, statuses: Mapping[str, Status]) -> Ticket:
    """With the status of where it stands, if there is one."""
    ticket.status = statuses.get(str(ticket.category))
    ticket.status_category = ticket.status.category if ticket.status else ""
    return ticket


def _events(ticket: Ticket, sketch: Sketch, customers: list[Customer]) -> Iterator[Event]:
    """Who opened it, if a customer did; and that its customer said what is theirs."""
    if sketch.opened_by is not None:
        by, data = customers[sketch.opened_by], {"channel": ticket.channel}
        yield _event(ticket, EventKind.TICKET_OPENED, 0, by, data)
    for position in range(1, sketch.messages + 1):
        yield _event(ticket, EventKind.MESSAGE_POSTED, position, ticket.customer, {})


def _event(
    ticket: Ticket, kind: EventKind, position: int, by: Customer, data: dict[str, Any]
) -> Event:
    return Event(
        ticket=ticket,
        kind=kind,
        position=position,
        actor_kind=AuthorKind.CUSTOMER,
        actor_customer=by,
        data=data,
    )


def _proof(
    ticket: Ticket, whose: int, until: datetime, ended: bool, moved: bool, customers: list[Customer]
) -> Verification:
    customer = customers[whose]
    address = "moved@walkers.example" if moved else customer.email or "gone@walkers.example"
    return Verification(
        ticket=ticket,
        customer=customer,
        address=address,
        at=until - timedelta(hours=4),
        quiet=timedelta(hours=4),
        expires_at=until,
        ended_at=until if ended else None,
    )


def _messages(ticket: Ticket, number: int) -> Iterator[Message]:
    """So many of the customer's, and one that is not theirs."""
    for position, kind in enumerate([AuthorKind.CUSTOMER] * number + [AuthorKind.SYSTEM], start=1):
        yield Message(
            ticket=ticket,
            position=position,
            author_kind=kind,
            author_customer=ticket.customer if kind == AuthorKind.CUSTOMER else None,
            channel=ticket.channel,
            body="x",
        )


# --- conditions


def askable() -> list[Field]:
    return [field for field in all_fields() if field.query is not None]


def conditions(teams: list[Team]) -> st.SearchStrategy[dict[str, Any]]:
    return st.sampled_from(askable()).flatmap(lambda field: _condition(field, teams))


def _condition(field: Field, teams: list[Team]) -> st.SearchStrategy[dict[str, Any]]:
    one = _value(field, teams)
    many = st.lists(one, max_size=3)
    value = st.one_of(*[one, many] * 4, HOSTILE)
    return st.fixed_dictionaries(
        {"field": st.just(field.name), "op": st.sampled_from(field.operators), "value": value}
    )


def _value(field: Field, teams: list[Team]) -> st.SearchStrategy[Any]:
    if field.kind == "bool":
        return st.booleans()
    if field.kind == "number":
        near = st.sampled_from([0, 1, 2, 29, 30, 31, 60, 0.1, 0.5, 1e9])
        return st.one_of(near, st.integers(-5, 100), st.floats(-1e6, 1e9))
    if field.kind == "moment":
        days = [(NOW - timedelta(days=ago)).date().isoformat() for ago in (-1, 0, 1, 30)]
        return st.one_of(st.sampled_from(days), moments().map(datetime.isoformat))
    if field.name == "team":
        return st.sampled_from([str(team.pk) for team in teams] + ["0", "987654"])
    if field.has_choices:
        return st.sampled_from([key for key, _label in field.all_choices()])
    return st.one_of(words(), st.sampled_from(WORDS), words().map(str.swapcase))


def groups(teams: list[Team]) -> st.SearchStrategy[dict[str, Any]]:
    """Groups that nest as deep as they may, and one deeper."""
    broken = st.sampled_from([None, "x", {}, {"field": "gone", "op": "is", "value": 1}])
    member: st.SearchStrategy[Any] = st.one_of(*[conditions(teams)] * 12, broken)
    for _depth in range(4):
        member = st.one_of(conditions(teams), _group(member))
    return _group(member)


def _group(member: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"match": st.sampled_from(["all", "any"]), "conditions": st.lists(member, max_size=3)}
    )


def desk() -> tuple[list[Team], User]:
    """Two teams and an agent, for every world; a status of each category, and a type of records."""
    make_type()
    make_policies()
    for category in StatusCategory:
        Status.objects.create(name=f"Status {category}", category=category)
    teams = [make_team(), make_team()]
    return teams, make_agent(teams=teams)
