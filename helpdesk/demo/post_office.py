"""The demo's post: a mail server on the loopback that takes what customers write to the company."""

from __future__ import annotations

import logging
import smtplib
import threading
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import close_old_connections
from django.utils import timezone

from tickets import actions, addresses
from tickets.actors import Actor
from tickets.models import Mailbox

logger = logging.getLogger(__name__)

LARGEST = 30 * 1024 * 1024  # bytes


class PostOffice:
    """Gives what is addressed to a mailbox of ours to the helpdesk, and takes nothing else."""

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd has for it
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if await sync_to_async(_mailbox_of)(address) is None:
            return "550 Nobody here has this address"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - as above
        self, server: Any, session: Any, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        await sync_to_async(_keep)(envelope.rcpt_tos, envelope.content)
        return "250 Kept"


def serve(port: int) -> None:
    """Until the process ends."""
    Controller(PostOffice(), hostname="127.0.0.1", port=port, data_size_limit=LARGEST).start()
    logger.info("The demo's post takes mail at 127.0.0.1, port %d.", port)
    threading.Event().wait()


def write(*, sender: str, to: str, subject: str, text: str, answers: str = "") -> None:
    """Send a mail as a customer's program would. Raises OSError, or smtplib.SMTPException."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Date"] = timezone.localtime()
    mail["Message-ID"] = make_msgid(domain="customer.example")
    if answers:
        mail["In-Reply-To"] = mail["References"] = answers
    mail.set_content(text)
    with smtplib.SMTP("127.0.0.1", settings.DEMO_POST_PORT, timeout=10) as server:
        server.send_message(mail)


def _mailbox_of(address: str) -> Mailbox | None:
    """The mailbox of an address, with or without a plus in it."""
    name, _at, domain = address.rpartition("@")
    try:
        plain = addresses.normalised(f"{name.partition('+')[0]}@{domain}")
    except ValidationError:
        return None
    return Mailbox.objects.filter(address=plain, is_active=True).first()


def _keep(recipients: list[str], raw: bytes) -> None:
    close_old_connections()
    try:
        for mailbox in filter(None, map(_mailbox_of, recipients)):
            actions.receive_mail(actor=Actor.system(), mailbox=mailbox, raw=raw)
    finally:
        close_old_connections()
