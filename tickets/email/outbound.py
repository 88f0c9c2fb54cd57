"""What mail is owed, and to whom: an agent's answers, notices, codes, calls. Copies: `copies`.

Reactions decide, and write a delivery in the transaction in which they are done; `tickets.email.sender`
sends it, for as long as it takes. Mails about log-ins are no deliveries: they are sent by their
reaction, with the code that is forgotten then.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from celery import current_app
from django.db import transaction

from tickets import actions, events
from tickets.actors import Actor
from tickets.email import caps, headers, tokens
from tickets.email.handing_over import hand_over
from tickets.intake import limits
from tickets.live import presence
from tickets.models import (
    AuthorKind,
    BulkItem,
    Channel,
    Customer,
    Delivery,
    DeliveryKind,
    Event,
    EventKind,
    IdentityCheck,
    Message,
    QueuedMail,
    SiteSettings,
    Ticket,
    Urgency,
    User,
)
from tickets.models.deliveries import new_key
from tickets.models.jobs import Act

logger = logging.getLogger(__name__)

RING_SECONDS = 10.0  # a bell that nobody heard for so long is none: the clock rings, too
# Written by a person; everything else is written by the helpdesk itself.
_BY_PEOPLE = (DeliveryKind.REPLY, DeliveryKind.COPY)
_NOTICES = (DeliveryKind.CLOSING, DeliveryKind.COPY)
# Where whoever asked may sit before the page, and reads an answer there.
_ON_A_PAGE = (Channel.PORTAL, Channel.WIDGET)


def subscribe() -> None:
    events.subscribe(
        EventKind.MESSAGE_POSTED,
        name="mail.reply",
        queue="mail",
        when=by_an_agent,
        work=how_to_tell,
        settle=owe_reply,
    )
    events.subscribe(
        EventKind.MESSAGE_POSTED,
        name="mail.automatic",
        queue="mail",
        when=by_a_rule,
        work=how_to_tell,
        settle=owe_automatic,
    )
    events.subscribe(
        EventKind.CLOSING_ANNOUNCED, name="mail.closing", queue="mail", settle=owe_closing
    )
    events.subscribe(
        EventKind.EMAIL_LEFT,
        EventKind.CODE_ASKED,
        name="mail.confirm_address",
        queue="mail",
        work=may_be_asked,
        settle=owe_confirmation,
    )
    events.subscribe(
        EventKind.IDENTITY_CODE_ASKED, name="mail.identity_code", queue="mail", settle=owe_code
    )
    events.subscribe(EventKind.PERSON_PAGED, name="mail.call", queue="mail", settle=owe_call)
    events.subscribe(
        EventKind.MAIL_QUEUED,
        name="mail.account",
        queue="mail",
        work=send_queued,
        settle=forget_queued,
        failed=forget_queued,
    )


def owe(
    event: Event,
    ticket: Ticket,
    to: str,
    name: DeliveryKind,
    context: dict[str, Any] | None = None,
    *,
    message: Message | None = None,
    user: User | None = None,
    urgency: Urgency | None = None,
    wait: timedelta = timedelta(),
    is_capped: bool = True,
) -> Delivery | None:
    """Owe somebody a mail about a conversation. The way in which others send one, too.

    Called in the transaction in which a reaction is settled (`events.subscribe(settle=…)`): with it
    the mail is owed, and leaves once, in the order of the conversation, as soon as a server takes
    it. The same event, kind and address give the same mail, however often it is asked for.

    `to` is one address in its form (`tickets.addresses`); `name` the kind, of which there are the
    templates `emails/<name>.txt`, `.html` and, unless its subject is the conversation's,
    `<name>_subject.txt`. They get `ticket`, `desk`, `link`, `email`, `message` and what is in
    `context`, which is kept until then, so it has to be plain data without words that anybody wrote
    (an acknowledgement says what stands in `expected`: when an answer comes).
    `message` is what is said in the mail: agents see below it how it fared. `user` is somebody who
    works here. `wait`: only if the customer has not read the message here by then.

    What the helpdesk writes by itself is asked of `caps.may_write_by_itself`; where that says no,
    nothing is owed, agents are told of it once, and this is None. What must not be kept back (a
    warning to somebody in danger) is not asked: `is_capped=False`.
    """
    desk = SiteSettings.load()
    kind = DeliveryKind(name)
    automatic = kind not in _BY_PEOPLE
    if automatic and is_capped and user is None and not _asked_for(event, kind):
        Ticket.objects.locked(ticket)  # two at once are counted one after the other
        known = Delivery.objects.filter(event=event, kind=kind, recipient=to).exists()
        if not known and not caps.may_write_by_itself(to, ticket):
            actions.note_silence(actor=Actor.system(), ticket=ticket, address=to)
            return None
    mailbox = headers.mailbox_of(ticket, desk)
    if urgency is None:
        urgency = Urgency.NOTICE if kind in _NOTICES else Urgency.WAITED_FOR
    draft = Delivery(ticket=ticket, kind=kind, mailbox=mailbox, user=user)
    delivery = actions.owe_mail(
        actor=Actor.system(),
        event=event,
        ticket=ticket,
        kind=kind,
        to=to,
        internet_message_id=_message_id(draft),
        urgency=urgency,
        is_automatic=automatic,
        message=message,
        mailbox=mailbox,
        user=user,
        data=context,
        wait=wait,
    )
    if urgency == Urgency.WAITED_FOR and not wait:
        transaction.on_commit(ring, robust=True)
    return delivery


def ring() -> None:
    """Tell a worker that mail is due. Failing is allowed: the clock comes by."""
    try:
        current_app.send_task(
            "tickets.tasks.send_mail", queue="mail", expires=RING_SECONDS, ignore_result=True
        )
    except Exception:
        logger.warning("The queue mail is away; the clock will find what is due.")


# --- an agent's answer ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Telling:
    """How a customer is told of an answer: by a mail with it after a wait, or by a code for it."""

    kind: DeliveryKind
    to: str
    wait: timedelta = timedelta()


def by_an_agent(event: Event) -> bool:
    return bool(event.data.get("author") == AuthorKind.AGENT)


def by_a_rule(event: Event) -> bool:
    return bool(event.data.get("rule"))


def how_to_tell(event: Event) -> Telling | None:
    """None: nobody is to be told by mail. To an address that nobody confirmed goes only that there is
    an answer, with a code to prove it.
    """
    ticket = event.ticket
    if ticket is None or event.position is None or not ticket.customer.reachable_at:
        return None
    customer = ticket.customer
    if customer.email:
        wait = timedelta()
        if reads_on_a_page(ticket):
            wait = timedelta(minutes=SiteSettings.load().unread_minutes)
            if not wait and presence.customer_is_here(ticket):
                return None
        return Telling(DeliveryKind.REPLY, customer.email, wait)
    if presence.customer_is_here(ticket) or not _may_write_to(event, customer.claimed_email):
        return None
    return Telling(DeliveryKind.ANSWER_WAITS, customer.claimed_email)


def owe_reply(event: Event, telling: Telling | None) -> None:
    if telling is None or event.ticket is None or event.position is None:
        return
    message = Message.objects.get(ticket=event.ticket, position=event.position)
    urgency = Urgency.MANY if _is_to_many(message) else Urgency.WAITED_FOR
    owe(
        event,
        event.ticket,
        telling.to,
        telling.kind,
        message=message,
        urgency=urgency,
        wait=telling.wait,
    )


def owe_automatic(event: Event, telling: Telling | None) -> None:
    """What a rule says to a customer. Nobody is mailed a code to read it."""
    if telling is None or event.ticket is None or event.position is None:
        return
    if telling.kind != DeliveryKind.REPLY:
        return
    message = Message.objects.get(ticket=event.ticket, position=event.position)
    kind, urgency = DeliveryKind.AUTOMATIC, Urgency.NOTICE
    owe(event, event.ticket, telling.to, kind, message=message, urgency=urgency, wait=telling.wait)


def reads_on_a_page(ticket: Ticket) -> bool:
    """Whether it is a conversation on our pages, and its customer's last words did not come by mail."""
    if ticket.channel not in _ON_A_PAGE:
        return False
    theirs = ticket.messages.filter(author_customer=ticket.customer).order_by("-position")
    return theirs.values_list("channel", flat=True).first() != Channel.EMAIL


