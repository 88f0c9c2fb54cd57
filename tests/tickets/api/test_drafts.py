"""A reply that a program drafts: it stands where the agent writes, marked, and nobody gets it unread."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import make_agent, make_team, make_ticket
from tests.tickets.api.conftest import TICKETS, Caller, MakeCaller
from tickets import actions
from tickets.actors import Actor
from tickets.models import Draft, Event, Kind, Message, Note, Scope, Team, Ticket, User

pytestmark = pytest.mark.django_db
WORDS = "Your refund left us on Monday."


@pytest.fixture
def team() -> Team:
    return make_team()


@pytest.fixture
def dana(team: Team) -> User:
    return make_agent("Dana Osei", teams=[team])


@pytest.fixture
def helper(caller: MakeCaller, dana: User) -> Caller:
    return caller(Scope.TICKETS_READ, Scope.TICKETS_ACT, name="Claude", agent=dana)


@pytest.fixture
def ticket(team: Team) -> Ticket:
    return make_ticket(team=team)


def drafts_of(ticket: Ticket) -> str:
    return f"{TICKETS}{ticket.reference}/drafts/"


def page(user: User, ticket: Ticket) -> str:
    client = Client()
    client.force_login(user)
    return client.get(reverse("workspace-ticket", args=[ticket.reference])).text


def test_a_draft_waits_for_its_agent_says_who_wrote_it_and_goes_to_nobody(
    helper: Caller, dana: User, ticket: Ticket
) -> None:
    before = Event.objects.count(), Message.objects.count()
    for _twice in range(2):
        answer = helper.post(drafts_of(ticket), {"body": WORDS})
        assert answer.status_code == 201, answer.text
        assert set(answer.json()) == {"drafted_at", "workspace_url"}
    draft = Draft.objects.get()
    assert (draft.author, draft.body, draft.by_key, draft.leaves_at) == (
        dana,
        WORDS,
        "Claude",
        None,
    )
    assert (Event.objects.count(), Message.objects.count()) == before
    assert WORDS not in helper.get(f"{TICKETS}{ticket.reference}/messages/").text
    html = page(dana, ticket)
    assert "drafted this" in html
    assert "Claude" in html


def test_what_became_of_a_draft_says_so_wherever_people_here_read_it(
    helper: Caller, dana: User, ticket: Ticket
) -> None:
    helper.post(drafts_of(ticket), {"body": WORDS})
    actions.send_reply(actor=Actor.agent(dana), ticket=ticket, body=WORDS, wait=timedelta())
    message = Message.objects.get(author_kind="agent")
    assert message.provenance == {"drafted_by": "Claude"}
    told = helper.get(f"{TICKETS}{ticket.reference}/messages/").json()["results"]
    assert [one["drafted_by"] for one in told if one["body"] == WORDS] == ["Claude"]
    assert "Began as a draft of the program" in page(dana, ticket)
    own = make_ticket(team=ticket.team)
    actions.send_reply(actor=Actor.agent(dana), ticket=own, body="Mine.", wait=timedelta())
    assert Message.objects.get(ticket=own, author_kind="agent").provenance is None


def test_what_the_agent_typed_is_never_overwritten(
    helper: Caller, dana: User, ticket: Ticket
) -> None:
    Draft.objects.create(ticket=ticket, author=dana, kind=Kind.REPLY, body="Half a sent")
    refused = helper.post(drafts_of(ticket), {"body": WORDS})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "writing")
    assert Draft.objects.get().body == "Half a sent"


def test_a_note_of_a_program_says_so(helper: Caller, dana: User, ticket: Ticket) -> None:
    helper.post(f"{TICKETS}{ticket.reference}/notes/", {"body": "Booked."})
    assert Note.objects.get().by_key == "Claude"
    assert "By the program" in page(dana, ticket)
    actions.write_note(actor=Actor.agent(dana), ticket=ticket, body="Mine.")
    assert Note.objects.latest("pk").by_key == ""
