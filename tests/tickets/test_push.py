"""Web Push, sent for real to a push service on the loopback that reads it as a browser would."""

from __future__ import annotations

import base64
import json
import socket
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone
from py_vapid import Vapid02

from tests.factories import make_agent, make_message
from tests.tickets.push_service import (
    SECONDS,
    PushService,
    dana,
    deliver,
    listening,
    service,
    subscribe,
    team,
    ticket,
)
from tests.tickets.telling import tell
from tickets import actions, outside, sealing
from tickets.actors import Actor
from tickets.delivering import push, run
from tickets.models import MailWait, Notification, NotificationTarget, PushKey, Team, Ticket, User
from tickets.models.notifications import MOST_BROWSERS

pytestmark = pytest.mark.django_db
__all__ = ["dana", "listening", "service", "team", "ticket"]  # fixtures


def test_only_the_browser_can_read_a_push_and_it_is_signed_by_this_installation(
    service: PushService, ticket: Ticket, dana: User
) -> None:
    browser = subscribe(dana, service)
    make_message(ticket, "canary-words")
    assert deliver() == 0, "it waits a moment: what is read at once is not pushed"
    deliver(later=SECONDS)
    ((path, headers, body),) = service.pushed
    assert path == "/one"
    shown = browser.read(body)
    assert shown["title"] == f"A customer wrote in {ticket.reference}"
    assert shown["url"].startswith(f"/workspace/{ticket.reference}/?at=")
    for secret in ("canary", ticket.customer.name, "Dana"):
        assert secret not in json.dumps(shown), "nothing that anybody wrote, and no names"
    assert (headers["Content-Encoding"], headers["Urgency"]) == ("aes128gcm", "high")
    assert Vapid02.verify(headers["Authorization"])
    token, _, key = headers["Authorization"].removeprefix("vapid t=").partition(",k=")
    assert key == push.public_key()
    padded = token.split(".")[1] + "=="
    claims = json.loads(base64.urlsafe_b64decode(padded))
    assert claims["aud"] == service.origin
    assert timezone.now().timestamp() < claims["exp"] < timezone.now().timestamp() + 24 * 3600
    assert deliver(later=SECONDS) == 0
    assert len(service.pushed) == 1, "once"


def test_three_hundred_notifications_are_one_push(
    service: PushService, ticket: Ticket, dana: User
) -> None:
    browser = subscribe(dana, service)
    make_message(ticket)
    tell()
    one = Notification.objects.get()
    events = list(ticket.events.exclude(pk=one.event_id).values_list("pk", flat=True))
    Notification.objects.bulk_create(
        Notification(user=dana, ticket=ticket, event_id=event, kind="wrote") for event in events
    )
    deliver(later=SECONDS)
    ((_path, _headers, body),) = service.pushed
    count = len(events) + 1
    assert browser.read(body)["title"] == f"{count} new in 1 conversation"
    assert len(body) < 4096
    assert NotificationTarget.objects.get().sent_upto == Notification.objects.latest("pk").pk


def test_what_is_read_in_time_is_not_pushed(
    service: PushService, ticket: Ticket, dana: User
) -> None:
    subscribe(dana, service)
    make_message(ticket)
    tell()
    actions.mark_read(actor=Actor.agent(dana), ticket=ticket)
    assert deliver(later=SECONDS) == 1
    assert service.pushed == []


def test_whoever_may_not_see_it_any_more_gets_no_push(
    service: PushService, ticket: Ticket, team: Team
) -> None:
    robin = make_agent(teams=[team])
    subscribe(robin, service)
    actions.choose_notifications(
        actor=Actor.agent(robin),
        choices=["followed.push"],
        mail_wait=MailWait.AT_ONCE,
        quiet_from=None,
        quiet_until=None,
    )
    actions.follow(actor=Actor.agent(robin), ticket=ticket)
    make_message(ticket)
    tell()
    robin.teams.clear()
    deliver(later=SECONDS)
    assert service.pushed == []


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(
    service: PushService, ticket: Ticket, dana: User, status: int
) -> None:
    subscribe(dana, service)
    subscribe(dana, service, "/two")
    service.answers.append((status, {}))
    make_message(ticket)
    deliver(later=SECONDS)
    assert len(service.pushed) == 2
    assert [one.endpoint for one in NotificationTarget.objects.all()] == [service.origin + "/two"]


