"""Macros on the screen: who finds which, what is said before one is applied, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import make_admin, make_customer, make_lead, make_ticket
from tests.tickets.macro_steps import apply, save
from tests.tickets.workspace.conftest import BY_SCRIPT
from tickets import access, actions
from tickets.actors import Actor
from tickets.conversation.placeholders import fill
from tickets.models import (
    Draft,
    Event,
    Macro,
    MacroUse,
    Note,
    SiteSettings,
    Team,
    Ticket,
    Turn,
    User,
)
from tickets.portal import news as portal_news

As = Callable[[User | None], Client]


@pytest.fixture
def ticket(team: Team, dana: User) -> Ticket:
    customer = make_customer("Maya Lind", login=True)
    return make_ticket(team=team, turn=Turn.AGENT, agent=dana, customer=customer)


def dialog(client: Client, ticket: Ticket, **query: Any) -> str:
    return client.get(f"/workspace/{ticket.reference}/macros/", query, headers=BY_SCRIPT).text


def post(client: Client, ticket: Ticket, macro: Macro, *, script: bool = True, **said: Any) -> Any:
    said = {"version": macro.version, "client_id": str(uuid4()), **said}
    url = f"/workspace/{ticket.reference}/macros/{macro.pk}/apply/"
    return client.post(url, said, headers=BY_SCRIPT if script else {})


def test_each_finds_their_own_and_what_is_shared_with_them(
    danas: Client, dana: User, robin: User, team: Team, other_team: Team, ticket: Ticket
) -> None:
    admin = make_admin()
    save(dana, name="Only Dana", note="x")
    save(robin, name="Only Robin", note="x")
    save(admin, name="For all", note="x", shared=True)
    save(admin, name="For gear", note="x", shared=True, team=team)
    foreign = save(admin, name="For orders", note="x", shared=True, team=other_team)
    save(dana, name="Switched off", note="x", is_active=False)
    for page in (dialog(danas, ticket), danas.get("/workspace/macros/").text):
        assert all(name in page for name in ("Only Dana", "For all", "For gear"))
        assert not any(name in page for name in ("Only Robin", "For orders"))
    assert "Switched off" not in dialog(danas, ticket)
    before = Event.objects.count()
    assert post(danas, ticket, foreign).status_code == 404
    for url in (
        f"/workspace/{ticket.reference}/macros/?macro={foreign.pk}",
        f"/workspace/macros/{foreign.pk}/",
        f"/workspace/macros/add/?copy={foreign.pk}",
    ):
        assert danas.get(url).status_code == 404
    assert danas.post(f"/workspace/macros/{foreign.pk}/remove/").status_code == 404
    assert Event.objects.count() == before


def test_a_shared_one_is_changed_by_a_lead_of_its_team_and_only_used_by_others(
    danas: Client, as_user: As, team: Team, ticket: Ticket
) -> None:
    lead = make_lead("Lena", teams=[team])
    macro = save(lead, name="Late", note="x", shared=True, team=team)
    address = f"/workspace/macros/{macro.pk}/"
    assert danas.get(address).status_code == 404
    assert danas.post(address, {"name": "Mine"}).status_code == 404
    assert danas.post(f"{address}remove/").status_code == 404
    said = {"name": "Later", "whom": str(team.pk), "body": "Hi", "is_active": "on", "seen": "1"}
    assert as_user(lead).post(address, said).status_code == 302
    macro.refresh_from_db()
    assert (macro.name, macro.body, macro.note, macro.version) == ("Later", "Hi", "", 2)
    copy = danas.post("/workspace/macros/add/", {**said, "whom": "me", "seen": ""})
    assert copy.status_code == 302
    assert danas.post("/workspace/macros/add/", {**said, "whom": "all"}).status_code == 422


def test_the_form_keeps_every_act_and_shows_it_again(danas: Client, dana: User) -> None:
    said = {
        "name": "Late",
        "whom": "me",
        "is_active": "on",
        "body": "{customer.name}",
        "add_tags": "Courier, late",
        "priority": "3",
        "assignee": "me",
        "snooze": "2",
        "unit": "days",
    }
    assert danas.post("/workspace/macros/add/", said).status_code == 302
    macro = Macro.objects.get()
    expected = {"add_tags": ["courier", "late"], "priority": 3, "assignee": "me", "snooze": 48}
    assert macro.acts == expected
    page = danas.get(f"/workspace/macros/{macro.pk}/").text
    assert 'value="courier, late"' in page
    assert 'value="2"' in page
    refused = danas.post("/workspace/macros/add/", {**said, "name": "B", "body": "{customer.nmae}"})
    assert (refused.status_code, "There is no {customer.nmae}" in refused.text) == (422, True)


def test_what_is_not_known_is_marked_and_not_sent_before_it_is_filled(
    danas: Client, dana: User, ticket: Ticket
) -> None:
    macro = save(dana, body="Your order {fact.order_number}.", send_at_once=True)
    assert "has to be filled in" in dialog(danas, ticket)
    answer = post(danas, ticket, macro, typed="").json()
    assert (answer["type"], answer["body"]) == ("composed", "Your order ‹order number?›.")
    assert answer["marks"] == ["‹order number?›"]
    write = f"/workspace/{ticket.reference}/write/"
    said = {"kind": "reply", "client_id": str(uuid4()), "with_macro": "yes", "anyway": "yes"}
    gap = danas.post(write, {**said, "body": answer["body"]}, headers=BY_SCRIPT)
    assert (gap.status_code, gap.json()["error"]["code"]) == (409, "unfilled")
    assert "Order number" in gap.json()["error"]["message"]
    filled = danas.post(write, {**said, "body": "Your order KM-1."}, headers=BY_SCRIPT)
    assert filled.status_code == 200
    assert ticket.messages.filter(body="Your order KM-1.").exists()


def test_a_customers_words_are_never_a_placeholder(dana: User, ticket: Ticket) -> None:
    ticket.customer.name = "{agent.first_name} {article:x} <b>"
    ticket.customer.save()
    filled = fill("Dear {customer.name}", Ticket.objects.get(pk=ticket.pk), dana)
    assert (filled.text, filled.marks) == ("Dear {agent.first_name} {article:x} <b>", ())


def test_the_preview_says_what_changes_and_why_nothing_can(
    danas: Client, dana: User, ticket: Ticket
) -> None:
    SiteSettings.objects.update(undo_seconds=10)
    save(dana, body="Dear {customer.first_name}", acts={"snooze": 48}, send_at_once=True)
    page = dialog(danas, ticket)
    assert all(words in page for words in ("Dear Maya", "Put aside for 2 days", "10 seconds"))
    actions.resolve(actor=Actor.agent(dana), ticket=ticket)
    assert "The conversation is closed" in dialog(danas, ticket)


def test_without_script_the_text_is_in_the_composer_with_what_will_be_done(
    danas: Client, dana: User, ticket: Ticket
) -> None:
    macro = save(dana, body="It is late.", note="Rang them", acts={"add_tags": ["courier"]})
    assert post(danas, ticket, macro, script=False).status_code == 302
    page = danas.get(f"/workspace/{ticket.reference}/").text
    assert all(
        words in page for words in ("It is late.", "Tags added: courier", "an internal note")
    )
    danas.post(f"/workspace/{ticket.reference}/macros/leave-out/")
    page = danas.get(f"/workspace/{ticket.reference}/").text
    assert "Tags added: courier" not in page
    assert "It is late." in page


def test_nothing_of_a_macros_note_reaches_a_customer(
    danas: Client, dana: User, ticket: Ticket, as_user: As
) -> None:
    macro = save(dana, name="Canary name", body="It is late.", note="CANARY", send_at_once=True)
    assert post(danas, ticket, macro).status_code == 200
    assert Note.objects.get().body == "CANARY"
    hers = as_user(ticket.customer.user)
    hers_actor = Actor.of_customer(ticket.customer)
    seen = [
        hers.get(f"/requests/{ticket.reference}/").text,
        str(portal_news.news(access.ticket_for(hers_actor, ticket.reference), after=0)),
    ]
    assert "It is late." in seen[0]
    assert not any("canary" in page.lower() for page in seen)
    for path in (f"/workspace/{ticket.reference}/macros/", "/workspace/macros/"):
        assert hers.get(path).status_code == 404


def test_the_number_of_macros_costs_no_statement_and_a_conversation_none_at_all(
    danas: Client, dana: User, ticket: Ticket
) -> None:
    def cost(url: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert danas.get(url, headers=BY_SCRIPT).status_code == 200
        return len(asked)

    here = f"/workspace/{ticket.reference}/"
    macro = save(dana, name="A", body="Hi", acts={"add_tags": ["x"]}, folder="1")
    danas.get(here)
    plain = cost(here)
    before = cost(f"{here}macros/"), cost("/workspace/macros/")
    admin = make_admin()
    Macro.objects.bulk_create(
        Macro(name="🏕️" * 37 + f"{n:03}", folder=f"{n % 20}", note="x") for n in range(300)
    )
    assert (cost(f"{here}macros/"), cost("/workspace/macros/")) == before
    assert "There are more" in dialog(danas, ticket)
    assert "299" in dialog(danas, ticket, q="🏕️ 299")
    assert dialog(danas, ticket, q="\0" + "😀" * 2000)
    apply(dana, ticket, macro)
    Draft.objects.update(body="")
    with_one = cost(here)
    assert with_one <= plain + 2  # what any draft costs
    assert admin.pk


def test_the_most_used_of_the_team_come_first(
    danas: Client, dana: User, other_team: Team, ticket: Ticket
) -> None:
    first, often, elsewhere = (save(dana, name=name, note="x") for name in ("A", "Often", "Else"))
    at = ticket.created_at
    MacroUse.objects.add(often.pk, ticket.team_id, at)
    for _time in range(3):
        MacroUse.objects.add(elsewhere.pk, other_team.pk, at)
    page = dialog(danas, ticket)
    order = [page.index(f'data-macro="{one.pk}"') for one in (often, first, elsewhere)]
    assert order == sorted(order)


def test_the_palette_finds_them_by_name_where_they_can_be_applied(
    danas: Client, dana: User, robin: User, ticket: Ticket
) -> None:
    mine, foreign = save(dana, name="Late parcel", note="x"), save(robin, name="Late", note="x")
    found = danas.get("/workspace/by-name/", {"q": "late", "conversation": "yes"}).text
    assert f'data-macro="{mine.pk}"' in found
    assert f'data-macro="{foreign.pk}"' not in found
    assert "data-macro" not in danas.get("/workspace/by-name/", {"q": "late"}).text
