"""Whoever may not see contact details finds them nowhere: on no page, in no frame, by no search."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.http import Http404
from django.test import Client

from tests.factories import (
    index_tickets,
    make_agent,
    make_customer,
    make_organization,
    make_outside_agent,
    make_reply,
    make_ticket,
)
from tests.tickets.workspace.conftest import BY_SCRIPT
from tests.tickets.workspace.test_access import ROUTES, TABLE
from tickets import access, actions, masking
from tickets.access import customers, mail_for, mails_for
from tickets.actors import Actor
from tickets.models import (
    Channel,
    Contact,
    Customer,
    Fact,
    Participant,
    Team,
    Ticket,
    Turn,
    User,
)
from tickets.search.language import read
from tickets.search.operators import Misread
from tickets.workspace.news import news

ADDRESS, CLAIMED = "zephyrine@quillfeather.example", "unproved@quillfeather.example"
FURTHER, COPY, PHONE = "second@otherbox.example", "boss@copybox.example", "+44 7700 900148"
SECRETS = (
    "zephyrine@",
    "quillfeather.example",
    "second@",
    "otherbox",
    "boss@",
    "copybox",
    "900148",
)


@pytest.fixture
def nameless(team: Team) -> Ticket:
    """Of somebody of whom an address is all that is known, wherever an address can stand."""
    customer = make_customer(email=ADDRESS, phone=PHONE, organization=make_organization())
    Customer.objects.filter(pk=customer.pk).update(name="", claimed_email=CLAIMED)
    customer.refresh_from_db()
    Contact.objects.create(customer=customer, kind="email", value=FURTHER)
    ticket = make_ticket(team=team, customer=customer, channel=Channel.PORTAL, turn=Turn.QUEUE)
    for key, value in (("email", ADDRESS), ("phone", PHONE)):
        Fact.objects.create(customer=customer, ticket=ticket, key=key, value=value)
    dana = make_agent("Dana Osei", teams=[team])
    actions.add_to_copy(actor=Actor.agent(dana), ticket=ticket, email=COPY)
    make_reply(ticket, dana)
    assert Participant.objects.filter(ticket=ticket).exists()
    index_tickets()
    ticket.refresh_from_db()
    return ticket


@pytest.fixture
def sam(team: Team) -> User:
    return make_outside_agent("Sam Partner", teams=[team])


def _leaks(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


def _pages(ticket: Ticket) -> list[str]:
    found = []
    for method, name in TABLE:
        if method != "GET":
            continue
        url = "/workspace/" + ROUTES[name].replace("<str:reference>", ticket.reference)
        for part, key in (
            ("<int:position>", "1"),
            ("<int:pk>", str(ticket.customer_id)),
            ("<slug:key>", "login_help"),
        ):
            url = url.replace(part, key)
        found.append(url)
    customer = ticket.customer
    return [
        *found,
        f"/workspace/organizations/{customer.organization_id}/",
        *(f"/workspace/?view={view}" for view in ("waiting", "mine", "open", "closed")),
        "/workspace/?q=pole&sort=best",
        "/workspace/by-name/?q=pole&conversation=1",
        f"/workspace/{ticket.reference}/completions/?after=@&q=",
    ]


def test_an_outside_agent_sees_no_address_on_any_page(
    nameless: Ticket, sam: User, as_user: Callable[[User | None], Client]
) -> None:
    client = as_user(sam)
    for url in _pages(nameless):
        for headers in ({}, BY_SCRIPT, {"HX-Request": "true"}):
            answer = client.get(url, headers=headers)
            assert answer.status_code < 500, url
            assert not _leaks(answer.text), url
    page = client.get(f"/workspace/{nameless.reference}/").text
    assert "z•••@q•••.example" in page
    assert "••• 48" in page
    assert "b•••@c•••.example" in page


def test_an_agent_sees_them(
    nameless: Ticket, danas: Client, as_user: Callable[[User | None], Client]
) -> None:
    """So that the other test looks where they stand."""
    page = danas.get(f"/workspace/{nameless.reference}/").text
    for one in (ADDRESS, COPY, PHONE):
        assert one in page
    assert FURTHER in danas.get(f"/workspace/customers/{nameless.customer_id}/").text


def test_a_frame_of_the_socket_hides_them_too(nameless: Ticket, sam: User) -> None:
    actor = Actor.agent(sam)
    with access.seen_by(sam):
        frame = str(news(access.ticket_for(actor, nameless.reference), sam, 0))
    assert not _leaks(frame)
    assert "z•••@q•••.example" in frame


@pytest.mark.parametrize(
    "words",
    [
        *(ADDRESS, "zephyrine", "quillfeather", "zephyri", f'"{ADDRESS}"', CLAIMED),
        *("zephyrine OR pole -pole", "(zephyrine OR zzzz)", "pole zephyrine"),
    ],
)
def test_no_search_tells_whether_an_address_is_known(
    words: str,
    nameless: Ticket,
    sam: User,
    danas: Client,
    as_user: Callable[[User | None], Client],
) -> None:
    client = as_user(sam)
    for url in (f"/workspace/?q={words}", f"/workspace/by-name/?q={words}"):
        assert nameless.reference not in client.get(url).text, url
        if "-pole" not in words:
            assert nameless.reference in danas.get(url).text, url


def test_what_was_said_and_the_subject_are_found(
    nameless: Ticket, sam: User, as_user: Callable[[User | None], Client]
) -> None:
    client = as_user(sam)
    actions.change_ticket(
        actor=Actor.agent(sam), ticket=nameless, name=actions.Property.SUBJECT, value="Xylophone"
    )
    index_tickets()
    for words in ("snapped", "xylophone", "xylop", "xylophone snapped", '"spare pole"'):
        assert nameless.reference in client.get(f"/workspace/?q={words}").text, words


def test_the_operator_for_customers_looks_into_addresses_and_is_not_theirs(sam: User) -> None:
    for words in (f"customer:{ADDRESS}", "(customer:zeph OR pole)", "-customer:zeph"):
        with pytest.raises(Misread, match="by customer"):
            read(words, sam)


def test_what_they_write_is_whole_and_reaches_the_customer(nameless: Ticket, sam: User) -> None:
    """Only what is shown is masked: the rows that actions read and write are not."""
    with access.seen_by(sam):
        make_reply(nameless, sam, body="Write to me at desk@partner.example")
        assert nameless.messages.filter(body__contains="desk@partner.example").exists()
        assert Customer.objects.get(pk=nameless.customer_id).email == ADDRESS
    assert str(nameless.customer) == ADDRESS
    assert not masking.hides()


def test_there_is_no_mail_for_them(nameless: Ticket, sam: User) -> None:
    """A mail is addresses: neither its list nor one of it is opened."""
    assert not mails_for(Actor.agent(sam)).exists()
    with pytest.raises(Http404):
        mail_for(Actor.agent(sam), 1)


def test_they_change_no_customer_and_see_only_those_of_their_conversations(
    nameless: Ticket, sam: User
) -> None:
    other = make_ticket().customer
    found = set(customers.customers_for(Actor.agent(sam)))
    assert nameless.customer in found
    assert other not in found


@pytest.mark.parametrize(
    ("whole", "left"),
    [
        ("maja@example.com", "m•••@e•••.com"),
        ("a@b", "a•••@•••"),
        ("x@y@example.com", "x•••@e•••.com"),
        ("Ask maja@example.com.", "Ask m•••@e•••.com."),
        ("@dana", "@dana"),
        ("+44 7700 900148", "••• 48"),
        ("07700 900148", "••• 48"),
        ("call +44 7700 900148 or maja@example.com", "call ••• 48 or m•••@e•••.com"),
        ("<maja@example.com>", "<m•••@e•••.com>"),
        ("KM-10482 of 2026-10-01", "KM-10482 of 2026-10-01"),
        ("Maja Olsen", "Maja Olsen"),
        ("", ""),
        ("@", "@"),
        ("ünïcode@exämple.com", "ü•••@e•••.com"),
    ],
)
def test_what_is_left_of_a_contact_detail(whole: str, left: str) -> None:
    assert masking.masked(whole) == left


@pytest.mark.parametrize(
    "text", ["@" * 100_000, "a@" * 50_000, "0 " * 50_000, "😀" * 2_000 + "@a.b"]
)
def test_masking_takes_no_longer_than_a_text_is_long(text: str) -> None:
    masking.masked(text)
