"""The headers by which a mail says whom it is from, where its answer goes, and what it belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from django.conf import settings
from django.utils.translation import gettext as _

from tickets.email import tokens
from tickets.intake import text
from tickets.models import (
    Delivery,
    DeliveryKind,
    DeliveryState,
    IncomingMail,
    Mailbox,
    Message,
    SiteSettings,
    Ticket,
)

AUTOMATIC = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
LONGEST_SUBJECT = 150
MOST_REFERENCES = 20
LONGEST_REFERENCES = 980  # letters; with the header's name a line of at most 998 (RFC 5322)
# What outsiders may answer by mail, and find the conversation by a token for.
ANSWERABLE = (
    *(DeliveryKind.REPLY, DeliveryKind.COPY, DeliveryKind.CLOSING),
    *(DeliveryKind.ACKNOWLEDGEMENT, DeliveryKind.ANSWER, DeliveryKind.AUTOMATIC),
)
_ID = re.compile(r"<[^\s<>,;]{1,240}>")
_ANSWERED = re.compile(r"^(?:(?:re|aw|fwd?|wg|sv|vs)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_OUR_REFERENCE = re.compile(r"\s*\[#[0-9A-Za-z]{8,12}\]")


def line(value: str) -> str:
    """One line of plain words: what looks encoded would be decoded, with line breaks and all."""
    return text.line(value).replace("=?", "= ?")


def address(name: str, email: str) -> str:
    """An address with a display name that cannot become a second address."""
    return '"' + line(name).replace("\\", "").replace('"', "") + f'" <{email}>'


def mailbox_of(ticket: Ticket, desk: SiteSettings) -> Mailbox | None:
    """The address of ours from which a conversation's mails come; None: the installation's own."""
    for mailbox in (ticket.mailbox, desk.default_mailbox):
        if mailbox is not None and mailbox.is_active:
            return mailbox
    return None


def sender(delivery: Delivery, message: Message | None, desk: SiteSettings) -> str:
    """Who writes: the agent by their first name, the assistant as what it is, else the company."""
    name = desk.company_name
    if delivery.kind == DeliveryKind.REPLY and message is not None and message.author_user:
        name = _("%(name)s at %(company)s") % {
            "name": message.author_user.get_short_name(),
            "company": desk.company_name,
        }
    if delivery.kind == DeliveryKind.ANSWER:
        name = _("%(company)s (AI assistant)") % {"company": desk.company_name}
    mailbox = delivery.mailbox
    return address(name, mailbox.address if mailbox else settings.DEFAULT_FROM_EMAIL)


def token(delivery: Delivery) -> str:
    """What an answer to this mail finds its conversation by; "" if it is none to be answered."""
    if delivery.mailbox is None:
        return ""
    if delivery.user is not None:
        return tokens.make(delivery.ticket, user=delivery.user)
    return tokens.make(delivery.ticket) if delivery.kind in ANSWERABLE else ""


def answer_to(mailbox: Mailbox | None, token: str) -> dict[str, str]:
    """Where an answer goes, if not simply to the sender."""
    if mailbox is None or not token or not mailbox.has_plus_addresses:
        return {}
    return {"Reply-To": tokens.address(mailbox.address, token)}


def subject(ticket: Ticket, came: Sequence[IncomingMail]) -> str:
    """The subject of a conversation's mails: as its first mail had it, else as the conversation has."""
    known = came[0].subject if came else ticket.subject
    plain = _ANSWERED.sub("", _OUR_REFERENCE.sub("", line(known)).strip())
    plain = plain or _("Your request")
    end = f" [#{ticket.reference}]"
    return f"Re: {plain[: LONGEST_SUBJECT - len(end) - 4].rstrip()}{end}"


def came_in(ticket: Ticket) -> list[IncomingMail]:
    """The mails that came in a conversation, of which headers are made: the first and the newest."""
    mails = IncomingMail.objects.filter(ticket=ticket, message__isnull=False)
    known = mails.only("pk", "internet_message_id", "subject", "created_at")
    newest = list(known.order_by("-pk")[:MOST_REFERENCES])[::-1]
    if len(newest) < MOST_REFERENCES:
        return newest
    return [*known.order_by("pk")[:1], *newest[1:]]


def thread(delivery: Delivery, came: Sequence[IncomingMail]) -> dict[str, str]:
    """What the mail answers and which went before it, so that mail programs show them together."""
    ours = (
        Delivery.objects.filter(
            ticket=delivery.ticket_id, recipient=delivery.recipient, state=DeliveryState.SENT
        )
        .exclude(pk=delivery.pk)
        .order_by("-created_at")
        .values_list("created_at", "internet_message_id")[:MOST_REFERENCES]
    )
    theirs = [(mail.created_at, mail.internet_message_id) for mail in came]
    sent = [(at, one) for at, one in ours if delivery.user_id is None]
    ids = _usable(one for _at, one in sorted([*theirs, *sent]))
    if not _usable(one for _at, one in theirs):
        ids.insert(0, f"<ticket-{delivery.ticket.reference}@{tokens.host()}>")
    found = {"References": " ".join(_trimmed(ids))}
    if newest := _usable(one for _at, one in theirs)[-1:]:
        found["In-Reply-To"] = newest[0]
    return found


def _usable(ids: Iterable[str]) -> list[str]:
    """Those that are written as a Message-ID is; each once."""
    return list(dict.fromkeys(one for one in ids if _ID.fullmatch(one)))


def _trimmed(ids: list[str]) -> list[str]:
    """The first and the newest, as many as a line holds."""
    kept = [*ids[:1], *ids[1:][-(MOST_REFERENCES - 1) :]]
    while len(" ".join(kept)) > LONGEST_REFERENCES and len(kept) > 1:
        kept.pop(1)
    return kept
