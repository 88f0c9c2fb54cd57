"""The mails that left the demo's helpdesk, from the files that it keeps them in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from django.conf import settings

_BETWEEN = b"-" * 79 + b"\n"  # what Django's file backend puts between two mails
SHOWN = 30


@dataclass(frozen=True, slots=True)
class Sent:
    """One of them, as the page shows it."""

    to: str
    sender: str
    answer_to: str
    subject: str
    text: str
    message_id: str
    at: datetime


def latest() -> list[Sent]:
    """The newest of them, the newest first."""
    folder = Path(getattr(settings, "EMAIL_FILE_PATH", None) or "/nowhere")
    files = sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime, reverse=True)
    found: list[Sent] = []
    for file in files[:SHOWN]:
        at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        parts = [part for part in file.read_bytes().split(_BETWEEN) if part.strip()]
        found += [_sent(part, at) for part in reversed(parts)]
    return found[:SHOWN]


def _sent(raw: bytes, at: datetime) -> Sent:
    mail = BytesParser(policy=policy.default).parsebytes(raw)
    assert isinstance(mail, EmailMessage)
    body = mail.get_body(("plain", "html"))
    sender = str(mail.get("From", ""))
    return Sent(
        to=str(mail.get("To", "") or mail.get("Cc", "")),
        sender=sender,
        answer_to=str(mail.get("Reply-To", "")) or sender,
        subject=str(mail.get("Subject", "")),
        text=str(body.get_content()) if body else "",
        message_id=str(mail.get("Message-ID", "")),
        at=at,
    )
