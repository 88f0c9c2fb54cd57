"""Opening, listing and reading tickets by the API."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.factories import make_agent, make_customer, make_ticket, make_visitor
from tests.tickets.api.conftest import TICKETS, Caller, MakeCaller, new_ticket
from tickets import actions
from tickets.actors import Actor
from tickets.models import (
    ApiKey,
    AuthorKind,
    Channel,
    Customer,
    Event,
    EventKind,
    Scope,
    Ticket,
    Turn,
)

pytestmark = pytest.mark.django_db


def test_an_opened_ticket_holds_the_customers_words_and_waits_for_a_person(shop: Caller) -> None:
    response = shop.post(TICKETS, new_ticket())
    assert response.status_code == 201
    ticket = Ticket.objects.get()
    assert response.json() == {
        "reference": ticket.reference,
        "external_id": "",
        "metadata": {},
        "url": f"http://localhost:8000{TICKETS}{ticket.reference}/",
        "customer_url": f"http://localhost:8000/requests/{ticket.reference}/",
        "workspace_url": f"http://localhost:8000/workspace/{ticket.reference}/",
        "subject": "Seam of the Fell 2",
        "customer": {
            "id": ticket.customer_id,
            "email": "ines@walkers.example",
            "name": "Ines Pardo",
        },
        "identity": {
            "level": "confirmed",
            "how": "known",
            "at": _utc(ticket.customer.created_at),
            "email": "ines@walkers.example",
        },
        "channel": "api",
        "turn": "queue",
        "turn_since": _utc(ticket.turn_since),
        "snoozed_until": None,
        "category": "open",
        "status": None,
        "priority": "normal",
        "promises": [],
        "type": None,
        "tags": [],
        "custom_fields": [],
        "participants": [],
        "team": ticket.team.slug,
        "assignee": None,
        "resolution": None,
        "follows": None,
        "merged_into": None,
        "links": [],
        "created_at": _utc(ticket.created_at),
        "last_message_at": _utc(ticket.last_message_at),
        "updated_at": _utc(ticket.updated_at),
        "closed_at": None,
    }
    message = ticket.messages.get(author_kind=AuthorKind.CUSTOMER)
    assert message.body == "The seam above the door drips."
    assert message.author_customer == ticket.customer
    assert message.channel == Channel.API


def test_what_the_key_did_is_recorded_as_the_keys(shop: Caller) -> None:
    shop.post(TICKETS, new_ticket())
    key = ApiKey.objects.get()
    opened = Event.objects.get(kind=EventKind.TICKET_OPENED)
    wrote = Event.objects.filter(kind=EventKind.MESSAGE_POSTED).earliest("position")
    assert [opened.actor_key, wrote.actor_key] == [key, key]
    assert opened.actor_kind == "api"
    assert wrote.data["author"] == AuthorKind.CUSTOMER


def test_a_known_address_is_the_same_customer_whatever_its_case(shop: Caller) -> None:
    known = make_customer("Ines Pardo", email="ines@walkers.example")
    shop.post(TICKETS, new_ticket(customer={"email": " INES@Walkers.Example"}))
    assert Ticket.objects.get().customer == known
    assert Customer.objects.count() == 1


def test_only_customer_and_body_are_needed(shop: Caller) -> None:
    response = shop.post(
        TICKETS, {"customer": {"email": "a@walkers.example"}, "body": "Hello\nyou"}
    )
    assert response.status_code == 201
    assert response.json()["subject"] == "Hello"


def test_a_ticket_by_widget_is_the_assistants_first(shop: Caller) -> None:
    response = shop.post(TICKETS, new_ticket(channel="widget"))
    assert response.json()["turn"] == Turn.ASSISTANT


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"body": " \u200b\n"}, "body", "empty"),
        ({"body": "x" * 20_001}, "body", "too_long"),
        ({"body": 7}, "body", "invalid"),
        ({"body": None}, "body", "null"),
        ({"subject": "x" * 201}, "subject", "max_length"),
        ({"subject": ["x"]}, "subject", "invalid"),
        ({"channel": "carrier pigeon"}, "channel", "invalid_choice"),
        ({"customer": {"email": "nobody"}}, "customer.email", "invalid_email"),
        ({"customer": {"email": "x" * 250 + "@a.example"}}, "customer.email", "max_length"),
        ({"customer": {"email": "a@b.example", "name": "x" * 151}}, "customer.name", "max_length"),
        ({"customer": {"name": "Ines"}}, "customer.email", "required"),
        ({"customer": "ines@walkers.example"}, "customer", "invalid"),
    ],
)
def test_what_is_not_right_is_named_and_nothing_is_written(
    shop: Caller, changes: dict[str, object], field: str, code: str
) -> None:
    response = shop.post(TICKETS, new_ticket(**changes))
    assert response.status_code == 400
    error = response.json()["error"]
    assert error["code"] == "invalid"
    assert list(error["fields"]) == [field]
    assert error["fields"][field][0]["code"] == code
    assert error["fields"][field][0]["message"]
    assert not Ticket.objects.exists()
    assert not Customer.objects.exists()


def test_an_empty_body_names_every_missing_field(shop: Caller) -> None:
    assert set(shop.post(TICKETS, b"").json()["error"]["fields"]) == {"customer", "body"}


def test_a_ticket_is_read_by_its_reference(shop: Caller) -> None:
    agent = make_agent("Dana Osei")
    ticket = make_ticket(turn=Turn.AGENT, agent=agent)
    found = shop.get(f"{TICKETS}{ticket.reference}/").json()
    assert found["reference"] == ticket.reference
    assert found["assignee"] == "Dana Osei"


def test_a_confirmed_ticket_says_so(shop: Caller) -> None:
    ticket = make_ticket(turn=Turn.CLOSED)
    found = shop.get(f"{TICKETS}{ticket.reference}/").json()
    assert (found["turn"], found["resolution"]) == ("closed", "confirmed")
    assert found["closed_at"] == _utc(ticket.closed_at)


def test_a_missing_ticket_is_404(shop: Caller) -> None:
    response = shop.get(f"{TICKETS}NOTTHERE/")
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "not_found"


def test_the_list_pages_through_every_ticket_once_newest_message_first(shop: Caller) -> None:
    now = timezone.now()
    tickets = [make_ticket() for _ in range(7)]
    Ticket.objects.filter(pk__in=[t.pk for t in tickets[:4]]).update(last_message_at=now)
    expected = list(
        Ticket.objects.order_by("-last_message_at", "-pk").values_list("reference", flat=True)
    )
    seen: list[str] = []
    url: str | None = f"{TICKETS}?page_size=2"
    pages = 0
    while url:
        page = shop.get(url).json()
        seen += [row["reference"] for row in page["results"]]
        url = page["next"]
        pages += 1
    assert seen == expected
    assert pages == 4


def test_the_next_page_keeps_the_filters(shop: Caller) -> None:
    customer = make_customer()
    for _ in range(3):
        make_ticket(customer=customer)
    make_ticket()
    page = shop.get(TICKETS, {"customer": customer.email, "page_size": 2}).json()
    rest = shop.get(page["next"]).json()
    assert [len(page["results"]), len(rest["results"])] == [2, 1]
    assert rest["next"] is None
    assert urlsplit(page["next"]).path == TICKETS


def test_the_list_filters_by_turn_customer_and_time(shop: Caller) -> None:
    customer = make_customer(email="ines@walkers.example")
    old = make_ticket(customer=customer, ago=timedelta(days=3))
    closed = make_ticket(turn=Turn.CLOSED)

    def found(**query: str) -> list[str]:
        return [row["reference"] for row in shop.get(TICKETS, query).json()["results"]]

    assert found(turn="closed") == [closed.reference]
    assert found(customer="INES@walkers.example") == [old.reference]
    assert found(customer="nobody@walkers.example") == []
    day = (timezone.now() - timedelta(days=1)).isoformat()
    assert found(last_message_after=day) == [closed.reference]
    assert found(last_message_after=day, turn="queue") == []


def test_the_list_costs_the_same_for_one_ticket_and_for_ten(
    shop: Caller, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    shop.get(TICKETS)
    make_ticket(turn=Turn.AGENT)
    with django_assert_num_queries(2):
        assert len(shop.get(TICKETS).json()["results"]) == 1
    for _ in range(9):
        make_ticket(turn=Turn.AGENT)
    with django_assert_num_queries(2):
        assert len(shop.get(TICKETS).json()["results"]) == 10


def _utc(moment: object) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S.%fZ}"


def test_who_proved_an_address_is_read_with_a_ticket_and_in_lists_and_the_code_is_not(
    shop: Caller,
) -> None:
    make_customer(email="ines@walkers.example")
    ticket = make_ticket(customer=make_visitor())
    read = shop.get(f"{TICKETS}{ticket.reference}/").json()["identity"]
    assert read == {"level": "unknown", "how": None, "at": None, "email": None}
    visitor = Actor.of_customer(ticket.customer)
    check = actions.ask_for_code(actor=visitor, ticket=ticket, address="ines@walkers.example")
    code = actions.make_code(actor=Actor.system(), ticket=ticket, position=check.position or 0)
    assert code not in shop.get(f"{TICKETS}{ticket.reference}/").content.decode()
    actions.check_code(actor=visitor, ticket=ticket, digits=code)
    (row,) = shop.get(TICKETS).json()["results"]
    assert row["identity"] == {
        "level": "verified",
        "how": "code",
        "at": _utc(ticket.verifications.get().at),
        "email": "ines@walkers.example",
    }
    assert row["customer"]["email"] is None  # the conversation is still the visitor's
    assert code not in shop.get(f"{TICKETS}{ticket.reference}/messages/").content.decode()


def test_who_is_in_copy_is_read_with_a_ticket_and_in_lists(shop: Caller) -> None:
    dana = make_agent("Dana Osei")
    ticket = make_ticket(turn=Turn.AGENT, agent=dana)
    actions.add_to_copy(actor=Actor.agent(dana), ticket=ticket, email="p@walkers.example")
    assert shop.get(f"{TICKETS}{ticket.reference}/").json()["participants"] == ["p@walkers.example"]
    (row,) = shop.get(TICKETS).json()["results"]
    assert row["participants"] == ["p@walkers.example"]


def test_a_program_keeps_its_number_and_data_beside_a_ticket_and_finds_it_by_them(
    shop: Caller,
) -> None:
    told = shop.post(TICKETS, new_ticket(external_id="4711", metadata={"cart": "c-9"})).json()
    assert (told["external_id"], told["metadata"]) == ("4711", {"cart": "c-9"})
    assert told["customer"]["id"] == Customer.objects.get().pk
    path = f"{TICKETS}{told['reference']}/"
    changed = shop.call("PATCH", path, {"metadata": {"cart": None, "step": "2"}}).json()
    assert (changed["external_id"], changed["metadata"]) == ("4711", {"step": "2"})
    assert changed["updated_at"] > told["updated_at"]
    event = Event.objects.filter(kind=EventKind.TICKET_CHANGED).latest("pk")
    assert (event.data, event.actor_key is not None) == ({"field": "metadata"}, True)
    assert shop.call("PATCH", path, {"metadata": {"step": "2"}}).status_code == 200
    assert Event.objects.filter(kind=EventKind.TICKET_CHANGED).latest("pk") == event
    (found,) = shop.get(TICKETS, {"external_id": "4711"}).json()["results"]
    assert found["reference"] == told["reference"]
    assert shop.get(TICKETS, {"external_id": "471"}).json()["results"] == []


def test_no_two_tickets_have_the_same_number(shop: Caller) -> None:
    shop.post(TICKETS, new_ticket(external_id="4711"))
    again = shop.post(TICKETS, new_ticket(external_id="4711"))
    assert (again.status_code, again.json()["error"]["code"]) == (409, "taken")
    assert Ticket.objects.count() == 1  # nothing is left of the other


def test_a_key_that_may_not_read_keeps_data_and_learns_nothing(caller: MakeCaller) -> None:
    ticket = make_ticket()
    answer = caller(Scope.TICKETS_WRITE).call(
        "PATCH", f"{TICKETS}{ticket.reference}/", {"external_id": "4711"}
    )
    assert set(answer.json()) == {"reference", "created_at"}
