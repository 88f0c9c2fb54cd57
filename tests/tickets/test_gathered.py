"""Mail to agents, and quiet hours: what came meanwhile is told together."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from tests.factories import make_agent, make_message, make_note
from tests.tickets.push_service import (
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
from tickets import actions
from tickets.actors import Actor
from tickets.models import MailWait, NotificationTarget, Team, Ticket, User

pytestmark = pytest.mark.django_db
__all__ = ["dana", "listening", "service", "team", "ticket"]  # fixtures


def test_in_quiet_hours_nothing_is_pushed_or_mailed_and_then_it_is_one(
    service: PushService, ticket: Ticket, dana: User
) -> None:
    browser = subscribe(dana, service)
    now = timezone.now()
    ends = now - timedelta(minutes=2)  # nearly a whole day later
    actions.choose_notifications(
        actor=Actor.agent(dana),
        choices=["wrote.push", "wrote.email"],
        mail_wait=MailWait.AT_ONCE,
        quiet_from=time(now.hour, now.minute),
        quiet_until=time(ends.hour, ends.minute),
    )
    make_message(ticket)
    make_message(ticket)
    deliver(later=timedelta(hours=25))
    assert service.pushed == []
    assert mail.outbox == []
    actions.choose_notifications(
        actor=Actor.agent(dana),
        choices=["wrote.push", "wrote.email"],
        mail_wait=MailWait.AT_ONCE,
        quiet_from=None,
        quiet_until=None,
    )
    deliver(later=timedelta(hours=25))
    ((_path, _headers, body),) = service.pushed
    assert browser.read(body)["title"] == "2 new in 1 conversation"
    assert len(mail.outbox) == 1


def test_a_mail_comes_for_what_is_unread_after_a_while_and_says_nothing_of_it(
    ticket: Ticket, dana: User, team: Team
) -> None:
    robin = make_agent("Robin Vale", teams=[team])
    make_note(ticket, dana, "canary @Robin Vale")
    make_note(ticket, dana, "canary @Robin Vale, again")
    deliver(later=timedelta(minutes=14))
    assert mail.outbox == []
    deliver(later=timedelta(minutes=16))
    (sent,) = mail.outbox
    assert sent.to == [robin.email]
    assert f"You are mentioned in {ticket.reference} (2)" in sent.body
    for word in ("canary", "Dana", ticket.customer.name):
        assert word not in str(sent.message())
    deliver(later=timedelta(hours=9))
    assert len(mail.outbox) == 1
    make_note(ticket, dana, "@Robin Vale?")
    tell()
    actions.mark_read(actor=Actor.agent(robin), ticket=ticket)
    deliver(later=timedelta(hours=9))
    assert len(mail.outbox) == 1, "they read it in time"


def test_a_mail_server_that_is_away_is_tried_again(
    ticket: Ticket, dana: User, team: Team, settings: Any
) -> None:
    make_agent("Robin Vale", teams=[team])
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    make_note(ticket, dana, "@Robin Vale")
    deliver(later=timedelta(minutes=16))
    target = NotificationTarget.objects.get(endpoint="")
    assert (target.attempts, target.due_at is not None) == (1, True)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    deliver(later=timedelta(minutes=5))
    assert len(mail.outbox) == 1
