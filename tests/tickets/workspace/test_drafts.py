"""What agents see of drafts: in the composer, in the list, while a reply leaves."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from tests.factories import make_message, make_ticket
from tests.tickets.workspace.conftest import BY_SCRIPT
from tickets import actions
from tickets.actors import Actor
from tickets.live import presence
from tickets.models import AuthorKind, Draft, SiteSettings, Team, Ticket, Turn, User


@pytest.fixture
def ticket(team: Team, dana: User) -> Ticket:
    SiteSettings.objects.update(undo_seconds=10)
    return make_ticket(team=team, turn=Turn.AGENT, agent=dana)


def url(ticket: Ticket, act: str = "") -> str:
    return f"/workspace/{ticket.reference}/{act}"


def typed(client: Client, ticket: Ticket, body: str, kind: str = "reply") -> int:
    data = {"kind": kind, "body": body, "client_id": str(uuid.uuid4())}
    return client.post(url(ticket, "draft/"), data, headers=BY_SCRIPT).status_code


def test_a_draft_is_there_again_on_any_machine_and_for_nobody_else(
    danas: Client, robin: User, ticket: Ticket, as_user: Callable[[User], Client], dana: User
) -> None:
    assert typed(danas, ticket, "canary-draft") == 204
    assert "canary-draft</textarea>" in as_user(dana).get(url(ticket)).text
    assert ">Draft<" in as_user(dana).get("/workspace/?view=mine").text
    others = as_user(robin)
    assert "canary-draft" not in others.get(url(ticket)).text
    assert ">Draft<" not in others.get("/workspace/?view=open").text


def test_the_composer_begins_with_what_was_written_last(danas: Client, ticket: Ticket) -> None:
    typed(danas, ticket, "for the customer")
    typed(danas, ticket, "for colleagues", "note")
    page = danas.get(url(ticket)).text
    assert "for colleagues</textarea>" in page
    assert 'value="note" checked' in page
    assert '"reply": "for the customer"' in page


def test_too_much_is_not_kept_and_said(danas: Client, ticket: Ticket) -> None:
    assert typed(danas, ticket, "x" * 20_001) == 422
    assert not Draft.objects.exists()


def test_a_reply_that_leaves_is_shown_with_undo_and_to_colleagues_without_its_words(
    danas: Client, robin: User, ticket: Ticket, as_user: Callable[[User], Client]
) -> None:
    data = {"kind": "reply", "body": "canary-reply"}
    answer = danas.post(url(ticket, "write/"), data, headers=BY_SCRIPT).json()
    assert answer["type"] == "leaving"
    assert "Undo" in answer["html"]
    page = danas.get(url(ticket)).text
    assert "canary-reply" in page
    draft = Draft.objects.get()
    assert url(ticket, f"draft/{draft.pk}/take-back/") in page
    other = as_user(robin).get(url(ticket)).text
    assert "canary-reply" not in other
    assert "is sending a reply" in other
    assert not ticket.messages.filter(author_kind=AuthorKind.AGENT).exists()


def test_undo_brings_it_back_into_the_composer(danas: Client, ticket: Ticket) -> None:
    danas.post(url(ticket, "write/"), {"kind": "reply", "body": "Too soon."})
    draft = Draft.objects.get()
    beside = {"list": "view=waiting&q=%22tent%22"}
    answer = danas.post(url(ticket, f"draft/{draft.pk}/take-back/"), beside, follow=True)
    assert answer.redirect_chain[-1][0] == url(ticket) + "?view=waiting&q=%22tent%22"
    page = answer.text
    assert "Too soon.</textarea>" in page
    assert "data-undo" not in page.split("keys-title")[0]


def test_undo_comes_too_late_with_a_word_about_it(danas: Client, ticket: Ticket) -> None:
    danas.post(url(ticket, "write/"), {"kind": "reply", "body": "Off it goes."})
    draft = Draft.objects.get()
    danas.post(url(ticket, f"draft/{draft.pk}/send/"))
    assert ticket.messages.filter(body="Off it goes.").exists()
    page = danas.post(url(ticket, f"draft/{draft.pk}/take-back/"), follow=True).text
    assert "It has left already" in page


def test_a_colleague_cannot_send_or_take_back_what_is_not_theirs(
    danas: Client, robin: User, ticket: Ticket, as_user: Callable[[User], Client]
) -> None:
    danas.post(url(ticket, "write/"), {"kind": "reply", "body": "Mine."})
    draft = Draft.objects.get()
    for act in ("take-back", "send"):
        as_user(robin).post(url(ticket, f"draft/{draft.pk}/{act}/"))
    draft.refresh_from_db()
    assert draft.leaves_at is not None
    assert not ticket.messages.filter(body="Mine.").exists()


def test_a_customer_who_sits_there_gets_the_reply_at_once_unless_an_admin_says_no(
    danas: Client, ticket: Ticket
) -> None:
    presence.mark_here(presence.customer_key(ticket.pk))
    danas.post(url(ticket, "write/"), {"kind": "reply", "body": "At once."})
    assert ticket.messages.filter(body="At once.").exists()
    SiteSettings.objects.update(live_at_once=False)
    danas.post(url(ticket, "write/"), {"kind": "reply", "body": "In a moment."})
    assert Draft.objects.get().body == "In a moment."


def test_a_reply_that_did_not_leave_says_why_in_list_and_composer(
    danas: Client, ticket: Ticket
) -> None:
    danas.post(url(ticket, "write/"), {"kind": "reply", "body": "It is on its way."})
    make_message(ticket, "It came!")
    actions.send_now(actor=Actor.system(), draft=Draft.objects.get())
    page = danas.get(url(ticket)).text
    assert "Your reply did not leave" in page
    assert "It is on its way.</textarea>" in page
    assert ">Not sent<" in danas.get("/workspace/?view=mine").text


def test_a_reply_over_words_that_were_not_read_is_refused_once(
    danas: Client, ticket: Ticket
) -> None:
    seen = ticket.last_position
    make_message(ticket, "Wait, I found it!")
    data = {"kind": "reply", "body": "It is lost.", "seen": str(seen)}
    refused = danas.post(url(ticket, "write/"), data, headers=BY_SCRIPT)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "crossed")
    page = danas.post(url(ticket, "write/"), data)
    assert "It is lost.</textarea>" in page.text
    ticket.refresh_from_db()
    assert f'name="seen" value="{ticket.last_position}"' in page.text


def test_resolving_over_an_unanswered_message_asks_once(
    danas: Client, ticket: Ticket, dana: User
) -> None:
    SiteSettings.objects.update(undo_seconds=0)
    refused = danas.post(url(ticket, "resolve/"), headers=BY_SCRIPT)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "unanswered")
    assert 'name="anyway" value="yes"' in danas.post(url(ticket, "resolve/")).text
    danas.post(url(ticket, "resolve/"), {"anyway": "yes"}, headers=BY_SCRIPT)
    ticket.refresh_from_db()
    assert ticket.is_closed

    answered = make_ticket(team=ticket.team, turn=Turn.AGENT, agent=dana)
    actions.reply(actor=Actor.agent(dana), ticket=answered, body="Mended.")
    assert danas.post(url(answered, "resolve/"), headers=BY_SCRIPT).status_code == 200
