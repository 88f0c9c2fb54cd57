"""The words of a mail, made when it is sent: as text and as HTML, with its files and what is quoted."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from tickets import actions
from tickets.actors import Actor
from tickets.email import headers, links, tokens, wording
from tickets.email.handing_over import Mail
from tickets.email.links import Act
from tickets.intake import text
from tickets.models import (
    Attachment,
    AuthorKind,
    Delivery,
    DeliveryKind,
    MailTemplate,
    MailText,
    Message,
    OpeningHours,
    Quotes,
    SiteSettings,
    Turn,
    User,
)
from tickets.service import dates, notices, queues

logger = logging.getLogger(__name__)

# Their subject is a conversation's own; that of the others says only what they are.
_OF_THE_CONVERSATION = headers.ANSWERABLE
_WITH_A_CODE = (DeliveryKind.CONFIRM_ADDRESS, DeliveryKind.ANSWER_WAITS)
QUOTED_MESSAGES = 10
QUOTED_LETTERS = 20_000
_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Written:
    """The words of a mail."""

    subject: str
    text: str
    html: str


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
    files, in_copy = _files(delivery, messages, desk), _in_copy(delivery)
    with translation.override(language_of(delivery)), timezone.override(zone_of(delivery)):
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
        kind = wording.text_of(delivery)
        if kind is not None:
            context["words"] = wording.filled(kind, _template(kind, delivery), _values(context))
        written = write(delivery.kind, context)
        of_its_own = None if delivery.kind in _OF_THE_CONVERSATION else written.subject
        mail = Mail(
            subject=of_its_own or headers.subject(delivery.ticket, came),
            body=written.text,
            from_email=headers.sender(delivery, messages[-1] if messages else None, desk),
            to=[delivery.recipient] if delivery.recipient not in in_copy else [],
            cc=in_copy,
            headers={
                "Message-ID": delivery.internet_message_id,
                **headers.thread(delivery, came),
                **headers.answer_to(delivery.mailbox, token),
                **(headers.AUTOMATIC if delivery.is_automatic else {}),
            },
        )
    mail.only_to = delivery.recipient
    mail.attach_alternative(written.html, "text/html")
    for name, content, content_type in files.attached:
        mail.attach(name, content, content_type)
    return mail


def write(name: str, context: dict[str, Any]) -> Written:
    """Text and HTML of a mail from one source, in the language that is active; its subject is "" where
    it is the conversation's.
    """
    subject = context["words"].subject if "words" in context else ""
    if not subject and DeliveryKind(name) not in _OF_THE_CONVERSATION:
        subject = render_to_string(f"emails/{name}_subject.txt", context)
    said = render_to_string(f"emails/{name}.txt", context)
    return Written(
        subject=headers.line(subject)[: headers.LONGEST_SUBJECT],
        text=f"{said.strip()}\n{render_to_string('emails/tail.txt', context)}",
        html=render_to_string(f"emails/{name}.html", context),
    )


def language_of(delivery: Delivery) -> str:
    """The recipient's language, where it is known; else the mailbox's, else the installation's."""
    if delivery.user_id is not None:
        return settings.LANGUAGE_CODE
    of_mailbox = delivery.mailbox.language if delivery.mailbox else ""
    return delivery.ticket.customer.language or of_mailbox or settings.LANGUAGE_CODE


def zone_of(delivery: Delivery) -> ZoneInfo:
    """The recipient's time zone, where they chose one; else that of the team's opening hours."""
    return zone(delivery.user or delivery.ticket.customer.user, delivery.ticket.team.hours)


def zone(*those: User | OpeningHours | None) -> ZoneInfo:
    """The first of their time zones that there is."""
    for name in (one.timezone for one in those if one is not None):
        try:
            if name:
                return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            logger.warning("A time zone is not known: %r", name)
    return ZoneInfo("UTC")


def _template(kind: MailText, delivery: Delivery) -> MailTemplate | None:
    return wording.chosen(
        kind, language_of(delivery), mailbox=delivery.mailbox, team=delivery.ticket.team_id
    )


def _values(context: dict[str, Any]) -> dict[str, str]:
    """What stands for the placeholders of a text."""
    ticket, messages = context["ticket"], context["messages"]
    agent = messages[-1].author_user if messages else None
    return {
        **wording.about(ticket.customer, context["desk"]),
        "ticket.reference": ticket.reference,
        "agent.first_name": agent.get_short_name() if agent else "",
        "expected": context.get("expected", ""),
        "day": dates.weekday(context["day"]) if "day" in context else "",
        "code": context.get("code", ""),
    }


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
    if delivery.kind == DeliveryKind.COPY and delivery.message is not None:
        context["has_files"] = delivery.message.attachments.exists()
    if delivery.kind == DeliveryKind.IDENTITY_CODE:
        context |= _short_code(delivery)
    if delivery.kind == DeliveryKind.ANSWER and delivery.message is not None:
        context |= {f"link_{act.name.lower()}": links.make(act, delivery.message) for act in Act}
        context |= _answer(delivery.message)
    if delivery.kind == DeliveryKind.ACKNOWLEDGEMENT and ticket.turn == Turn.QUEUE:
        context["expected"] = notices.queued(queues.outlook(ticket), ticket.customer)
    if delivery.kind == DeliveryKind.CLOSING:
        day = date.fromisoformat(delivery.event.data["on"])
        context["day"] = datetime.combine(day, time(12), tzinfo=UTC)
    return context


def _answer(message: Message) -> dict[str, Any]:
    """The assistant's answer with what it quotes; a warning has neither."""
    answer = getattr(message, "answer", None)
    return {"answer": answer, "sources": list(answer.citations.all()) if answer else []}


def _code(delivery: Delivery) -> dict[str, str]:
    """A code that proves the address, as text and in a link.

    In the link it stands after the #, which no browser sends: it is in no server's log, and a
    scanner that opens every link gets a page that asks for a code.
    """
    _claim, code = actions.make_claim(actor=Actor.system(), ticket=delivery.ticket)
    link = f"{settings.SITE_URL}{reverse('confirm-address')}#{code}"
    return {"code": code, "link": link}


def _short_code(delivery: Delivery) -> dict[str, str]:
    """A code to type in the conversation. No link: what it is typed into is open already, or nowhere."""
    position = delivery.event.position or 0
    code = actions.make_code(actor=Actor.system(), ticket=delivery.ticket, position=position)
    if not code:
        raise LookupError("It is asked for no more.")
    return {"code": code}


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
