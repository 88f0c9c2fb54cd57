"""Mail that comes in: kept as it came, once, before anybody reads it; and what became of it."""

from __future__ import annotations

import zlib
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser
from email.policy import compat32
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tickets import events
from tickets.actions import rights, saving
from tickets.actions.errors import ActionError
from tickets.actors import Actor
from tickets.intake import text
from tickets.models import EventKind, IncomingMail, Mailbox, MailState, Message, Permission, Ticket
from tickets.models.incoming import WAITS

# What each server on the way adds or changes, so that the same mail differs by them from copy to copy.
_OF_THE_AUTHOR = ("from", "to", "cc", "date", "subject", "message-id")
LARGEST_SIZE = 2**31 - 1  # that the column holds
_HEADERS = 256 * 1024  # bytes in which they are looked for
# Once it is one of these, nobody decides anew what becomes of it.
FINAL = (MailState.DONE, MailState.NOTED, MailState.REFUSED, MailState.DISMISSED)
_EVENTS = {
    MailState.NOTED: EventKind.MAIL_NOTED,
    MailState.HELD: EventKind.MAIL_HELD,
    MailState.UNREADABLE: EventKind.MAIL_UNREADABLE,
    MailState.REFUSED: EventKind.MAIL_REFUSED,
}


@transaction.atomic
def receive_mail(
    *,
    actor: Actor,
    mailbox: Mailbox,
    raw: bytes,
    is_old: bool = False,
    unreadable: str = "",
    size: int | None = None,
) -> tuple[IncomingMail, bool]:
    """Keep a mail as it came, and owe its reading; and whether it is new.

    The same mail is kept once, in however many mailboxes it arrives and however often it is
    fetched. `is_old`: it lay in the mailbox before that was set up, and nothing is answered.
    `unreadable`: why `raw` is only its beginning, of a mail of `size` bytes; it is named, not read.
    """
    head, identity = _head_of(raw)
    mail, is_new = IncomingMail.objects.defer("raw").get_or_create(
        identity=identity,
        defaults={
            "mailbox": mailbox,
            "raw": zlib.compress(raw, level=1),
            "size": min(len(raw) if size is None else size, LARGEST_SIZE),
            "is_old": is_old,
            "internet_message_id": head.get("message-id", "")[:250],
            **(_named(head, unreadable) if unreadable else {}),
        },
    )
    if is_new:
        kind = EventKind.MAIL_UNREADABLE if unreadable else EventKind.MAIL_RECEIVED
        events.record(kind, actor=actor, subject=mail, mailbox=mailbox.pk)
    return mail, is_new


@transaction.atomic
def read_again(*, actor: Actor, mail: IncomingMail) -> bool:
    """Have a mail read once more that could not be read; False if that is not to be done.

    Raises:
        NotAllowed: the actor is nobody who works here.
    """
    mail = IncomingMail.objects.locked(mail)
    rights.demand(actor, Permission.SPAM)
    if mail.state != MailState.UNREADABLE or len(mail.source) != mail.size:
        return False
    mail.state, mail.why = MailState.RECEIVED, ""
    mail.save(update_fields=["state", "why"])
    events.record(EventKind.MAIL_RECEIVED, actor=actor, subject=mail, mailbox=mail.mailbox_id)
    return True


def _named(head: dict[str, str], why: str) -> dict[str, str]:
    """What is said of a mail that is not read."""
    return {
        "state": MailState.UNREADABLE,
        "why": why[:300],
        "sender": _decoded(head.get("from", ""))[:320],
        "subject": _decoded(head.get("subject", ""))[:255],
    }


def _decoded(value: str) -> str:
    """The words of a header, in one line; as they are if they cannot be decoded."""
    try:
        text = str(make_header(decode_header(value)))
    except (HeaderParseError, LookupError, ValueError):
        text = value
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(plain.encode("utf-8", "replace").decode().split())


def _head_of(raw: bytes) -> tuple[dict[str, str], str]:
    """The headers that its author wrote, and the identity that they and the body have."""
    end = min((at for at in (raw.find(b"\r\n\r\n"), raw.find(b"\n\n")) if at >= 0), default=-1)
    head, body = (raw, b"") if end < 0 else (raw[:end], raw[end:])
    parsed = BytesHeaderParser(policy=compat32).parsebytes(head[:_HEADERS])
    found = {name: " ".join(str(parsed.get(name, "")).split()) for name in _OF_THE_AUTHOR}
    digest = sha256(repr(sorted(found.items())).encode(errors="surrogateescape"))
    digest.update(body.replace(b"\r\n", b"\n").strip())
    safe = {name: _plain(value) for name, value in found.items()}
    return safe, digest.hexdigest()


def _plain(value: str) -> str:
    """A header as the database can hold it."""
    return "".join(letter for letter in value if letter.isprintable() and letter.isascii())


@transaction.atomic
def file_mail(
    *,
    actor: Actor,
    mail: IncomingMail,
    state: MailState,
    why: str = "",
    ticket: Ticket | None = None,
    message: Message | None = None,
    sender: str = "",
    subject: str = "",
    shown: dict[str, Any] | None = None,
) -> bool:
    """Say what became of a mail that was waiting; False if somebody else has decided it already.

    Where it is no message of the `ticket`, the ticket's event says that it came. A conversation that
    had no mailbox has this mail's from now on. Where nothing of that is to be written, its ticket is
    left as it is.
    """
    kind = EventKind.MAIL_LET_IN if actor.works_here else _EVENTS.get(state)
    first = ticket is not None and ticket.mailbox_id is None and state == MailState.DONE
    if ticket is not None and (kind is not None or first):
        ticket = Ticket.objects.locked(ticket)
    mail = IncomingMail.objects.locked(mail)
    if mail.state in FINAL:
        return False
    mail.state, mail.ticket, mail.message = state, ticket, message
    mail.why = text.line(why, limit=300)
    mail.sender = text.line(sender, limit=320) or mail.sender
    mail.subject = text.line(subject, limit=255) or mail.subject
    mail.shown = mail.shown if shown is None else shown
    mail.save(update_fields=["state", "ticket", "message", "why", "sender", "subject", "shown"])
    if kind is not None:
        events.record(kind, actor=actor, ticket=ticket, subject=mail, mail=mail.pk)
    if ticket is not None and (kind is not None or first):
        if ticket.mailbox_id is None and state == MailState.DONE:
            ticket.mailbox = mail.mailbox
        saving.save(ticket)
    return True


@transaction.atomic
def dismiss_mail(*, actor: Actor, mail: IncomingMail) -> bool:
    """An agent says that nothing is to be done with a mail; False if it was decided already.

    Raises:
        NotAllowed: the actor is nobody who works here.
    """
    ticket = Ticket.objects.locked(mail.ticket) if mail.ticket else None
    mail = IncomingMail.objects.locked(mail)
    rights.demand(actor, Permission.SPAM)
    if mail.state not in WAITS:
        return False
    mail.state = MailState.DISMISSED
    mail.save(update_fields=["state"])
    events.record(EventKind.MAIL_DISMISSED, actor=actor, ticket=ticket, subject=mail, mail=mail.pk)
    if ticket is not None:
        saving.save(ticket)
    return True


def gone() -> ActionError:
    """The refusal of what needs the bytes of a mail that are not kept any more."""
    return ActionError(_("The original of this mail is not kept any more."), code="gone")