@pytest.mark.parametrize(
    ("status", "headers", "wait"),
    [(503, {}, 30), (429, {"Retry-After": "120"}, 120), (500, {"Retry-After": "9" * 6}, 3600)],
)
def test_a_service_that_is_busy_is_asked_again_later(
    service: PushService,
    ticket: Ticket,
    dana: User,
    status: int,
    headers: dict[str, str],
    wait: int,
) -> None:
    subscribe(dana, service)
    service.answers.append((status, headers))
    make_message(ticket)
    deliver(later=SECONDS)
    target = NotificationTarget.objects.get()
    assert target.due_at is not None
    left = (target.due_at - timezone.now()).total_seconds()
    assert wait - 20 < left <= wait
    deliver(later=timedelta(hours=2))
    assert len(service.pushed) == 2
    assert NotificationTarget.objects.get().due_at is None


@pytest.mark.parametrize("status", [301, 400, 403, 413])
def test_what_a_service_refuses_for_good_is_not_tried_again_and_no_redirect_is_followed(
    service: PushService, ticket: Ticket, dana: User, status: int
) -> None:
    subscribe(dana, service)
    service.answers.append((status, {"Location": service.origin + "/elsewhere"}))
    make_message(ticket)
    deliver(later=SECONDS)
    deliver(later=timedelta(hours=2))
    assert len(service.pushed) == 1


def test_a_service_that_never_answers_is_given_up_and_the_next_news_is_tried(
    service: PushService, ticket: Ticket, dana: User
) -> None:
    subscribe(dana, service)
    service.answers += [(503, {})] * (run.MOST_ATTEMPTS + 1)
    make_message(ticket)
    for _ in range(run.MOST_ATTEMPTS + 3):
        deliver(later=timedelta(hours=2))
    assert len(service.pushed) == run.MOST_ATTEMPTS
    service.answers.clear()
    make_message(ticket)
    deliver(later=SECONDS)
    assert len(service.pushed) == run.MOST_ATTEMPTS + 1


def test_a_worker_that_dies_while_it_sends_leaves_it_to_the_next(
    service: PushService, ticket: Ticket, dana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(dana, service)
    make_message(ticket)

    def die(*args: object, **options: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(push, "send", die)
        with pytest.raises(KeyboardInterrupt):
            deliver(later=SECONDS)
    assert run.deliver(side_by_side=False) == 0, "it has it for a while"
    deliver(later=run.LEASE)
    assert len(service.pushed) == 1


def test_what_comes_while_a_push_is_sent_is_still_due(
    service: PushService, ticket: Ticket, dana: User
) -> None:
    subscribe(dana, service)
    make_message(ticket)
    tell()
    NotificationTarget.objects.update(due_at=timezone.now())
    (target,) = NotificationTarget.objects.claim(most=1, lease=run.LEASE)
    make_message(ticket)
    tell()
    assert NotificationTarget.objects.get().due_at == target.due_at, "nobody else takes it now"
    first = Notification.objects.earliest("pk").pk
    NotificationTarget.objects.is_sent(target, first, kinds=["wrote"])
    deliver()
    assert len(service.pushed) == 1


def test_news_do_not_hurry_a_service_that_asked_for_time(
    service: PushService, ticket: Ticket, dana: User
) -> None:
    subscribe(dana, service)
    service.answers.append((429, {"Retry-After": "600"}))
    make_message(ticket)
    deliver(later=SECONDS)
    make_message(ticket)
    deliver(later=timedelta(minutes=9))
    assert len(service.pushed) == 1
    deliver(later=timedelta(minutes=11))
    assert len(service.pushed) == 2


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1/x",
        "https://localhost/x",
        "https://10.1.2.3/x",
        "https://169.254.169.254/latest/meta-data/",
        "https://192.168.0.1/x",
        "https://[::1]/x",
        "https://[fd00::1]/x",
        "https://[::ffff:127.0.0.1]/x",
        "https://[64:ff9b::7f00:1]/x",
        "https://0.0.0.0/x",
        "https://2130706433/x",
        "https://224.0.0.1/x",
        "http://push.example.net/x",
        "https://push.example.net@127.0.0.1/x",
        "https://push.example.net:notaport/x",
        "https:///x",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "https://push.example.net/x\r\nX: y",
    ],
)
def test_no_push_goes_into_our_own_network(address: str) -> None:
    with pytest.raises((outside.Refused, outside.NotReached)):
        outside.look_up(outside.read(address))


