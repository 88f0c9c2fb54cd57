"""Mails as servers deliver them, and what the helpdesk makes of them."""

from __future__ import annotations

from email.message import EmailMessage
from itertools import count
from typing import Any

from tests.factories import make_team
from tickets import actions, events
from tickets.actors import Actor
from tickets.email import tokens
from tickets.models import IncomingMail, Mailbox, Message, Reaction, Ticket, User

SUPPORT = "support@kestrelmoor.example"
INES = "Ines Brook <ines@brook.example>"
_numbers = count(1)


def make_mailbox(address: str = SUPPORT, **decided: Any) -> Mailbox:
    """A mailbox of a team of its own, unless it is given one."""
    team = decided.pop("team", None) or make_team()
    return Mailbox.objects.create(name="Support", address=address, team=team, **decided)


def a_mail(
    *,
    sender: str = INES,
    to: str = SUPPORT,
    subject: str = "My tent",
    body: str = "It has a hole.",
    files: tuple[tuple[str, bytes], ...] = (),
    **headers: str,
) -> EmailMessage:
    """A mail; further headers by their names with underscores."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Message-ID"] = headers.pop("Message_ID", f"<{next(_numbers)}@brook.example>")
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(body)
    for name, content in files:
        mail.add_attachment(content, maintype="image", subtype="png", filename=name)
    return mail


def deliver(mail: EmailMessage | bytes, mailbox: Mailbox, *, is_old: bool = False) -> IncomingMail:
    """Let a mail arrive and be read; what became of it."""
    raw = mail if isinstance(mail, bytes) else mail.as_bytes()
    row, _new = actions.receive_mail(actor=Actor.system(), mailbox=mailbox, raw=raw, is_old=is_old)
    read_due()
    return IncomingMail.objects.get(pk=row.pk)


def read_due() -> None:
    """Run the reactions that read what came in, and only those."""
    due = Reaction.objects.overdue().filter(name="mail.read").order_by("pk")
    for pk in list(due.values_list("pk", flat=True)):
        events.run(pk)


def answer_address(ticket: Ticket, user: User | None = None) -> str:
    """Where the answers to our mails about a conversation go."""
    return tokens.address(SUPPORT, tokens.make(ticket, user=user))


def ticket_of(row: IncomingMail) -> Ticket:
    """The conversation of a mail, which has one."""
    assert row.ticket is not None
    return row.ticket


def message_of(row: IncomingMail) -> Message:
    """The message that a mail has become."""
    assert row.message is not None
    return row.message
