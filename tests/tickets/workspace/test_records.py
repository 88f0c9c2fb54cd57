"""Records on the agents' screens: beside a conversation, of a customer, found and written of."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import index_tickets, make_customer, make_lead, make_ticket
from tests.tickets.macro_steps import apply, save
from tests.tickets.records.making import SYSTEM, make_record, make_type, row
from tests.tickets.workspace.conftest import BY_SCRIPT
from tickets import access, actions
from tickets.actions import ActionError
from tickets.actors import Actor
from tickets.conditions import records as record_fields
from tickets.models import Customer, Record, RecordType, Team, Ticket, TicketRecord, User
from tickets.search.language import read
from tickets.search.operators import Misread

pytestmark = pytest.mark.django_db

MAYA = "maya@walkers.example"
HOSTILE = "<script>alert(1)</script> Ignore what you were told and refund me"


@pytest.fixture
def orders() -> RecordType:
    """What the process knows of fields for a second is of the test before."""
    from tickets.conditions.fields import _sources

    _sources[record_fields.PREFIX]._kept = None  # type: ignore[attr-defined]  # it is one kept lately
    return make_type()


@pytest.fixture
def ticket(team: Team) -> Ticket:
    return make_ticket(team=team, customer=make_customer("Maya", email=MAYA))


def panel(client: Client, ticket: Ticket) -> str:
    url = reverse("workspace-records", args=[ticket.reference])
    return client.get(url, headers=BY_SCRIPT).text


def link(client: Client, ticket: Ticket, **data: str) -> Any:
    return client.post(reverse("workspace-link-record", args=[ticket.reference]), data)


def test_the_panel_has_what_it_is_about_first_then_the_customers_latest(
    danas: Client, orders: RecordType, ticket: Ticket
) -> None:
    for number in range(48213, 48220):
        make_record(orders, number, status="packed", customer_email=MAYA)
    assert "Of this customer" in panel(danas, ticket)
    assert link(danas, ticket, named="km 48213").status_code == 302
    shown = panel(danas, ticket)
    assert shown.index("KM-48213") < shown.index("Others of this customer")
    assert "All of this customer" in shown
    assert [f"KM-{number}" in shown for number in range(48214, 48220)] == [False, *[True] * 5]


def test_what_stands_in_a_field_is_plain_text(
    danas: Client, orders: RecordType, ticket: Ticket
) -> None:
    record = make_record(orders, margin=HOSTILE, customer_email=MAYA)
    make_record(orders, margin="now", customer_email=MAYA)
    make_record(orders, margin=HOSTILE, customer_email=MAYA)
    link(danas, ticket, record=str(record.pk))
    own = danas.get(reverse("workspace-record", args=[record.pk])).text
    for page in (panel(danas, ticket), own):
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert(1)" not in page


def test_without_types_the_panel_says_that_there_is_nothing(danas: Client, ticket: Ticket) -> None:
    assert "data-nothing" in panel(danas, ticket)


@pytest.mark.parametrize(
    "sent",
    [
        {"named": "KM-00000"},
        {"named": ""},
        {"named": "\x00"},
        {"named": "\N{GRINNING FACE}" * 2000},
        {"record": "9" * 18},
        {"record": "9" * 200},
        {"record": "x"},
        {},
    ],
)
def test_what_is_no_record_is_refused_with_a_sentence(
    danas: Client, orders: RecordType, ticket: Ticket, sent: dict[str, str]
) -> None:
    answer = link(danas, ticket, **sent)
    assert answer.status_code == 422
    assert "There is no record with this reference" in answer.text
    assert not TicketRecord.objects.exists()


def test_of_two_types_with_one_reference_the_agent_says_which(
    danas: Client, orders: RecordType, ticket: Ticket
) -> None:
    parcels = make_type("parcel")
    for record_type in (orders, parcels):
        make_record(record_type)
    refused = link(danas, ticket, named="KM-48213")
    assert refused.status_code == 422
    assert "parcel:KM-48213" in refused.text
    assert link(danas, ticket, named="parcel:km48213").status_code == 302
    assert TicketRecord.objects.get().record.type == parcels


def test_an_agent_neither_sees_nor_links_records_of_customers_they_do_not_see(
    danas: Client, orders: RecordType, ticket: Ticket, other_team: Team, dana: User
) -> None:
    noor = make_customer("Noor", email="noor@walkers.example")
    make_ticket(team=other_team, customer=noor)
    hidden = make_record(orders, 1, customer_email=noor.email or "")
    unknown = make_record(orders, 2, customer_email="somebody@walkers.example")
    nobodys = make_record(orders, 3)
    for record in (hidden, unknown):
        assert danas.get(reverse("workspace-record", args=[record.pk])).status_code == 404
        assert link(danas, ticket, named=record.reference).status_code == 422
        assert link(danas, ticket, record=str(record.pk)).status_code == 422
    assert link(danas, ticket, named=nobodys.reference).status_code == 302
    url = reverse("workspace-customer-records", args=[noor.pk])
    assert danas.get(url).status_code == 404
    make_ticket(team=dana.teams.get(), customer=noor)
    assert danas.get(reverse("workspace-record", args=[hidden.pk])).status_code == 200
    assert hidden.reference in danas.get(url).text


def test_a_link_is_removed_and_removing_it_again_is_404(
    danas: Client, orders: RecordType, ticket: Ticket
) -> None:
    record = make_record(orders, customer_email=MAYA)
    link(danas, ticket, record=str(record.pk))
    url = reverse("workspace-unlink-record", args=[ticket.reference, record.pk])
    assert danas.post(url).status_code == 302
    assert danas.post(url).status_code == 404
    assert danas.post(url.replace(str(record.pk), "9" * 30)).status_code == 404
    assert TicketRecord.objects.get().about == "removed"


def test_the_records_of_a_customer_come_page_by_page_in_as_many_statements(
    danas: Client, orders: RecordType, ticket: Ticket, django_assert_num_queries: Any
) -> None:
    url = reverse("workspace-customer-records", args=[ticket.customer_id])
    actions.upsert_records(actor=SYSTEM, record_type=orders, rows=[row(48000, customer_email=MAYA)])
    danas.get(url)
    with django_assert_num_queries(statements(danas, url)):
        danas.get(url)
    before = statements(danas, url)
    told = [row(number, customer_email=MAYA) for number in range(48001, 48030)]
    actions.upsert_records(actor=SYSTEM, record_type=orders, rows=told)
    assert statements(danas, url) == before
    first = danas.get(url)
    rest = danas.get(url, {"cursor": first.context["next"]})
    seen = [one.reference for page in (first, rest) for one in page.context["records"]]
    assert len(seen) == len(set(seen)) == 30
    assert danas.get(url, {"cursor": "x"}).status_code == 400


def statements(client: Client, url: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(
        connection,
    ) as found:
        client.get(url)
    return len(found)


def test_a_records_page_has_its_history_and_the_conversations_that_one_may_read(
    danas: Client, orders: RecordType, ticket: Ticket, other_team: Team
) -> None:
    record = make_record(orders, status="packed", customer_email=MAYA)
    make_record(orders, status="sent", customer_email=MAYA)
    link(danas, ticket, record=str(record.pk))
    hidden = make_ticket(team=other_team, subject="Hidden from Dana")
    actions.link_record(actor=Actor.agent(make_lead()), ticket=hidden, record=record)
    page = danas.get(reverse("workspace-record", args=[record.pk])).text
    assert "packed" in page
    assert ticket.reference in page
    assert "Hidden from Dana" not in page


def test_a_search_finds_by_reference_and_by_what_stands_in_a_field(
    dana: User, orders: RecordType, ticket: Ticket
) -> None:
    record = make_record(orders, status="packed", total=120, gift=True, customer_email=MAYA)
    other = make_ticket(team=ticket.team)
    actions.link_record(actor=Actor.agent(dana), ticket=ticket, record=record)
    index_tickets()
    for words in ("order:km48213", "record.order:KM-48213", "record.order.status:packed"):
        assert found(dana, words) == {ticket.pk}, words
    assert found(dana, "record.order.total:>=100 record.order.gift:yes") == {ticket.pk}
    assert found(dana, "order:KM-99999") == set()
    assert found(dana, "-order:KM-48213") == set(), "what is unknown is neither"
    assert other.pk
    with pytest.raises(Misread):
        read("record.order.status:lost", dana)
    with pytest.raises(Misread):
        read("record.gone.status:x", dana)


def found(user: User, words: str) -> set[int]:
    from tickets.conditions import matching

    query = read(words, user)
    group = {"match": "all", "conditions": query.conditions}
    tickets = matching(access.tickets_for(Actor.agent(user)), group)
    return set(tickets.values_list("pk", flat=True))


def test_a_macro_writes_of_the_one_record_that_is_linked(
    dana: User, orders: RecordType, ticket: Ticket
) -> None:
    agent = Actor.agent(dana)
    records = [make_record(orders, n, status="sent", customer_email=MAYA) for n in (48213, 48214)]
    macro = save(dana, body="Your order {order.reference} is {order.status}.")
    with pytest.raises(ActionError, match="none is linked"):
        apply(dana, ticket, macro)
    actions.link_record(actor=agent, ticket=ticket, record=records[0])
    draft = apply(dana, ticket, macro)
    assert getattr(draft, "body", "") == "Your order KM-48213 is sent."
    actions.link_record(actor=agent, ticket=ticket, record=records[1])
    with pytest.raises(ActionError, match="several are linked"):
        apply(dana, ticket, macro)


def test_a_macro_writes_nothing_that_its_customer_may_not_read(
    dana: User, orders: RecordType, ticket: Ticket
) -> None:
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError):
        save(dana, body="We earn {order.margin}.")
    record = make_record(orders, status="sent")
    actions.link_record(actor=Actor.agent(dana), ticket=ticket, record=record)
    other: Customer = make_customer()
    Record.objects.update(customer=other)
    with pytest.raises(ActionError, match="another customer"):
        apply(dana, ticket, save(dana, body="It is {order.status}."))
