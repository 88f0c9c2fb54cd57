"""Approvals on the agents' screens: asked for in a dialog, seen by leads, decided with or without script."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from tests.factories import make_agent, make_lead, make_team, make_ticket
from tickets import actions
from tickets.actors import Actor
from tickets.models import Approval, ApprovalKind, ApprovalState, Team, Ticket, Turn, User

pytestmark = pytest.mark.django_db
SCRIPT = {"X-Requested-With": "fetch"}


@pytest.fixture
def team() -> Team:
    return make_team()


@pytest.fixture
def agent(team: Team) -> User:
    return make_agent("Dana Osei", teams=[team])


@pytest.fixture
def ticket(team: Team, agent: User) -> Ticket:
    return make_ticket(turn=Turn.AGENT, team=team, agent=agent)


@pytest.fixture
def kind() -> ApprovalKind:
    return ApprovalKind.objects.create(name="Refund", limit=Decimal(100), unit="GBP")


def at(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="tickets.web.logins.LogIns")
    return client


def asked(agent: User, ticket: Ticket, kind: ApprovalKind) -> Approval:
    return actions.ask_for_approval(
        actor=Actor.agent(agent), ticket=ticket, kind=kind, amount=Decimal(120), why="Two poles."
    )


def test_an_agent_asks_without_script_and_sees_that_it_waits(
    agent: User, ticket: Ticket, kind: ApprovalKind
) -> None:
    client, url = at(agent), f"/workspace/{ticket.reference}/approval/"
    assert "Ask for approval" in client.get(url).content.decode()
    sent = {"kind": kind.pk, "amount": "250.50", "why": "Two poles.", "for_customer": "your tent"}
    page = client.post(url, sent, follow=True).content.decode()
    assert "Waits for approval: <bdi>Refund, 250.50 GBP</bdi>" in page
    assert f"/workspace/approvals/{Approval.objects.get().pk}/withdraw/" in page
    assert "Decide" not in page
    again = client.post(url, sent)
    assert again.status_code == 409
    assert "waits for a decision" in again.content.decode()


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"why": ""}, "Say why."),
        ({"amount": "a lot"}, "Enter a number"),
        ({"amount": "99"}, "you decide yourself"),
        ({"kind": "999999"}, "not asked for any more"),
        ({"kind": "x\x00"}, "Null characters"),
    ],
)
def test_a_script_gets_the_reason_of_a_refusal_as_a_sentence(
    agent: User, ticket: Ticket, kind: ApprovalKind, sent: dict[str, str], words: str
) -> None:
    url = f"/workspace/{ticket.reference}/approval/"
    values = {"kind": str(kind.pk), "amount": "120", "why": "Two poles.", **sent}
    answer = at(agent).post(url, values, headers=SCRIPT)
    assert answer.status_code in (409, 422)
    assert words in answer.json()["error"]["message"]
    assert not Approval.objects.exists()


def test_without_any_kind_the_form_says_where_they_come_from(agent: User, ticket: Ticket) -> None:
    page = at(agent).get(f"/workspace/{ticket.reference}/approval/").content.decode()
    assert "nothing yet that has to be approved" in page


def test_a_lead_finds_what_waits_at_home_and_decides_it(
    team: Team, agent: User, ticket: Ticket, kind: ApprovalKind
) -> None:
    approval = asked(agent, ticket, kind)
    lead = at(make_lead(teams=[team]))
    url = f"/workspace/approvals/{approval.pk}/"
    assert url in lead.get("/workspace/leads/").content.decode()
    assert url in lead.get(f"/workspace/{ticket.reference}/").content.decode()
    assert "Two poles." in lead.get(url).content.decode()
    assert lead.post(url, {"decision": "decline"}, headers=SCRIPT).status_code == 422
    answer = lead.post(url, {"decision": "approve", "words": "Fine."})
    assert answer.status_code == 302
    approval.refresh_from_db()
    assert (approval.state, approval.words) == (ApprovalState.APPROVED, "Fine.")
    assert url not in lead.get("/workspace/leads/").content.decode()
    assert "Fine." in lead.get(url).content.decode()
    assert (
        lead.post(url, {"decision": "decline", "words": "No."}, headers=SCRIPT).status_code == 409
    )


def test_whoever_may_not_see_the_conversation_finds_no_approval(
    team: Team, agent: User, ticket: Ticket, kind: ApprovalKind
) -> None:
    url = f"/workspace/approvals/{asked(agent, ticket, kind).pk}/"
    elsewhere = at(make_lead(teams=[make_team()]))
    assert elsewhere.get(url).status_code == 404
    assert elsewhere.post(url, {"decision": "approve"}).status_code == 404
    assert elsewhere.post(f"{url}withdraw/").status_code == 404
    assert url not in elsewhere.get("/workspace/leads/").content.decode()
    colleague = at(make_agent(teams=[team]))
    assert colleague.post(url, {"decision": "approve"}, headers=SCRIPT).status_code == 403
    assert colleague.post(f"{url}withdraw/", headers=SCRIPT).status_code == 403
    assert Approval.objects.get().state == ApprovalState.WAITING


def test_whoever_asked_takes_it_back(agent: User, ticket: Ticket, kind: ApprovalKind) -> None:
    approval = asked(agent, ticket, kind)
    page = at(agent).post(f"/workspace/approvals/{approval.pk}/withdraw/", follow=True)
    assert "Waits for approval" not in page.content.decode()
    approval.refresh_from_db()
    assert approval.state == ApprovalState.WITHDRAWN