def _is_to_many(message: Message) -> bool:
    """Whether it was said to all whom a problem affects."""
    answers = BulkItem.objects.filter(ticket=message.ticket_id, job__act=Act.ANSWER)
    return answers.filter(became__position=message.position).exists()


# --- notices, codes, calls ------------------------------------------------------------------------


def owe_closing(event: Event, _nothing: None) -> None:
    """Tell a customer by mail that their conversation will be closed."""
    ticket = event.ticket
    if ticket is not None and ticket.closes_at is not None and ticket.customer.email:
        owe(event, ticket, ticket.customer.email, DeliveryKind.CLOSING)


def may_be_asked(event: Event) -> str:
    """The address that is asked whether it is theirs; "" if none is.

    It is the one that was left; or, when a code was asked for, the one that is known.
    """
    if event.ticket is None:
        return ""
    customer = event.ticket.customer
    asked = event.kind == EventKind.CODE_ASKED  # whoever let them ask has counted it
    if not waits_for_a_code(customer, asked=asked):
        return ""
    return customer.reachable_at if asked or _may_write_to(event, customer.reachable_at) else ""


def owe_confirmation(event: Event, address: str) -> None:
    if address and event.ticket is not None:
        owe(event, event.ticket, address, DeliveryKind.CONFIRM_ADDRESS)


