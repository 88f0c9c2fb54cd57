"""What agents do: the row, the event, what the screen is told, and the silence elsewhere."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.factories import (
    add_messages,
    make_agent,
    make_message,
    make_note,
    make_team,
    make_ticket,
)
from tests.tickets.parallel import real_transactions, together
from tests.tickets.workspace.conftest import BY_SCRIPT
from tickets.models import (
    Attachment,
    AuthorKind,
    Event,
    EventKind,
    Message,
    Note,
    Team,
    Ticket,
    Turn,
    User,
)

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32


def events(ticket: Ticket, kind: EventKind) -> list[Event]:
    return list(Event.objects.filter(ticket=ticket, kind=kind).order_by("pk"))


def url(ticket: Ticket, act: str) -> str:
    return f"/workspace/{ticket.reference}/{act}/"


# --- accept ---------------------------------------------------------------------------------------


def test_an_agent_accepts_who_waits(danas: Client, team: Team, dana: User) -> None:
    ticket = make_ticket(team=team)
    bystander = make_ticket(team=team)
    before = ticket.last_position

    answer = danas.post(url(ticket, "accept"), headers={**BY_SCRIPT, "X-After": str(before)})

    ticket.refresh_from_db()
    assert (ticket.turn, ticket.assignee) == (Turn.AGENT, dana)
    assert [event.actor_user for event in events(ticket, EventKind.TICKET_ACCEPTED)] == [dana]
    news = answer.json()
    assert news["type"] == "news"
    assert news["position"] == ticket.last_position
    assert ["Dana Osei joined" in item["html"] for item in news["items"]] == [True]
    assert "Your turn" in news["panels"]["head"]
    bystander.refresh_from_db()
    assert bystander.turn == Turn.QUEUE
    assert not events(bystander, EventKind.TICKET_ACCEPTED)


def test_without_script_the_page_comes_back(danas: Client, team: Team) -> None:
    ticket = make_ticket(team=team)
    answer = danas.post(url(ticket, "accept"))
    assert (answer.status_code, answer["Location"]) == (302, f"/workspace/{ticket.reference}/")


def test_the_second_agent_is_told_who_was_first(
    danas: Client, team: Team, dana: User, robin: User, as_user: Callable[[User], Client]
) -> None:
    ticket = make_ticket(team=team)
    danas.post(url(ticket, "accept"))
    words = "Dana Osei has already accepted this conversation."

    by_script = as_user(robin).post(url(ticket, "accept"), headers=BY_SCRIPT)
    page = as_user(robin).post(url(ticket, "accept"))

    assert (by_script.status_code, by_script.json()["error"]["message"]) == (409, words)
    assert page.status_code == 409
    assert words in page.text
    ticket.refresh_from_db()
    assert ticket.assignee == dana
    assert len(events(ticket, EventKind.TICKET_ACCEPTED)) == 1


@real_transactions
def test_of_many_agents_at_once_one_gets_it(as_user: Callable[[User], Client]) -> None:
    """One winner, everybody else hears who."""
    team = make_team()
    ticket = make_ticket(team=team)
    agents = [make_agent(f"Agent {number}", teams=[team]) for number in range(6)]
    browsers = [as_user(agent) for agent in agents]

    answers = together(6, lambda n: browsers[n].post(url(ticket, "accept"), headers=BY_SCRIPT))

    ticket.refresh_from_db()
    winner = ticket.assignee
    assert winner is not None
    for agent, answer in zip(agents, answers, strict=True):
        assert not isinstance(answer, Exception), answer
        if agent == winner:
            assert answer.status_code == 200
        else:
            assert answer.status_code == 409
            words = f"{winner} has already accepted this conversation."
            assert answer.json()["error"]["message"] == words
    assert len(events(ticket, EventKind.TICKET_ACCEPTED)) == 1
    assert ticket.messages.filter(body__contains="joined the conversation").count() == 1


# --- write ----------------------------------------------------------------------------------------


def test_a_reply_reaches_the_customer_and_takes_the_conversation(
    danas: Client, team: Team, dana: User
) -> None:
    ticket = make_ticket(team=team)
    answer = danas.post(
        url(ticket, "write"), {"kind": "reply", "body": "On its way."}, headers=BY_SCRIPT
    )
    assert answer.status_code == 200
    message = ticket.messages.get(author_kind=AuthorKind.AGENT)
    assert (message.body, message.author_user) == ("On its way.", dana)
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.assignee) == (Turn.CUSTOMER, dana)
    posted = events(ticket, EventKind.MESSAGE_POSTED)[-1]
    assert (posted.position, posted.actor_user) == (message.position, dana)
    assert not Note.objects.exists()


def test_a_note_stays_among_agents(danas: Client, team: Team, dana: User) -> None:
    ticket = make_ticket(team=team)
    said = Message.objects.count()
    answer = danas.post(
        url(ticket, "write"), {"kind": "note", "body": "canary-note"}, headers=BY_SCRIPT
    )
    note = Note.objects.get(ticket=ticket)
    assert (note.body, note.author) == ("canary-note", dana)
    assert Message.objects.count() == said
    ticket.refresh_from_db()
    assert ticket.turn == Turn.QUEUE, "a note takes nothing over"
    assert len(events(ticket, EventKind.NOTE_WRITTEN)) == 1
    assert 'data-author="note"' in answer.json()["items"][-1]["html"]


@pytest.mark.parametrize("kind", ["", "message", "Note"])
def test_what_does_not_say_whether_it_is_a_note_is_not_sent(
    danas: Client, team: Team, kind: str
) -> None:
    ticket = make_ticket(team=team)
    data = {"body": "Is this secret?", **({"kind": kind} if kind else {})}
    assert danas.post(url(ticket, "write"), data, headers=BY_SCRIPT).status_code == 422
    assert not ticket.messages.filter(body="Is this secret?").exists()
    assert not Note.objects.exists()


@pytest.mark.parametrize("kind", ["reply", "note"])
@pytest.mark.parametrize("body", ["", "  \n ", "\u200b", "\0", "x" * 20_001, "x" * 100_000])
def test_nothing_and_too_much_are_refused_with_a_reason(
    danas: Client, team: Team, kind: str, body: str
) -> None:
    ticket = make_ticket(team=team)
    before = ticket.last_position
    answer = danas.post(url(ticket, "write"), {"kind": kind, "body": body}, headers=BY_SCRIPT)
    assert answer.status_code == 422
    assert answer.json()["error"]["message"]
    page = danas.post(url(ticket, "write"), {"kind": kind, "body": body})
    assert page.status_code == 422
    ticket.refresh_from_db()
    assert (ticket.last_position, ticket.turn) == (before, Turn.QUEUE)


@pytest.mark.parametrize("kind", ["reply", "note"])
@pytest.mark.parametrize(
    "body",
    ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))"],
)
def test_what_is_written_is_never_active(danas: Client, team: Team, kind: str, body: str) -> None:
    ticket = make_ticket(team=team, subject=body)
    danas.post(url(ticket, "write"), {"kind": kind, "body": body})
    page = danas.get(f"/workspace/{ticket.reference}/").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert 'href="javascript:' not in page


@pytest.mark.parametrize("body", ["🏕️🔥", "עברית ו-English", "a\r\nb\rc", "e\u0301"])
def test_every_language_is_kept(danas: Client, team: Team, body: str) -> None:
    ticket = make_ticket(team=team)
    for kind in ("reply", "note"):
        sent = danas.post(url(ticket, "write"), {"kind": kind, "body": body}, headers=BY_SCRIPT)
        assert sent.status_code == 200


@pytest.mark.parametrize("kind", ["reply", "note"])
def test_sending_twice_sends_once(danas: Client, team: Team, kind: str) -> None:
    ticket = make_ticket(team=team)
    data = {"kind": kind, "body": "Once.", "client_id": str(uuid.uuid4())}
    answers = [danas.post(url(ticket, "write"), data, headers=BY_SCRIPT) for _n in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert ticket.messages.filter(body="Once.").count() + ticket.notes.count() == 1


def test_files_go_with_a_reply_and_not_with_a_note(danas: Client, team: Team) -> None:
    ticket = make_ticket(team=team)

    def send(kind: str, name: str, content: bytes) -> int:
        data = {
            "kind": kind,
            "body": "See the picture.",
            "files": [SimpleUploadedFile(name, content)],
        }
        return danas.post(url(ticket, "write"), data, headers=BY_SCRIPT).status_code

    assert send("note", "pole.png", PNG) == 422
    assert send("reply", "pole.exe", PNG) == 422
    assert send("reply", "pole.png", b"") == 422
    assert not Attachment.objects.exists()
    assert send("reply", "pole.png", PNG) == 200
    assert ticket.messages.get(attachments=Attachment.objects.get()).body == "See the picture."
    assert "pole.png" in danas.get(f"/workspace/{ticket.reference}/").text


def test_what_files_may_be_sent_is_said_before(danas: Client, team: Team) -> None:
    ticket = make_ticket(team=team)
    assert "Up to 5 files of 10 MB" in danas.get(f"/workspace/{ticket.reference}/").text


def test_what_was_not_sent_stays_in_the_field(danas: Client, team: Team, dana: User) -> None:
    ticket = make_ticket(team=team, turn=Turn.CLOSED, agent=dana)
    page = danas.post(url(ticket, "write"), {"kind": "reply", "body": "One more thing."})
    assert page.status_code == 409
    assert "One more thing.</textarea>" in page.text
    assert "is closed" in page.text
    assert not ticket.messages.filter(body="One more thing.").exists()


def test_a_closed_conversation_still_takes_notes(danas: Client, team: Team, dana: User) -> None:
    ticket = make_ticket(team=team, turn=Turn.CLOSED, agent=dana)
    danas.post(url(ticket, "write"), {"kind": "note", "body": "For the record."})
    ticket.refresh_from_db()
    assert ticket.notes.count() == 1
    assert ticket.is_closed


# --- the rest -------------------------------------------------------------------------------------


def test_an_agent_hands_back_resolves_and_reopens(danas: Client, team: Team, dana: User) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    steps = [
        ("resolve", EventKind.TICKET_RESOLVED, Turn.CLOSED),
        ("reopen", EventKind.TICKET_REOPENED, Turn.AGENT),
        ("hand-back", EventKind.TICKET_HANDED_BACK, Turn.ASSISTANT),
    ]
    for act, kind, turn in steps:
        told_twice = {"anyway": "yes"}  # that the customer's last words are not answered
        answer = danas.post(url(ticket, act), told_twice, headers=BY_SCRIPT)
        assert answer.status_code == 200
        ticket.refresh_from_db()
        assert ticket.turn == turn, act
        assert [event.actor_user for event in events(ticket, kind)] == [dana]


@pytest.mark.parametrize("act", ["accept", "hand-back"])
def test_what_a_closed_conversation_does_not_allow_is_said(
    danas: Client, team: Team, dana: User, act: str
) -> None:
    ticket = make_ticket(team=team, turn=Turn.CLOSED, agent=dana)
    answer = danas.post(url(ticket, act), headers=BY_SCRIPT)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "closed")
    ticket.refresh_from_db()
    assert ticket.is_closed


def test_a_transfer_goes_to_the_other_team_with_the_brief(
    danas: Client,
    team: Team,
    other_team: Team,
    dana: User,
    stranger: User,
    as_user: Callable[[User], Client],
) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    wants = ticket.handovers.get().wants

    form = danas.get(url(ticket, "transfer"), headers=BY_SCRIPT).text
    assert other_team.name in form
    assert f"> {team.name}" not in form
    answer = danas.post(
        url(ticket, "transfer"), {"team": other_team.pk, "detail": "A question of the invoice"}
    )

    assert answer["Location"] == "/workspace/"
    ticket.refresh_from_db()
    assert (ticket.team, ticket.turn, ticket.assignee) == (other_team, Turn.QUEUE, None)
    passed_on = ticket.handovers.get(ended_at=None)
    assert (passed_on.wants, passed_on.detail) == (wants, "A question of the invoice")
    assert len(events(ticket, EventKind.TICKET_TRANSFERRED)) == 1
    assert danas.get(f"/workspace/{ticket.reference}/").status_code == 404
    page = as_user(stranger).get(f"/workspace/{ticket.reference}/").text
    assert "A question of the invoice" in page
    assert wants in page


@pytest.mark.parametrize("data", [{}, {"team": "0", "detail": "x"}, {"team": "x"}, {"detail": "x"}])
def test_a_transfer_to_nowhere_is_refused(danas: Client, team: Team, data: dict[str, str]) -> None:
    ticket = make_ticket(team=team)
    page = danas.post(url(ticket, "transfer"), data)
    assert page.status_code == 422
    assert "There is a problem" in page.text
    ticket.refresh_from_db()
    assert ticket.team == team
    assert not events(ticket, EventKind.TICKET_TRANSFERRED)


def test_whoever_loses_sight_of_a_conversation_by_an_act_is_led_to_the_inbox(
    danas: Client, other_team: Team, dana: User
) -> None:
    ticket = make_ticket(team=other_team, turn=Turn.AGENT, agent=dana)
    assert danas.post(url(ticket, "hand-back"), headers=BY_SCRIPT)["Location"] == "/workspace/"


# --- news -----------------------------------------------------------------------------------------


def test_news_bring_what_came_after_in_order_and_once(
    danas: Client, team: Team, dana: User, robin: User
) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    seen = ticket.last_position
    make_message(ticket, "one")
    make_note(ticket, robin, "two")
    make_message(ticket, "three")

    def news(after: int) -> list[str]:
        answer = danas.get(f"/workspace/{ticket.reference}/news/?after={after}").json()
        ticket.refresh_from_db()
        assert answer["position"] == ticket.last_position
        panels = {"head", "actions", "brief", "leaving", "hint", "properties", "linked", "people"}
        assert set(answer["panels"]) == panels | {"customer", "about"}
        return [item["html"] for item in answer["items"]]

    for html, words in zip(news(seen), ("one", "two", "three"), strict=True):
        assert words in html
    assert news(ticket.last_position) == []
    assert news(999_999_999) == []
    assert len(news(0)) > 3


def test_a_screen_that_was_away_for_long_begins_afresh_at_the_newest(
    danas: Client, team: Team, dana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tickets.conversation.stretches.PAGE", 7)
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    reached = ticket.last_position
    add_messages(ticket, 8, dana)

    def news(after: int) -> dict[str, Any]:
        found: dict[str, Any] = danas.get(
            f"/workspace/{ticket.reference}/news/?after={after}"
        ).json()
        return found

    everything = [reached + number for number in range(1, 9)]
    fits = news(reached + 1)
    assert [item["position"] for item in fits["items"]] == everything[1:]
    assert "afresh" not in fits
    too_much = news(reached)
    assert [item["position"] for item in too_much["items"]] == everything[1:]
    assert (too_much["afresh"], too_much["earlier"]) == (True, everything[1])
    assert too_much["position"] == fits["position"] == ticket.last_position


def test_frames_carry_no_token_of_a_session(danas: Client, team: Team) -> None:
    ticket = make_ticket(team=team)
    assert "csrf" not in danas.get(f"/workspace/{ticket.reference}/news/").text
