"""A record is linked where its own customer names it; nobody else hears of it by writing its number."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import make_agent, make_customer, make_lead, make_team, make_ticket
from tests.tickets.records.making import SYSTEM, follow, make_record, make_type, row
from tickets import actions
from tickets.actions import ActionError, NotAllowed
from tickets.actors import Actor
from tickets.models import (
    Channel,
    Customer,
    Event,
    EventKind,
    ExternalId,
    Message,
    NamedReference,
    Record,
    RecordType,
    Ticket,
    TicketRecord,
)
from tickets.records import references
from tickets.records.shown import beside, for_customer
from tickets.workspace import history

pytestmark = pytest.mark.django_db

MAYA = "maya@walkers.example"


@pytest.fixture(autouse=True)
def looks_are_new() -> None:
    """What the process knows of types for a second is of the test before."""
    references._looks._kept = None


@pytest.fixture
def orders() -> RecordType:
    return make_type()


@pytest.fixture
def maya() -> Customer:
    return make_customer("Maya", email=MAYA)


def wrote(customer: Customer, body: str, **more: Any) -> Ticket:
    """A conversation that begins with these words, and all that follows from them."""
    ticket = make_ticket(customer=customer, body=body, **more)
    follow()
    return ticket


def abouts(ticket: Ticket) -> dict[str, str]:
    rows = TicketRecord.objects.filter(ticket=ticket)
    return dict(rows.values_list("record__reference", "about"))


def lines(ticket: Ticket) -> list[str]:
    """What the history says of records, the oldest first."""
    entries = history.page(ticket, actor=SYSTEM).entries
    found = [
        f"{one.what}: {one.detail}"
        + (f" {one.change.before} > {one.change.after}" if one.change else "")
        for one in reversed(entries)
        if "record" in one.what
    ]
    return found


@pytest.mark.parametrize("body", ["Where is KM-48213?", "order km48213 please", "it is KM 48213."])
def test_the_customers_own_record_is_linked_however_they_write_it(
    orders: RecordType, maya: Customer, body: str
) -> None:
    make_record(orders, status="packed", customer_email=MAYA)
    ticket = wrote(maya, body)
    assert abouts(ticket) == {"KM-48213": "linked"}
    assert lines(ticket) == ["linked a record: Order KM-48213"]
    assert Event.objects.get(kind=EventKind.RECORD_LINKED).data.keys() == {"record"}


def test_somebody_elses_record_is_not_linked_and_only_named_to_the_agent(
    orders: RecordType, maya: Customer
) -> None:
    make_record(orders, status="packed", margin="secret", customer_email=MAYA)
    eve = make_customer("Eve", email="eve@walkers.example")
    visitor = make_customer("Eve", email=None)
    for somebody in (eve, visitor):
        ticket = wrote(somebody, "Where is KM-48213?")
        assert abouts(ticket) == {"KM-48213": "anothers"}
        assert lines(ticket) == ["named a record of another customer: Order KM-48213"]
        assert for_customer(ticket) == []
        found = beside(ticket, Record.objects.none())
        assert [one.reference for one in found.named] == ["KM-48213"]
        assert not found.linked
        said = Message.objects.filter(ticket=ticket).values_list("body", flat=True)
        assert not [words for words in said if "packed" in words or "secret" in words]


def test_a_record_whose_customer_is_not_known_yet_is_nobodys_to_link(orders: RecordType) -> None:
    make_record(orders, 1, customer_email="somebody@walkers.example")
    make_record(orders, 2, customer_number="77")
    make_record(orders, 3)
    ticket = wrote(make_customer(email="eve@walkers.example"), "KM-1 KM-2 KM-3")
    assert abouts(ticket) == {}, "the look has five digits"
    RecordType.objects.update(look="KM-*")
    references._looks._kept = None
    RecordType.objects.update(look="KM-#")
    ticket = wrote(make_customer(email="eva@walkers.example"), "KM-1 KM-2 KM-3")
    assert abouts(ticket) == {"KM-1": "anothers", "KM-2": "anothers", "KM-3": "linked"}


def test_a_record_that_was_told_of_before_its_customer_wrote_is_theirs_when_they_do(
    orders: RecordType,
) -> None:
    make_record(orders, customer_email=MAYA)
    maya = make_customer(email=MAYA)
    ticket = wrote(maya, "Where is KM-48213?")
    assert abouts(ticket) == {"KM-48213": "linked"}
    assert Record.objects.get().customer == maya


def test_a_record_that_comes_later_than_the_message_is_linked_when_it_comes(
    orders: RecordType, maya: Customer
) -> None:
    ticket = wrote(maya, "Where is KM-48213?")
    over = wrote(maya, "Where is KM-48213?")
    actions.resolve(actor=Actor.agent(make_agent(teams=[over.team])), ticket=over)
    eve = wrote(make_customer(email="eve@walkers.example"), "Where is KM-48213?")
    assert NamedReference.objects.count() == 3
    make_record(orders, customer_email=MAYA)
    follow()
    assert abouts(ticket) == {"KM-48213": "linked"}
    assert abouts(over) == {}, "it is over"
    assert abouts(eve) == {"KM-48213": "anothers"}
    assert NamedReference.objects.get().ticket == over


def test_an_open_conversation_tells_once_how_its_record_changed(
    orders: RecordType, maya: Customer
) -> None:
    make_record(orders, status="packed", customer_email=MAYA)
    ticket = wrote(maya, "Where is KM-48213?")
    position = Ticket.objects.get(pk=ticket.pk).last_message_at
    make_record(orders, status="sent", customer_email=MAYA)
    follow()
    make_record(orders, status="sent", margin="their words", customer_email=MAYA)
    follow()
    make_record(orders, status="sent", margin="their words", customer_email=MAYA)
    follow()
    assert lines(ticket)[1:] == [
        "changed a record: Order KM-48213: Status packed > sent",
        "changed a record: Order KM-48213: Margin",
    ]
    kept = str([event.data for event in ticket.events.all()])
    assert "their words" not in kept
    after = Ticket.objects.get(pk=ticket.pk)
    assert after.last_message_at == position, "it is no message, and wakes nobody"
    assert after.turn == ticket.turn


def test_a_conversation_that_is_over_hears_nothing(orders: RecordType, maya: Customer) -> None:
    make_record(orders, status="packed", customer_email=MAYA)
    ticket = wrote(maya, "Where is KM-48213?")
    actions.resolve(actor=Actor.agent(make_agent(teams=[ticket.team])), ticket=ticket)
    make_record(orders, status="sent", customer_email=MAYA)
    follow()
    assert len(lines(ticket)) == 1


def test_a_record_that_becomes_another_customers_stays_linked_and_leaves_the_first_ones_sight(
    orders: RecordType, maya: Customer
) -> None:
    make_record(orders, status="packed", margin="ours", customer_email=MAYA)
    ticket = wrote(maya, "Where is KM-48213?")
    (theirs,) = for_customer(ticket)
    assert (theirs.status, dict(theirs.fields)) == ("packed", {}), "the margin is not for them"
    noor = make_customer(email="noor@walkers.example")
    make_record(orders, status="packed", margin="ours", customer_email=noor.email or "")
    assert abouts(ticket) == {"KM-48213": "linked"}
    assert for_customer(ticket) == []
    (linked,) = beside(ticket, Record.objects.none()).linked
    assert linked.is_anothers


def test_who_is_proved_to_be_its_customer_gets_what_they_named_before(orders: RecordType) -> None:
    make_record(orders, customer_email=MAYA)
    visitor = make_customer(email=None)
    ticket = wrote(visitor, "Where is KM-48213?")
    assert abouts(ticket) == {"KM-48213": "anothers"}
    maya = make_customer(email=MAYA)
    actions.join_browser(actor=SYSTEM, visitor=visitor, owner=maya)
    follow()
    assert abouts(ticket) == {"KM-48213": "linked"}


def test_a_number_of_the_customer_brings_their_records(orders: RecordType, maya: Customer) -> None:
    make_record(orders, customer_number="77")
    ticket = wrote(maya, "Where is KM-48213?")
    assert abouts(ticket) == {"KM-48213": "anothers"}
    lead = make_lead(teams=[ticket.team])
    actions.set_external_id(actor=Actor.agent(lead), customer=maya, system="shop", value="77")
    follow()
    assert abouts(ticket) == {"KM-48213": "linked"}


def test_merged_customers_have_each_others_records_until_they_are_parted(
    orders: RecordType, maya: Customer
) -> None:
    record = make_record(orders, customer_email=MAYA)
    double = make_customer(email="m@walkers.example")
    agent = Actor.agent(make_agent())
    actions.merge_customers(actor=agent, customer=double, into=maya)
    double.refresh_from_db()
    ticket = wrote(double, "Hello")
    seen = Record.objects.all()
    assert [one.reference for one in beside(ticket, seen).others] == ["KM-48213"]
    assert for_customer(ticket) == [], "each reads their own only"
    actions.part_customers(actor=agent, customer=double)
    ticket.customer.refresh_from_db()
    assert not beside(ticket, seen)
    record.refresh_from_db()
    assert record.customer == maya


def test_a_visitor_with_records_takes_them_into_the_account(
    orders: RecordType, maya: Customer
) -> None:
    visitor = make_customer(email=None)
    ExternalId.objects.create(customer=visitor, system="shop", value="77")
    record = make_record(orders, customer_number="77")
    assert record.customer == visitor
    actions.join_browser(actor=SYSTEM, visitor=visitor, owner=maya)
    record.refresh_from_db()
    assert record.customer == maya


def test_what_an_agent_removed_is_not_linked_by_itself_again(
    orders: RecordType, maya: Customer
) -> None:
    record = make_record(orders, customer_email=MAYA)
    ticket = wrote(maya, "Where is KM-48213?")
    agent = Actor.agent(make_agent(teams=[ticket.team]))
    actions.unlink_record(actor=agent, ticket=ticket, record=record)
    actions.unlink_record(actor=agent, ticket=ticket, record=record)
    actions.post_message(
        actor=Actor.of_customer(maya), ticket=ticket, body="KM-48213!", channel=Channel.PORTAL
    )
    follow()
    assert abouts(ticket) == {"KM-48213": "removed"}
    assert lines(ticket)[1:] == ["removed the link to a record: Order KM-48213"]
    actions.link_record(actor=agent, ticket=ticket, record=record)
    assert abouts(ticket) == {"KM-48213": "linked"}


def test_only_agents_and_programs_link_by_hand_and_at_most_fifty(
    orders: RecordType, maya: Customer
) -> None:
    records = [make_record(orders, number) for number in range(51)]
    ticket = make_ticket(customer=maya)
    for actor in (Actor.of_customer(maya), Actor.nobody(), Actor.assistant()):
        with pytest.raises(NotAllowed):
            actions.link_record(actor=actor, ticket=ticket, record=records[0])
        with pytest.raises(NotAllowed):
            actions.unlink_record(actor=actor, ticket=ticket, record=records[0])
    agent = Actor.agent(make_agent())
    for record in records[:50]:
        actions.link_record(actor=agent, ticket=ticket, record=record)
    with pytest.raises(ActionError, match="at most"):
        actions.link_record(actor=agent, ticket=ticket, record=records[50])


def test_a_fact_that_names_a_reference_links_it_too(orders: RecordType, maya: Customer) -> None:
    make_record(orders, customer_email=MAYA)
    ticket = wrote(maya, "Hello")
    actions.note_fact(actor=Actor.assistant(), ticket=ticket, key="order_number", value="KM-48213")
    follow()
    assert abouts(ticket) == {"KM-48213": "linked"}


def test_a_pasted_list_links_ten_and_waits_for_no_more(orders: RecordType, maya: Customer) -> None:
    ticket = wrote(maya, " ".join(f"KM-{number}" for number in range(10000, 10300)))
    assert ticket.named_references.count() == 10
    team = make_team()
    assert team.pk
    for begin in range(20000, 23000, 1000):
        actions.post_message(
            actor=Actor.of_customer(maya),
            ticket=ticket,
            body=" ".join(f"KM-{number}" for number in range(begin, begin + 10)),
            channel=Channel.PORTAL,
        )
    follow()
    assert ticket.named_references.count() == 20


def test_a_deleted_record_leaves_its_line_without_its_name(
    orders: RecordType, maya: Customer
) -> None:
    record = make_record(orders, customer_email=MAYA)
    ticket = wrote(maya, "Where is KM-48213?")
    actions.delete_record(actor=SYSTEM, record=record)
    assert lines(ticket) == ["linked a record: one that was deleted"]


def test_a_type_that_is_not_in_use_is_neither_looked_for_nor_shown(
    orders: RecordType, maya: Customer
) -> None:
    make_record(orders, customer_email=MAYA)
    first = wrote(maya, "Where is KM-48213?")
    RecordType.objects.update(active=False)
    references._looks._kept = None
    assert not beside(first, Record.objects.all())
    assert for_customer(first) == []
    assert abouts(wrote(maya, "Where is KM-48213?")) == {}


def test_what_stands_beside_a_conversation_is_one_statement(
    orders: RecordType, maya: Customer, django_assert_num_queries: Any
) -> None:
    tell = [row(number, status="packed", customer_email=MAYA) for number in range(48213, 48243)]
    actions.upsert_records(actor=SYSTEM, record_type=orders, rows=tell)
    ticket = wrote(maya, "Where are KM-48213 and KM-48214?")
    ticket = Ticket.objects.select_related("customer").get(pk=ticket.pk)
    with django_assert_num_queries(1):
        found = beside(ticket, Record.objects.all())
    assert {one.reference for one in found.linked} == {"KM-48213", "KM-48214"}
    assert len(found.others) == 5
    assert found.more
