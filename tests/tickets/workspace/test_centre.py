"""The notification centre, its settings, and who else takes part, as agents see them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import make_admin, make_customer, make_message, make_note, make_ticket
from tests.tickets.telling import tell, untell
from tests.tickets.workspace.conftest import BY_SCRIPT
from tests.tickets.workspace.test_pages import LIMIT, queries
from tickets import actions
from tickets.actors import Actor
from tickets.models import (
    Event,
    Follower,
    Mention,
    Notification,
    NotificationSettings,
    NotificationTarget,
    Participant,
    Team,
    Ticket,
    Turn,
    User,
)
from tickets.workspace import centre

AsUser = Callable[[User | None], Client]
CENTRE = "/workspace/notifications/"


@pytest.fixture
def ticket(team: Team, dana: User) -> Ticket:
    ada = make_customer("Ada Lindqvist")
    found = make_ticket(team=team, turn=Turn.AGENT, agent=dana, customer=ada, subject="Broken pole")
    untell()
    return found


def many(user: User, ticket: Ticket, number: int, *, read: bool = False) -> None:
    """So many notifications of one event each, at once."""
    first = ticket.events.earliest("pk")
    events = Event.objects.bulk_create(
        Event(kind=first.kind, ticket=ticket, position=10_000 + index, actor_kind="customer")
        for index in range(number)
    )
    at = timezone.now() if read else None
    Notification.objects.bulk_create(
        Notification(user=user, ticket=ticket, event=event, kind="wrote", read_at=at)
        for event in events
    )


def test_many_of_one_kind_in_one_conversation_are_one_line_that_leads_to_the_first(
    danas: Client, ticket: Ticket
) -> None:
    first = make_message(ticket)
    make_message(ticket)
    make_message(ticket)
    tell()
    page = danas.get(CENTRE).text
    assert "3 new messages from Ada Lindqvist" in page
    assert page.count('class="notice"') == 1
    assert f'href="/workspace/{ticket.reference}/?at={first.position}#m{first.position}"' in page
    assert "Broken pole" in page


def test_unread_ones_are_filtered_marked_one_by_one_or_all_and_without_script(
    danas: Client, ticket: Ticket, team: Team, dana: User
) -> None:
    other = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    untell()
    make_message(ticket)
    make_message(other)
    tell()
    assert danas.get(f"{CENTRE}?show=unread").text.count('class="notice"') == 2
    danas.post(f"/workspace/{ticket.reference}/read/")
    page = danas.get(f"{CENTRE}?show=unread").text
    assert (ticket.reference in page, other.reference in page) == (False, True)
    upto = Notification.objects.latest("pk").pk
    danas.post(f"{CENTRE}read/", {"upto": upto})
    assert "All read" in danas.get(f"{CENTRE}?show=unread").text
    assert danas.get(CENTRE).text.count('class="notice"') == 2
    assert danas.post(f"{CENTRE}read/", {"upto": "x"}).status_code == 400
    assert danas.get(f"{CENTRE}?before=x").status_code == 400


def test_what_may_not_be_seen_any_more_stands_in_no_centre_and_is_not_counted(
    ticket: Ticket, robin: User, as_user: AsUser
) -> None:
    actions.follow(actor=Actor.agent(robin), ticket=ticket)
    make_message(ticket)
    tell()
    assert ticket.reference in as_user(robin).get(CENTRE).text
    assert centre.unread(Actor.agent(robin)) == "1"
    robin.teams.clear()
    for show in ("all", "unread", "missed"):
        page = as_user(robin).get(f"{CENTRE}?show={show}").text
        assert "Ada" not in page
        assert ticket.reference not in page
    assert centre.unread(Actor.agent(User.objects.get(pk=robin.pk))) == ""
    admin = make_admin()
    assert ticket.reference not in as_user(admin).get(CENTRE).text, "each has their own"


def test_the_centre_takes_the_same_queries_for_one_line_and_for_many_and_pages_seek(
    danas: Client, ticket: Ticket, team: Team, dana: User
) -> None:
    make_message(ticket)
    tell()
    danas.get(CENTRE)
    one = queries(danas, CENTRE)
    for _ in range(9):
        other = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
        make_message(other)
    tell()
    assert queries(danas, CENTRE) == one <= LIMIT
    many(dana, ticket, centre.PAGE + 5)
    page = danas.get(CENTRE).text
    assert 'rel="next"' in page
    older = page.split("before=", 1)[1].split('"', 1)[0]
    assert queries(danas, f"{CENTRE}?before={older}") == one
    assert 'rel="next"' not in danas.get(f"{CENTRE}?before={older}").text


def test_the_number_at_the_bell_is_bounded_and_one_short_query(
    ticket: Ticket, dana: User, django_assert_num_queries: Any
) -> None:
    many(dana, ticket, 9)
    assert centre.unread(Actor.agent(dana)) == "9"
    many_more = Notification.objects.count() + 3000
    Event.objects.filter(ticket=ticket).last()
    first = ticket.events.latest("position").position or 0
    events = Event.objects.bulk_create(
        Event(kind="ticket.opened", ticket=ticket, position=first + 1 + index, actor_kind="system")
        for index in range(3000)
    )
    Notification.objects.bulk_create(
        Notification(user=dana, ticket=ticket, event=event, kind="wrote") for event in events
    )
    assert Notification.objects.count() == many_more
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE tickets_notification")
    actor = Actor.agent(User.objects.with_access().get(pk=dana.pk))
    with django_assert_num_queries(1):
        assert centre.unread(actor) == "9+"
    with CaptureQueriesContext(connection) as captured:
        centre.unread(actor)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {captured[0]['sql']}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Seq Scan on tickets_notification" not in plan, plan


def test_a_page_of_the_workspace_asks_nothing_for_the_bell(
    danas: Client, ticket: Ticket, dana: User
) -> None:
    many(dana, ticket, 3)
    for page in ("/workspace/", f"/workspace/{ticket.reference}/"):
        with CaptureQueriesContext(connection) as captured:
            assert danas.get(page).status_code == 200
        asked = " ".join(query["sql"] for query in captured)
        assert "tickets_notification" not in asked
        assert len(captured) <= LIMIT


def test_what_was_missed_is_told_by_conversation_the_most_important_first(
    danas: Client, ticket: Ticket, team: Team, dana: User, robin: User
) -> None:
    assert "half an hour" in danas.get(f"{CENTRE}?show=missed").text
    make_message(ticket, "before")
    tell()
    Notification.objects.update(created_at=timezone.now() - timedelta(hours=3))
    NotificationSettings.objects.create(
        user=dana, left_at=timezone.now() - timedelta(hours=2), here_at=timezone.now()
    )
    assert "You missed nothing" in danas.get(f"{CENTRE}?show=missed").text
    make_message(ticket)
    make_message(ticket)
    other = make_ticket(team=team)
    make_note(other, robin, "@Dana Osei, look.")
    make_message(ticket)
    tell()
    page = danas.get(f"{CENTRE}?show=missed").text
    assert page.index(other.reference) < page.index(ticket.reference), "a mention comes first"
    assert "Robin Vale mentioned you" in page
    assert "3 new messages from Ada Lindqvist" in page


def test_a_named_colleague_is_marked_in_the_note_and_a_refusal_keeps_what_was_written(
    danas: Client, ticket: Ticket, robin: User, stranger: User
) -> None:
    url = f"/workspace/{ticket.reference}/write/"
    danas.post(url, {"kind": "note", "body": "@Robin Vale: <b>see</b> https://x.example/@Robin"})
    page = danas.get(f"/workspace/{ticket.reference}/").text
    assert '<span class="mention">@Robin Vale</span>' in page
    assert "<b>see" not in page
    assert 'href="https://x.example/@Robin"' in page
    refused = danas.post(
        url, {"kind": "note", "body": "Ask @Kit Marlow, please"}, headers=BY_SCRIPT
    )
    assert refused.status_code == 409
    assert "cannot see this conversation" in refused.json()["error"]["message"]
    refused_page = danas.post(url, {"kind": "note", "body": "Ask @Kit Marlow, please"})
    assert "Ask @Kit Marlow, please</textarea>" in refused_page.text
    assert ticket.notes.count() == Mention.objects.count() == 1


def test_a_ticket_page_takes_the_same_queries_however_many_take_part(
    danas: Client, ticket: Ticket, dana: User, robin: User
) -> None:
    page = f"/workspace/{ticket.reference}/"
    danas.get(page)
    few = queries(danas, page)
    for number in range(5):
        actions.add_to_copy(
            actor=Actor.agent(dana), ticket=ticket, email=f"p{number}@walkers.example"
        )
    actions.follow(actor=Actor.agent(robin), ticket=ticket)
    make_note(ticket, dana, "@Robin Vale")
    make_note(ticket, dana, "@Robin Vale, once more")
    assert queries(danas, page) == few <= LIMIT - 1
    text = danas.get(page).text
    assert "p4@walkers.example" in text
    assert "Robin Vale" in text


def test_following_and_copies_work_from_the_page_without_script(
    danas: Client, ticket: Ticket, dana: User
) -> None:
    url = f"/workspace/{ticket.reference}/"
    danas.post(f"{url}follow/")
    assert Follower.objects.get().user == dana
    assert f"{url}unfollow/" in danas.get(url).text
    danas.post(f"{url}unfollow/")
    assert not Follower.objects.exists()
    danas.post(f"{url}copy/", {"copy": "partner@walkers.example"})
    participant = Participant.objects.get()
    assert danas.post(f"{url}copy/", {"copy": "partner"}).status_code == 422
    danas.post(f"{url}copy/", {"remove_copy": participant.pk})
    assert not Participant.objects.exists()


def test_settings_are_saved_and_a_mistake_is_told_beside_its_field(
    danas: Client, dana: User
) -> None:
    url = f"{CENTRE}settings/"
    sent = {"choices": ["mentioned.app", "wrote.push"], "mail_wait": "60"}
    assert (
        danas.post(url, {**sent, "quiet_from": "20:00", "quiet_until": "07:00"}).status_code == 302
    )
    chosen = NotificationSettings.objects.get(user=dana)
    assert chosen.choices == ["mentioned.app", "wrote.push"]
    assert (chosen.mail_wait, str(chosen.quiet_until)) == (60, "07:00:00")
    wrong = danas.post(url, {**sent, "quiet_from": "20:00", "quiet_until": ""})
    assert wrong.status_code == 422
    assert "Quiet hours need a beginning and an end" in wrong.text
    assert danas.post(url, {"choices": ["x.y"], "mail_wait": "60"}).status_code == 422
    assert NotificationSettings.objects.get(user=dana).choices == ["mentioned.app", "wrote.push"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "http://push.example.net/x"},
        {"endpoint": "https://" + "x" * 1000},
        {"p256dh": "AAAA"},
        {"auth": "äöü"},
        {"auth": ""},
    ],
)
def test_a_browser_that_is_none_is_refused(danas: Client, wrong: dict[str, str]) -> None:
    good = {
        "endpoint": "https://push.example.net/x",
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    }
    url = f"{CENTRE}browsers/add/"
    assert danas.post(url, {**good, **wrong}, headers=BY_SCRIPT).status_code == 422
    assert not NotificationTarget.objects.exists()
    assert danas.post(url, good, headers=BY_SCRIPT).status_code == 204
    event = Event.objects.latest("pk")
    assert event.kind == "setting.added"
    assert "push.example" not in str(event.data), "the address is as good as a key"
    target = NotificationTarget.objects.get()
    danas.post(f"{CENTRE}browsers/remove/", {"browser": target.pk})
    assert not NotificationTarget.objects.exists()


def test_the_script_that_shows_pushes_stands_above_all_pages_of_the_workspace(
    client: Client, db: None
) -> None:
    answer = client.get("/workspace/push-worker.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert "showNotification" in answer.text