def test_a_name_that_leads_inside_is_refused_when_it_is_sent_whatever_it_was_before(
    service: PushService,
    ticket: Ticket,
    dana: User,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    subscribe(dana, service)
    NotificationTarget.objects.update(endpoint="https://push.example.net/x")
    settings.PUSH_INTO_OWN_NETWORK = False
    inside = [(2, 1, 6, "", ("93.184.216.34", 443)), (2, 1, 6, "", ("127.0.0.1", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: inside)
    make_message(ticket)
    deliver(later=SECONDS)
    assert service.pushed == []
    assert not NotificationTarget.objects.exists()


def test_a_browser_belongs_to_who_asked_last_and_there_are_not_endless_ones(
    service: PushService, dana: User, team: Team
) -> None:
    robin = make_agent(teams=[team])
    subscribe(dana, service)
    subscribe(robin, service)
    assert NotificationTarget.objects.get().user == robin, "they share a computer"
    for number in range(MOST_BROWSERS + 2):
        subscribe(dana, service, f"/{number}")
    assert NotificationTarget.objects.filter(user=dana).count() == MOST_BROWSERS
    target = NotificationTarget.objects.filter(user=robin).get()
    assert not actions.remove_browser(actor=Actor.agent(dana), pk=target.pk)
    assert actions.remove_browser(actor=Actor.agent(robin), endpoint=target.endpoint)


def test_the_key_is_made_once_by_the_installation_and_kept_sealed() -> None:
    kept = PushKey.objects.get().private_key
    assert "PRIVATE KEY" not in kept
    assert sealing.unseal(kept).startswith("-----BEGIN PRIVATE KEY-----")
    point = base64.urlsafe_b64decode(push.public_key() + "=")
    assert (len(point), point[0]) == (65, 4)


def test_a_key_from_before_is_sealed_as_it_is_and_opened_on_the_way_back() -> None:
    migration = import_module("tickets.migrations.0059_push_key_is_sealed")
    before, plain = push.public_key(), sealing.unseal(PushKey.objects.get().private_key)
    migration.unseal(apps, None)
    assert PushKey.objects.get().private_key == plain
    for _twice in range(2):
        migration.seal(apps, None)
        assert sealing.unseal(PushKey.objects.get().private_key) == plain
    assert push.public_key() == before


def test_a_key_that_cannot_be_opened_any_more_stops_pushes_and_nothing_else(
    service: PushService, dana: User, settings: Any, client: Client
) -> None:
    subscribe(dana, service)
    target = NotificationTarget.objects.get()
    settings.SEALING_KEYS = ["another than it was sealed with"]
    assert push.send(target, b"{}", urgent=False).outcome == push.Outcome.LATER
    assert not service.pushed
    client.force_login(dana)
    page = client.get("/workspace/notifications/settings/")
    assert page.status_code == 200
    assert "data-push" not in page.content.decode()
