"""What a search finds, for whom, and in which order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import (
    add_messages,
    index_tickets,
    make_admin,
    make_agent,
    make_answer,
    make_customer,
    make_message,
    make_note,
    make_organization,
    make_reply,
    make_ticket,
)
from tests.tickets.search.conftest import Finds
from tickets import actions
from tickets.actors import Actor
from tickets.lists.arranging import Sort
from tickets.models import Channel, Priority, Team, Ticket, TicketText, Turn, User
from tickets.search import finding
from tickets.search.finding import TooSlow, find
from tickets.search.language import read


@pytest.mark.parametrize(
    "text",
    [
        "parcel",
        "PARC",
        '"lost parcel"',
        "lost sticker",
        "Zoë",
        "zoe",
        "zoe@lindqvist.example",
        "lindqvist",
        "guides",
        "hauptstrasse",
        "invoice.pdf",
        "{reference}",
        "#{reference}",
        "batch",
        "parcel batch",
        '"spare pole" lost',
    ],
)
def test_everything_that_was_said_is_found(finds: Finds, team: Team, dana: User, text: str) -> None:
    customer = make_customer(
        "Zoë Lindqvist",
        email="zoe@lindqvist.example",
        organization=make_organization("Fjell Guides"),
    )
    ticket = make_ticket(
        team=team,
        customer=customer,
        turn=Turn.AGENT,
        agent=dana,
        body="A lost parcel, of the Hauptstraße. See invoice.pdf",
        subject="Where is it?",
    )
    make_reply(ticket, dana, "I am sending a spare pole and a sticker.")
    make_note(ticket, dana, "The third of this batch.")
    make_ticket(team=team, body="Something else", customer=make_customer("Ada"))
    assert finds(text.format(reference=ticket.reference)) == [ticket.reference]


@pytest.mark.parametrize(
    "text", ['"parcel lost"', "parcel -lost", "arcel", "lost zzz", '"pole the"', "from:agent lost"]
)
def test_what_is_not_so_is_not_found(finds: Finds, team: Team, dana: User, text: str) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana, body="A lost parcel")
    make_reply(ticket, dana, "I am sending a spare pole")
    make_note(ticket, dana, "The third of this batch")
    assert finds(text) == []


def test_whose_words_count_may_be_said(finds: Finds, team: Team) -> None:
    ticket = make_ticket(
        team=team, turn=Turn.ASSISTANT, body="Where is my parcel?", subject="Hello"
    )
    make_answer(ticket, "Shipments take three days.")
    for text, found in {
        "from:customer parcel": True,
        "from:assistant shipments": True,
        "from:assistant parcel": False,
        "from:customer shipments": False,
    }.items():
        assert finds(text) == ([ticket.reference] if found else []), text


def test_operators_narrow(finds: Finds, team: Team, other_team: Team, dana: User) -> None:
    acme = make_organization("Acme Tools")
    ticket = make_ticket(
        team=team,
        customer=make_customer("Maya Lund", email="maya@acme.example", organization=acme),
        turn=Turn.AGENT,
        agent=dana,
        channel=Channel.EMAIL,
        priority=Priority.HIGH,
        body="The stove is broken",
    )
    Ticket.objects.filter(pk=ticket.pk).update(tags=["refund"])
    make_ticket(team=team, body="The stove is fine")
    mine = [ticket.reference]
    for text in (
        *(
            "status:agent",
            "status:open stove assignee:me",
            "assignee:dana",
            'team:"gear care" broken',
        ),
        *("tag:refund", "org:acme", 'org:"Acme Tools"', "customer:maya", "channel:email"),
        *(
            "customer:maya@acme.example",
            "priority:high,urgent",
            "-assignee:nobody",
            "broken after:2020-01-01",
        ),
    ):
        assert finds(text) == mine, text
    for text in (
        *("status:closed", "assignee:nobody broken", "-tag:refund broken", "-org:acme broken"),
        *("has:attachment", "broken before:2020-01-01", "tier:premier", "channel:phone"),
    ):
        assert finds(text) == [], text


def test_an_agent_finds_only_what_they_may_see(
    finds: Finds, team: Team, other_team: Team, dana: User
) -> None:
    hidden = make_ticket(team=other_team, body="A canary in the mine", turn=Turn.ASSISTANT)
    make_note(make_ticket(team=other_team), make_agent(teams=[other_team]), "canary")
    kept = make_ticket(team=other_team, turn=Turn.AGENT, agent=dana, body="My own canary")
    index_tickets()
    for text in (
        *("canary", '"a canary"', "canary -dog", "status:open", "-zzz", "customer:customer"),
        *(
            hidden.reference,
            "canary before:2099-01-01",
            "team:orders",
            "-assignee:me",
            "tier:standard",
        ),
    ):
        for sort in Sort:
            assert set(finds(text, sort=sort)) <= {kept.reference}, text
    assert finds("canary", Actor.nobody()) == []
    assert finds("canary", Actor.agent(make_agent(is_active=False, teams=[other_team]))) == []
    assert len(finds("canary", Actor.agent(make_admin()))) == 3


def test_a_ticket_that_left_the_team_is_not_found_while_its_text_is_behind(
    finds: Finds, team: Team, other_team: Team, dana: User
) -> None:
    ticket = make_ticket(team=team, body="canary")
    index_tickets()
    actions.transfer(actor=Actor.agent(dana), ticket=ticket, team=other_team)
    assert TicketText.objects.get(pk=ticket.pk).team_id == team.pk
    found = find(Actor.agent(dana), read("canary"), sort=Sort.NEWEST, cursor="", size=50)
    assert found.tickets == []


def test_notes_are_found_by_staff_only(finds: Finds, team: Team, dana: User) -> None:
    ticket = make_ticket(team=team)
    make_note(ticket, dana, "A canary")
    assert finds("canary") == [ticket.reference]
    assert finds("canary", Actor.of_customer(ticket.customer)) == []
    assert finds("pole", Actor.of_customer(ticket.customer)) == [ticket.reference]
    assert finds("-canary pole", Actor.of_customer(ticket.customer)) == [ticket.reference]
    assert finds("-canary pole") == []


def test_the_newest_come_first_or_the_best(finds: Finds, team: Team) -> None:
    old = make_ticket(
        team=team, subject="Stove", body="My stove, the stove!", ago=timedelta(days=9)
    )
    new = make_ticket(team=team, subject="Tent", body="Also, by the way, a stove was there")
    assert finds("stove") == [new.reference, old.reference]
    assert finds("stove", sort=Sort.BEST) == [old.reference, new.reference]


@pytest.mark.parametrize("sort", Sort)
def test_pages_show_each_hit_once(team: Team, dana: User, sort: Sort) -> None:
    customer = make_customer()
    made = {make_ticket(team=team, customer=customer, body="stove").pk for _ in range(5)}
    index_tickets()
    seen, cursor = [], ""
    while True:
        found = find(Actor.agent(dana), read("stove"), sort=sort, cursor=cursor, size=2)
        seen += found.tickets
        if not found.next:
            break
        cursor = found.next
    assert len(seen) == 5
    assert set(seen) == made


def test_a_search_that_takes_too_long_is_given_up_with_a_hint(
    finds: Finds, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_ticket(team=team)
    index_tickets()
    slow = "(SELECT pg_sleep(3)::text = '' AND %(expressions)s)"
    monkeypatch.setattr(finding._Matches, "template", slow)
    monkeypatch.setattr(finding._Matches, "arg_joiner", " @@ ")
    monkeypatch.setattr(finding, "SECONDS", 0.2)
    with pytest.raises(TooSlow, match="Add a word that is seldom used"):
        finds("pole")


def test_what_stands_in_the_place_of_words_is_found_by_its_bounds(finds: Finds, team: Team) -> None:
    ticket = make_ticket(team=team, turn=Turn.ASSISTANT, body="First")
    make_message(ticket, "Second")
    assert finds('"first second"') == []  # no phrase spans two messages
    assert finds("first second") == [ticket.reference]


def test_who_may_see_what_is_asked_in_the_same_statement(team: Team, dana: User) -> None:
    make_ticket(team=team)
    index_tickets()
    dana.team_keys  # noqa: B018 - as a request has them
    with CaptureQueriesContext(connection) as captured:
        find(Actor.agent(dana), read("pole tag:x"), sort=Sort.NEWEST, cursor="", size=50)
    selects = [query["sql"] for query in captured if "tickets_tickettext" in query["sql"]]
    assert len(selects) == 1
    assert selects[0].count('."team_id" IN') == 2  # of the copy, and of the ticket


def test_thousands_of_messages_are_found_within_their_bounds(
    finds: Finds, team: Team, dana: User
) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana, body="Where it began")
    add_messages(ticket, 1500, dana)
    make_reply(ticket, dana, "A canary at the end")
    assert finds("canary") == [ticket.reference]
    assert finds("began 1499") == [ticket.reference]
