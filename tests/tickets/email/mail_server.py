"""A mail server on the loopback that keeps what it is sent, and the helpers of tests that send to it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.utils import timezone

from tests.factories import make_agent, make_reply, make_team, make_ticket
from tests.live import free_port
from tickets import events
from tickets.email import sender
from tickets.models import (
    Channel,
    Customer,
    Delivery,
    Mailbox,
    Reaction,
    Ticket,
    Turn,
)

SUPPORT = "support@kestrelmoor.example"


class Inbox:
    """What the server was sent. It can be told to refuse, some addresses or everything."""

    def __init__(self) -> None:
        self.raw: list[bytes] = []
        self.recipients: list[list[str]] = []
        self.refusal = ""
        self.refused: dict[str, str] = {}
        self.connections = 0
        self.seconds = 0.0  # that it takes for a mail

    @property
    def mails(self) -> list[EmailMessage]:
        parsed = [message_from_bytes(raw, policy=policy.default) for raw in self.raw]
        return [mail for mail in parsed if isinstance(mail, EmailMessage)]

    @property
    def mail(self) -> EmailMessage:
        (only,) = self.mails
        return only

    @property
    def last(self) -> EmailMessage:
        return self.mails[-1]


class Handler:
    """Puts what comes into the inbox of the running test."""

    inbox = Inbox()

    async def handle_EHLO(  # noqa: N802  # aiosmtpd's name
        self, server: object, session: Any, envelope: object, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.inbox.connections += 1
        return responses

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, server: object, session: object, envelope: Any, address: str, options: object
    ) -> str:
        if address in self.inbox.refused:
            return self.inbox.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 known"

    async def handle_DATA(  # noqa: N802  # aiosmtpd's name
        self, server: object, session: object, envelope: Any
    ) -> str:
        if self.inbox.seconds:
            await asyncio.sleep(self.inbox.seconds)
        if self.inbox.refusal:
            return self.inbox.refusal
        self.inbox.raw.append(envelope.content)
        self.inbox.recipients.append(envelope.rcpt_tos)
        return "250 kept"


@pytest.fixture(scope="module")
def smtp() -> Iterator[Controller]:
    server = Controller(Handler(), hostname="127.0.0.1", port=free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture
def inbox(smtp: Controller, settings: Any) -> Inbox:
    """A real server takes the mails of this test."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", smtp.port
    settings.SITE_URL = "https://help.kestrelmoor.example"
    settings.DEFAULT_FROM_EMAIL = "support@help.kestrelmoor.example"
    inbox = smtp.handler.inbox = Inbox()
    return inbox


@pytest.fixture
def no_server(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox.objects.create(name="Support", address=SUPPORT, team=make_team())


def owe_due() -> None:
    """Run the reactions that owe mail, and only those."""
    due = Reaction.objects.overdue().filter(name__startswith="mail.")
    for pk in list(due.order_by("pk").values_list("pk", flat=True)):
        events.run(pk)


def send_due() -> int:
    """Owe what is to be owed, let the time pass that it waits, and send it."""
    owe_due()
    pass_time()
    return sender.send_due(seconds=60)


def pass_time() -> None:
    """Whatever waits is due now, and no server is left alone any more."""
    from django.core.cache import cache

    cache.delete("mail:away:0")
    Delivery.objects.unfinished().update(due_at=timezone.now())


def words(mail: EmailMessage) -> str:
    """Everything that can be read in a mail, decoded."""
    parts = [
        part.get_content()
        for part in mail.walk()
        if not part.is_multipart() and part.get_content_maintype() == "text"
    ]
    return "\n".join([*(f"{name}: {value}" for name, value in mail.items()), *parts])


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def html_of(mail: EmailMessage) -> str:
    body = mail.get_body(("html",))
    assert body is not None
    return str(body.get_content())


def code_in(mail: EmailMessage) -> str:
    """The code that stands in a mail for people to read."""
    found = re.findall(r"^([A-Z0-9]{5}-[A-Z0-9]{5})\r?$", text_of(mail), re.MULTILINE)
    (code,) = found
    return str(code)


def replied(
    customer: Customer,
    body: str = "A spare pole is on its way.",
    *,
    mailbox: Mailbox | None = None,
    subject: str = "",
) -> Ticket:
    """An agent called Dana has answered this customer; in a mailbox's conversation by mail."""
    agent = make_agent("Dana Osei", email="dana.osei@kestrelmoor.example")
    channel = Channel.EMAIL if mailbox else Channel.PORTAL
    ticket = make_ticket(turn=Turn.QUEUE, customer=customer, channel=channel, subject=subject)
    Ticket.objects.filter(pk=ticket.pk).update(mailbox=mailbox)
    make_reply(ticket, agent, body)
    ticket.refresh_from_db()
    return ticket
