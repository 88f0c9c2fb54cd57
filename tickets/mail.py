"""Mail to customers: what an agent answered, and the confirmation of an address they left; and to
those who work here, when a rule calls them to a conversation.

Sent by reactions, outside any transaction. A mail that has to be sent again after a crash carries
the same Message-ID, so that the receiver's mail program shows it once.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from tickets import events, limits, presence, text
from tickets.addresses import AddressToken
from tickets.models import (
    AuthorKind,
    Customer,
    Event,
    EventKind,
    Message,
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
        EventKind.EMAIL_LEFT,
        name="mail.confirm_address",
        queue="mail",
        work=send_confirmation,
        settle=sent,
    )
    events.subscribe(
        EventKind.PERSON_PAGED, name="mail.call", queue="mail", work=send_call, settle=sent
    )


def by_an_agent(event: Event) -> bool:
    return bool(event.data.get("author") == AuthorKind.AGENT)


def send_reply(event: Event) -> None:
    """Mail an agent's message to the customer, unless they are looking at it right now.

    To an address that nobody confirmed goes only that there is an answer, with the link to prove it.
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
        _send(event, ticket, customer, customer.email, "reply", message=message)
    elif _may_write_to(event, customer.claimed_email):
        _send(event, ticket, customer, customer.claimed_email, "answer_waits")


def send_confirmation(event: Event) -> None:
    """Ask whoever has the address that a visitor left to confirm it."""
    ticket = event.ticket
    if ticket is None or ticket.customer.email or not ticket.customer.claimed_email:
        return
    customer = ticket.customer
    if _may_write_to(event, customer.claimed_email):
        _send(event, ticket, customer, customer.claimed_email, "confirm_address")


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


def _send(
    event: Event,
    ticket: Ticket,
    customer: Customer,
    to: str,
    name: str,
    *,
    message: Message | None = None,
) -> None:
    link = (
        settings.SITE_URL + reverse("conversation", args=[ticket.reference])
        if customer.email
        else AddressToken(customer.pk, to, ticket.reference).url()
    )
    context = {"ticket": ticket, "message": message, "link": link, "email": to}
    _deliver(event, ticket, to, name, customer.language or settings.LANGUAGE_CODE, context)


def _deliver(
    event: Event, ticket: Ticket, to: str, name: str, language: str, context: dict[str, Any]
) -> None:
    desk = SiteSettings.load()
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    context = {**context, "desk": desk}
    with translation.override(language):
        subject = _header(render_to_string(f"emails/{name}_subject.txt", context))[:150]
        mail = EmailMultiAlternatives(
            subject=subject,
            body=render_to_string(f"emails/{name}.txt", context),
            from_email=f"{_quoted(desk.company_name)} <{settings.DEFAULT_FROM_EMAIL}>",
            to=[to],
            headers={
                "Message-ID": f"<event-{event.pk}.{name}@{host}>",
                "References": f"<ticket-{ticket.reference}@{host}>",
                "Auto-Submitted": "auto-generated",
                "X-Auto-Response-Suppress": "All",
            },
        )
        mail.attach_alternative(render_to_string(f"emails/{name}.html", context), "text/html")
        mail.send()


def _quoted(name: str) -> str:
    """A display name that cannot become a second address."""
    return '"' + _header(name).replace("\\", "").replace('"', "") + '"'


def _header(value: str) -> str:
    """One line of plain words: what looks encoded would be decoded, with line breaks and all (E09)."""
    return text.line(value).replace("=?", "= ?")