def owe_code(event: Event, _nothing: None) -> None:
    """A code to prove an address, if a customer has it. Whoever asked cannot tell."""
    check = IdentityCheck.objects.asked_by(event).first()
    if check is None or event.ticket is None:
        return
    if Customer.objects.filter(email=check.address).exists():
        owe(event, event.ticket, check.address, DeliveryKind.IDENTITY_CODE)


def waits_for_a_code(customer: Customer, *, asked: bool) -> bool:
    """Whether a code would be of use to them; `asked`: for an address that is known already."""
    if customer.user_id is not None or not customer.reachable_at:
        return False
    return asked or not customer.email


def owe_call(event: Event, _nothing: None) -> None:
    """Tell somebody who works here that a rule calls them. Nothing that the customer wrote is in it:
    whoever is called reads it in the workspace, if they may.
    """
    user = User.objects.filter(pk=event.data["user"]).first()
    if event.ticket is not None and user is not None and user.on_the_staff:
        context = {"rule": event.data["rule"]}
        owe(event, event.ticket, user.email, DeliveryKind.CALL, context, user=user)


def _asked_for(event: Event, kind: DeliveryKind) -> bool:
    """What somebody sits and waits for, or an agent's answer caused, has limits of its own."""
    return event.kind in (EventKind.CODE_ASKED, EventKind.IDENTITY_CODE_ASKED) or (
        kind == DeliveryKind.ANSWER_WAITS
    )


def _may_write_to(event: Event, address: str) -> bool:
    """Whether this address may get one more mail. What is tried again was counted already."""
    if event.reactions.filter(name__startswith="mail.", attempts__gt=1).exists():
        return True
    try:
        limits.spend(limits.MAIL_TO_AN_UNCONFIRMED_ADDRESS, "address", address)
    except limits.TooMany:
        return False
    return True


def _message_id(delivery: Delivery) -> str:
    token = headers.token(delivery)
    if token or delivery.kind in headers.ANSWERABLE:
        return tokens.message_id(new_key(), token or tokens.make(delivery.ticket))
    return f"<{new_key()}@{tokens.host()}>"


# --- log-ins --------------------------------------------------------------------------------------


def send_queued(event: Event) -> None:
    """Send a mail about a log-in, which was written in the request that caused it."""
    queued = QueuedMail.objects.filter(pk=event.subject_id).first()
    if queued is not None:
        key = f"event-{event.pk}.account"
        hand_over(key, [queued.to], queued.subject, queued.text, queued.html)


def forget_queued(event: Event, result: object) -> None:
    """It was sent, or is given up: a code is kept no longer than it takes."""
    actions.drop_mail(actor=Actor.system(), event=event)
