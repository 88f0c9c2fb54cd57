"""Spam and blocks where agents and customers see them: the acts, the panels, the portal, the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import Client

from tests.factories import make_customer, make_lead, make_ticket
from tests.tickets.workspace.conftest import BY_SCRIPT
from tickets import access, actions, clock
from tickets.actors import Actor
from tickets.models import Block, Customer, Scope, SiteSettings, Team, Ticket, Turn, User

AsUser = Callable[[User | None], Client]
WHY = "Insulted Robin three times."


def url(ticket: Ticket, act: str = "") -> str:
    return f"/workspace/{ticket.reference}/{act}"


def block(agent: User, customer: Customer, **options: Any) -> Block:
    return actions.block(
        actor=Actor.agent(agent),
        customer=customer,
        reason=WHY,
        **options,
    )


def browser_of(customer: Customer) -> Client:
    client = Client()
    session = client.session
    access.remember(session, customer)
    session.save()
    return client


def test_an_agent_marks_spam_and_brings_it_back(danas: Client, team: Team) -> None:
    ticket = make_ticket(team=team)
    panels = danas.post(url(ticket, "spam/"), headers=BY_SCRIPT).json()["panels"]
    assert "Spam" in panels["head"]
    assert "act-not-spam" in panels["actions"]
    assert "act-reopen" not in panels["actions"]
    assert "quarantine" in panels["hint"]
    page = danas.get(url(ticket))
    assert page.status_code == 200
    assert 'href="/workspace/?view=spam"' in page.text
    panels = danas.post(url(ticket, "not-spam/"), headers=BY_SCRIPT).json()["panels"]
    assert "act-spam" in panels["actions"]
    ticket.refresh_from_db()
    assert ticket.turn == Turn.QUEUE
    lines = danas.get(url(ticket, "history/"), headers=BY_SCRIPT).text
    assert "marked as spam" in lines
    assert "brought back from spam" in lines


def test_an_agent_blocks_with_a_reason_for_a_week_and_marks_spam_on_the_way(
    danas: Client, team: Team, dana: User
) -> None:
    ticket = make_ticket(team=team)
    form = danas.get(url(ticket, "block/"), headers=BY_SCRIPT).text
    assert str(ticket.customer.email) in form
    assert "domain" not in form  # a lead's to block
    refused = danas.post(url(ticket, "block/"), {"whom": "customer"}, headers=BY_SCRIPT)
    assert (refused.status_code, Block.objects.count()) == (422, 0)
    sent = {"whom": "email", "reason": WHY, "days": "7", "spam": "on"}
    panels = danas.post(url(ticket, "block/"), sent, headers=BY_SCRIPT).json()["panels"]
    found = Block.objects.get()
    assert (found.email, found.customer, found.by) == (ticket.customer.email, None, dana)
    assert found.until is not None
    assert timedelta(days=6) < found.until - clock.now() <= timedelta(days=7)
    assert WHY in panels["customer"]
    assert "Dana Osei" in panels["customer"]
    ticket.refresh_from_db()
    assert ticket.is_spam
    assert "this address" in danas.get(url(ticket, "history/"), headers=BY_SCRIPT).text


def test_only_whom_the_conversation_names_is_blocked(danas: Client, team: Team) -> None:
    ticket = make_ticket(team=team)
    forged = {"whom": "domain", "reason": WHY}
    assert danas.post(url(ticket, "block/"), forged, headers=BY_SCRIPT).status_code == 422
    page = danas.post(url(ticket, "block/"), forged)
    assert page.status_code == 422
    assert WHY in page.text
    assert not Block.objects.exists()


def test_a_lead_blocks_a_domain_and_an_agent_sees_it_without_a_button(
    danas: Client, team: Team, as_user: AsUser
) -> None:
    ticket = make_ticket(team=team, customer=make_customer(email="mallory@spam.example"))
    leads = as_user(make_lead(teams=[team]))
    leads.post(url(ticket, "block/"), {"whom": "domain", "reason": WHY})
    assert Block.objects.get().domain == "spam.example"
    lift = url(ticket, f"block/{Block.objects.get().pk}/lift/")
    assert lift in leads.get(url(ticket)).text
    shown = danas.get(url(ticket)).text
    assert "everybody at spam.example" in shown
    assert lift not in shown
    assert danas.post(lift, headers=BY_SCRIPT).status_code == 403
    leads.post(lift)
    assert WHY not in danas.get(url(ticket)).text


def test_a_block_of_somebody_else_is_not_lifted_from_here(
    danas: Client, team: Team, dana: User
) -> None:
    ticket, found = make_ticket(team=team), block(dana, make_customer())
    danas.post(url(ticket, f"block/{found.pk}/lift/"))
    found.refresh_from_db()
    assert found.lifted_at is None


def test_a_blocked_customer_reads_on_and_is_told_how_else_to_reach_us(
    team: Team, dana: User
) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    customers = browser_of(ticket.customer)
    here = f"/requests/{ticket.reference}/"
    assert "You cannot write to us here" not in customers.get(here).text
    SiteSettings.objects.update(phone="+44 1632 960 000")
    found = block(dana, ticket.customer)
    page = customers.get(here)
    assert page.status_code == 200
    assert "The second pole of my Fell 2" in page.text
    assert "You cannot write to us here" in page.text
    assert "+44 1632 960 000" in page.text
    assert 'data-turn="blocked"' in page.text
    assert "Talk to a human" not in page.text
    assert WHY not in page.text
    for address, words in ((f"{here}messages/", {"body": "Hey"}), ("/talk-to-a-human/", {})):
        refused = customers.post(address, words, headers=BY_SCRIPT)
        assert refused.status_code == 403, address
        error = refused.json()["error"]
        assert error["code"] == "blocked"
        assert "+44 1632 960 000" in error["message"]
    told = customers.post("/ask/", {"body": "Me again"})
    assert told.status_code == 403
    assert "+44 1632 960 000" in told.text
    actions.unblock(actor=Actor.agent(dana), block=found)
    assert "You cannot write to us here" not in customers.get(here).text


def test_an_integrator_cannot_write_for_who_is_blocked(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team)
    block(dana, ticket.customer)
    _key, secret = actions.create_api_key(
        actor=Actor.system(), name="Shop", scopes=[Scope.TICKETS_READ, Scope.TICKETS_WRITE]
    )
    shop = Client(headers={"Authorization": f"Bearer {secret}"})
    new = {"customer": {"email": ticket.customer.email}, "body": "Hey"}
    for address, sent in (
        ("/api/v1/tickets/", new),
        (f"/api/v1/tickets/{ticket.reference}/messages/", {"body": "Hey"}),
    ):
        answer = shop.post(address, sent, content_type="application/json")
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "blocked"), address
    actions.mark_spam(actor=Actor.agent(dana), ticket=ticket)
    assert shop.get("/api/v1/tickets/").json()["results"] == []
    read = shop.get(f"/api/v1/tickets/{ticket.reference}/").json()
    assert (read["turn"], read["resolution"]) == ("spam", "spam")
