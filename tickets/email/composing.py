"""The words of a mail, made when it is sent: as text and as HTML, with its files and what is quoted."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from tickets import actions
from tickets.actors import Actor
from tickets.email import headers, links, tokens
from tickets.email.handing_over import Mail
from tickets.email.links import Act
from tickets.intake import text
from tickets.models import (
    Attachment,
    AuthorKind,
    Delivery,
    DeliveryKind,
    Message,
    Quotes,
    SiteSettings,
    Turn,
)
from tickets.service import notices, queues

logger = logging.getLogger(__name__)

# Their subject is a conversation's own; that of the others says only what they are.
_OF_THE_CONVERSATION = headers.ANSWERABLE
_WITH_A_CODE = (DeliveryKind.CONFIRM_ADDRESS, DeliveryKind.ANSWER_WAITS)
QUOTED_MESSAGES = 10
QUOTED_LETTERS = 20_000
_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Files:
    """The files of an answer: those in the mail, and those that are too large for it."""

    attached: list[tuple[str, bytes, str]]
    linked: list[dict[str, Any]]


def compose(delivery: Delivery, desk: SiteSettings, *, more: Sequence[Delivery] = ()) -> Mail:
    """The mail of a delivery, and of those that go with it; to be sent to its recipient alone."""
    messages = [one.message for one in (delivery, *more) if one.message is not None]
    came = headers.came_in(delivery.ticket)
    token = headers.token(delivery)
    files = _files(delivery, messages, desk)
    with translation.override(language_of(delivery)):
        context = {
            **_context(delivery, desk),
            "messages": messages,
            "message": messages[0] if messages else None,
            "quotes": _quotes(delivery, messages),
            "signature": _signature(delivery),
            "files": files.linked,
            "answerable": bool(token),
            "marker": tokens.marker(token) if token else "",
        }
        said = render_to_string(f"emails/{delivery.kind}.txt", context)
        text_part = f"{said.rstrip()}\n{render_to_string('emails/tail.txt', context)}"
        html = render_to_string(f"emails/{delivery.kind}.html", context)
        mail = Mail(
            subject=_subject(delivery, came, context),
            body=text_part,
            from_email=headers.sender(delivery, messages[-1] if messages else None, desk),
            to=[] if delivery.kind == DeliveryKind.COPY else [delivery.recipient],
            cc=_in_copy(delivery),
            headers={
                "Message-ID": delivery.internet_message_id,
                **headers.thread(delivery, came),
                **headers.answer_to(delivery.mailbox, token),
                **(headers.AUTOMATIC if delivery.is_automatic else {}),
            },
        )
    mail.only_to = delivery.recipient
    mail.attach_alternative(html, "text/html")
    for name, content, content_type in files.attached:
        mail.attach(name, content, content_type)
    return mail


def language_of(delivery: Delivery) -> str:
    """The recipient's language, where it is known; else the mailbox's, else the installation's."""
    if delivery.user_id is not None:
        return settings.LANGUAGE_CODE
    of_mailbox = delivery.mailbox.language if delivery.mailbox else ""
    return delivery.ticket.customer.language or of_mailbox or settings.LANGUAGE_CODE


def _context(delivery: Delivery, desk: SiteSettings) -> dict[str, Any]:
    ticket = delivery.ticket
    place = "workspace-ticket" if delivery.user_id else "conversation"
    context = {
        **delivery.data,
        "ticket": ticket,
        "desk": desk,
        "email": delivery.recipient,
        "site": settings.SITE_URL,
        "link": settings.SITE_URL + reverse(place, args=[ticket.reference]),
    }
    if delivery.kind in _WITH_A_CODE:
        context |= _code(delivery)
    if delivery.kind == DeliveryKind.ANSWER and delivery.message is not None:
        context |= {f"link_{act.name.lower()}": links.make(act, delivery.message) for act in Act}
    if delivery.kind == DeliveryKind.ACKNOWLEDGEMENT and ticket.turn == Turn.QUEUE:
        context["expected"] = notices.queued(queues.outlook(ticket), ticket.customer)
    if delivery.kind == DeliveryKind.CLOSING:
        day = date.fromisoformat(delivery.event.data["on"])
        context["day"] = datetime.combine(day, time(12), tzinfo=UTC)
    return context


def _code(delivery: Delivery) -> dict[str, str]:
    """A code that proves the address, as text and in a link.

    In the link it stands after the #, which no browser sends: it is in no server's log, and a
    scanner that opens every link gets a page that asks for a code.
    """
    _claim, code = actions.make_claim(actor=Actor.system(), ticket=delivery.ticket)
    link = f"{settings.SITE_URL}{reverse('confirm-address')}#{code}"
    return {"code": code, "link": link}


def _subject(delivery: Delivery, came: Any, context: dict[str, Any]) -> str:
    if delivery.kind in _OF_THE_CONVERSATION:
        return headers.subject(delivery.ticket, came)
    subject = render_to_string(f"emails/{delivery.kind}_subject.txt", context)
    return headers.line(subject)[: headers.LONGEST_SUBJECT]


def _in_copy(delivery: Delivery) -> list[str]:
    """Who is in copy sees who else is, as in any mail with copies."""
    if delivery.kind != DeliveryKind.COPY:
        return []
    return list(delivery.ticket.participants.order_by("pk").values_list("email", flat=True))


def _signature(delivery: Delivery) -> str:
    if delivery.kind != DeliveryKind.REPLY or delivery.mailbox is None:
        return ""
    return delivery.mailbox.signature.strip()


def _quotes(delivery: Delivery, messages: Sequence[Message]) -> list[Message]:
    """What was said before, the newest first, as an admin wants it for the mailbox."""
    sending = getattr(delivery.mailbox, "sending", None) if delivery.mailbox else None
    if delivery.kind != DeliveryKind.REPLY or sending is None or not messages:
        return []
    if sending.quotes == Quotes.NONE:
        return []
    said = (
        delivery.ticket.messages.filter(position__lt=messages[0].position)
        .exclude(author_kind=AuthorKind.SYSTEM)
        .exclude(body="")
        .select_related("author_user", "author_customer")
        .order_by("-position")
    )
    most = 1 if sending.quotes == Quotes.LAST else QUOTED_MESSAGES
    quoted, letters = [], 0
    for one in said[:most]:
        letters += len(one.body)
        if letters > QUOTED_LETTERS:
            break
        quoted.append(one)
    return quoted


def _files(delivery: Delivery, messages: Sequence[Message], desk: SiteSettings) -> Files:
    """Those of an answer, up to what a mail may hold; the rest, and what is gone, as links."""
    attached: list[tuple[str, bytes, str]] = []
    linked: list[dict[str, Any]] = []
    if delivery.kind != DeliveryKind.REPLY:
        return Files(attached, linked)
    room = desk.mail_attachment_mb * _MEGABYTE
    for file in (one for message in messages for one in message.attachments.all()):
        content = _content(file) if file.size <= room else None
        if content is None:
            link = settings.SITE_URL + reverse("attachment", args=[file.pk])
            linked.append({"name": file.name, "size": file.size, "link": link})
        else:
            room -= len(content)
            attached.append((text.line(file.name), content, file.content_type))
    return Files(attached, linked)


def _content(file: Attachment) -> bytes | None:
    try:
        with file.file.open("rb") as kept:
            content: bytes = kept.read()
    except OSError:
        logger.exception("A file is not on the disk: %s", file.pk)
        return None
    return content
