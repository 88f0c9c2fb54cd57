"""Copies: what one of several people says in a conversation is mailed to the others who are in it.

Only what is public, and never what is said to the assistant or by it. Nobody gets their own words, a
mail that was sent to them anyway, or more than the caps allow; nobody who is blocked gets any.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from tickets import actions, addresses, events
from tickets.actors import Actor
from tickets.email import caps, outbound
from tickets.models import (
    AuthorKind,
    Block,
    DeliveryKind,
    Event,
    EventKind,
    IncomingMail,
    Message,
    SiteSettings,
    Ticket,
)


def subscribe() -> None:
    events.subscribe(
        EventKind.MESSAGE_POSTED,
        name="mail.copy",
        queue="mail",
        when=between_people,
        settle=owe_copies,
    )


def between_people(event: Event) -> bool:
    """What customer, agent and those in copy say to each other; not what is said to the assistant."""
    if event.ticket is None or event.data.get("author") not in (
        AuthorKind.CUSTOMER,
        AuthorKind.AGENT,
    ):
        return False
    if event.data["author"] == AuthorKind.CUSTOMER and not event.ticket.with_a_person:
        return _by_somebody_in_copy(event)
    return event.ticket.participants.exists()


def owe_copies(event: Event, _nothing: None) -> None:
    """A public message goes to each who is in copy at this moment, and is still when it leaves; and
    what one of them wrote to the customer, too.

    They see each other's addresses, as in any mail with copies, and get no link: to read or write in
    the conversation takes a log-in that is the customer's or an agent's.
    """
    ticket = event.ticket
    if ticket is None or event.position is None:
        return
    messages = Message.objects.select_related("author_customer")
    message = messages.get(ticket=ticket, position=event.position)
    author = message.author_customer
    to: list[str] = []
    if ticket.with_a_person or author is None:
        to += ticket.participants.order_by("pk").values_list("email", flat=True)
    if _by_somebody_in_copy(event) and ticket.customer.email:
        to.append(ticket.customer.email)
    left_out = _blocked(to) | _sent_to(message) | ({author.email} if author else set())
    enough: set[str] = set()
    if author is not None:
        Ticket.objects.locked(ticket)  # two at once are counted one after the other
        enough = caps.passed_on_enough(ticket)
    for address in to:
        if address in left_out:
            continue
        if address in enough:
            actions.note_silence(actor=Actor.system(), ticket=ticket, address=address)
            continue
        wait = _unread(ticket) if address == ticket.customer.email else timedelta()
        outbound.owe(event, ticket, address, DeliveryKind.COPY, message=message, wait=wait)


def _by_somebody_in_copy(event: Event) -> bool:
    """Whether it was neither an agent nor the customer: only those in copy are left."""
    ticket = event.ticket
    return (
        ticket is not None
        and event.actor_customer_id is not None
        and event.actor_customer_id != ticket.customer_id
    )


def _sent_to(message: Message) -> set[str]:
    """To whom its sender sent it themself: they have it already."""
    mails = IncomingMail.objects.filter(message=message).values_list("shown", flat=True)
    shown = mails.first() or {}
    return {one["address"] for name in ("to", "cc") for one in shown.get(name, ())}


def _blocked(among: list[str]) -> set[str]:
    """Those who may not write to us: what the others say is not sent to them."""
    domains = {addresses.domain_of(one) for one in among}
    blocks = Block.objects.in_force(timezone.now())
    found = set(blocks.filter(email__in=among).values_list("email", flat=True))
    whole = set(blocks.filter(domain__in=domains).values_list("domain", flat=True))
    return found | {one for one in among if addresses.domain_of(one) in whole}


def _unread(ticket: Ticket) -> timedelta:
    """How long a mail waits for its customer to read it on our pages."""
    if not outbound.reads_on_a_page(ticket):
        return timedelta()
    return timedelta(minutes=SiteSettings.load().unread_minutes)
