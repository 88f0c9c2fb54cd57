"""Mail to customers: what an agent answered, the code that proves an address they left, what their
log-in needs; copies for further participants; and to those who work here, when a rule calls them.

Sent by reactions, outside any transaction. A mail that has to be sent again after a crash carries
the same Message-ID, so that the receiver's mail program shows it once.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from tickets import actions, events
from tickets.actors import Actor
from tickets.intake import limits, text
from tickets.live import presence
from tickets.models import (
    AuthorKind,
    Customer,
    Event,
    EventKind,
    Message,
    QueuedMail,
    SiteSettings,
    Ticket,
    User,
)


def subscribe() -> None:
    events.subscribe(
        EventKind.MESSAGE_POSTED,
        name="mail.reply",
        queue="mail",
        when=by_an_agent,
        work=send_reply,
        settle=sent,
    )
    events.subscribe(
        EventKind.MESSAGE_POSTED,
        name="mail.copy",
        queue="mail",
        when=between_people,
        work=send_copy,
        settle=sent,
    )
    events.subscribe(
        EventKind.CLOSING_ANNOUNCED,
        name="mail.closing",
        queue="mail",
        work=send_closing,
        settle=sent,
    )
    events.subscribe(
        EventKind.EMAIL_LEFT,
        EventKind.CODE_ASKED,
        name="mail.confirm_address",
        queue="mail",
        work=send_confirmation,
        settle=sent,
    )
    events.subscribe(
        EventKind.PERSON_PAGED, name="mail.call", queue="mail", work=send_call, settle=sent
    )
    events.subscribe(
        EventKind.MAIL_QUEUED,
        name="mail.account",
        queue="mail",
        work=send_queued,
        settle=forget_queued,
        failed=forget_queued,
    )


def by_an_agent(event: Event) -> bool:
    return bool(event.data.get("author") == AuthorKind.AGENT)


def between_people(event: Event) -> bool:
    """What customer and agent say to each other while somebody is in copy; not what is said to the
    assistant, or by it.
    """
    if event.ticket is None or event.data.get("author") not in (
        AuthorKind.CUSTOMER,
        AuthorKind.AGENT,
    ):
        return False
    if not (by_an_agent(event) or event.ticket.with_a_person):
        return False
    return event.ticket.participants.exists()


def send_copy(event: Event) -> None:
    """Send a public message to those who are in copy at this moment: one mail, to all of them.

    They see each other's addresses, as in any mail with copies, and get no link: to read or write in
    the conversation takes a log-in that is the customer's or an agent's.
    """
    if event.ticket is None or event.position is None:
        return
    ticket = event.ticket
    addresses = list(ticket.participants.order_by("pk").values_list("email", flat=True))
    if not addresses:
        return
    message = (
        Message.objects.select_related("author_user")
        .prefetch_related("attachments")
        .get(ticket=ticket, position=event.position)
    )
    context = {"ticket": ticket, "message": message}
    _deliver(event, ticket, addresses, "copy", _language(ticket.customer), context)


def send_reply(event: Event) -> None:
    """Mail an agent's message to the customer, unless they are looking at it right now.

    To an address that nobody confirmed goes only that there is an answer, with a code to prove it.
    """
    if event.ticket is None or event.position is None:
        return
    ticket = event.ticket
    customer = ticket.customer
    if not customer.reachable_at or presence.customer_is_here(ticket):
        return
    message = Message.objects.select_related("author_user").get(
        ticket=ticket, position=event.position
    )
    if customer.email:
        link = settings.SITE_URL + reverse("conversation", args=[ticket.reference])
        context = {"ticket": ticket, "message": message, "link": link, "email": customer.email}
        _deliver(event, ticket, customer.email, "reply", _language(customer), context)
    elif _may_write_to(event, customer.claimed_email):
        _send_code(event, ticket, "answer_waits")


def send_closing(event: Event) -> None:
    """Tell a customer by mail that their conversation will be closed, unless somebody wrote since."""
    ticket = event.ticket
    if ticket is None or ticket.closes_at is None or not ticket.customer.email:
        return
    link = settings.SITE_URL + reverse("conversation", args=[ticket.reference])
    day = datetime.combine(date.fromisoformat(event.data["on"]), time(12), tzinfo=UTC)
    context = {"ticket": ticket, "link": link, "email": ticket.customer.email, "day": day}
    _deliver(event, ticket, ticket.customer.email, "closing", _language(ticket.customer), context)


def send_confirmation(event: Event) -> None:
    """Ask whoever has the address that was left whether it is theirs; or, when a code was asked for,
    whoever has the address that is known.
    """
    if event.ticket is None:
        return
    customer = event.ticket.customer
    asked = event.kind == EventKind.CODE_ASKED  # whoever let them ask has counted it
    if customer.user_id is not None or not customer.reachable_at or (customer.email and not asked):
        return
    if asked or _may_write_to(event, customer.reachable_at):
        _send_code(event, event.ticket, "confirm_address")


def send_call(event: Event) -> None:
    """Tell somebody who works here that a rule calls them. Nothing that the customer wrote is in it:
    whoever is called reads it in the workspace, if they may.
    """
    user = User.objects.filter(pk=event.data["user"]).first()
    if event.ticket is None or user is None or not user.on_the_staff:
        return
    link = settings.SITE_URL + reverse("workspace-ticket", args=[event.ticket.reference])
    context = {"ticket": event.ticket, "rule": event.data["rule"], "link": link}
    _deliver(event, event.ticket, user.email, "call", settings.LANGUAGE_CODE, context)


def sent(event: Event, result: object) -> None:
    """Nothing is left to write: that the reaction is done is the record."""


def _may_write_to(event: Event, address: str) -> bool:
    """Whether this address may get one more mail. A mail that is tried again was counted already."""
    if event.reactions.filter(name__startswith="mail.", attempts__gt=1).exists():
        return True
    try:
        limits.spend(limits.MAIL_TO_AN_UNCONFIRMED_ADDRESS, "address", address)
    except limits.TooMany:
        return False
    return True


def _send_code(event: Event, ticket: Ticket, name: str) -> None:
    """A mail with a code that proves the address, as text and in a link.

    In the link it stands after the #, which no browser sends: it is in no server's log, and a
    scanner that opens every link gets a page that asks for a code.
    """
    claim, code = actions.make_claim(actor=Actor.system(), ticket=ticket)
    link = f"{settings.SITE_URL}{reverse('confirm-address')}#{code}"
    context = {"ticket": ticket, "link": link, "email": claim.email, "code": code}
    _deliver(event, ticket, claim.email, name, _language(claim.customer), context)


def _language(customer: Customer) -> str:
    return customer.language or settings.LANGUAGE_CODE


def send_queued(event: Event) -> None:
    """Send a mail about a log-in, which was written in the request that caused it."""
    queued = QueuedMail.objects.filter(pk=event.subject_id).first()
    if queued is not None:
        key = f"event-{event.pk}.account"
        hand_over(key, [queued.to], queued.subject, queued.text, queued.html)


def forget_queued(event: Event, result: object) -> None:
    """It was sent, or is given up: a code is kept no longer than it takes."""
    actions.drop_mail(actor=Actor.system(), event=event)


def _deliver(
    event: Event,
    ticket: Ticket,
    to: str | list[str],
    name: str,
    language: str,
    context: dict[str, Any],
) -> None:
    context = {**context, "desk": SiteSettings.load()}
    with translation.override(language):
        subject = render_to_string(f"emails/{name}_subject.txt", context)
        text_part = render_to_string(f"emails/{name}.txt", context)
        html = render_to_string(f"emails/{name}.html", context)
    references = f"<ticket-{ticket.reference}@{_host()}>"
    hand_over(
        f"event-{event.pk}.{name}",
        [to] if isinstance(to, str) else [],
        subject,
        text_part,
        html,
        cc=[] if isinstance(to, str) else to,
        headers={"References": references},
    )


def hand_over(
    key: str,
    to: list[str],
    subject: str,
    text_part: str,
    html: str,
    *,
    cc: list[str] | None = None,
    headers: dict[str, str] | None = None,
) -> None:
    """Give a mail to the server. Tried again with the same key it is the same mail."""
    mail = EmailMultiAlternatives(
        subject=_header(subject)[:150],
        body=text_part,
        from_email=f"{_quoted(SiteSettings.load().company_name)} <{settings.DEFAULT_FROM_EMAIL}>",
        to=to,
        cc=cc,
        headers={
            "Message-ID": f"<{key}@{_host()}>",
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            **(headers or {}),
        },
    )
    mail.attach_alternative(html, "text/html")
    mail.send()


def _host() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def _quoted(name: str) -> str:
    """A display name that cannot become a second address."""
    return '"' + _header(name).replace("\\", "").replace('"', "") + '"'


def _header(value: str) -> str:
    """One line of plain words: what looks encoded would be decoded, with line breaks and all."""
    return text.line(value).replace("=?", "= ?")
