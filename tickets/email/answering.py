"""What is said by itself to whoever wrote by mail: that it has arrived, what the assistant answers,
and to somebody who is blocked how else to reach us.

Never for old mail, never for a machine's, and within the caps: see tickets.email.caps.
"""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from tickets import actions, events
from tickets.actors import Actor
from tickets.email import composing, outbound, wording
from tickets.email.reading import Nature
from tickets.intake import limits
from tickets.models import (
    AuthorKind,
    Block,
    Channel,
    Customer,
    DeliveryKind,
    Event,
    EventKind,
    IncomingMail,
    MailText,
    Message,
    Reason,
    SiteSettings,
    Ticket,
    Turn,
)
from tickets.service import notices


def subscribe() -> None:
    events.subscribe(
        EventKind.MESSAGE_POSTED,
        name="mail.answer",
        queue="mail",
        when=by_the_assistant,
        settle=owe_answer,
    )
    events.subscribe(
        EventKind.PERSON_ASKED,
        name="mail.acknowledgement",
        queue="mail",
        when=has_a_mailbox,
        settle=owe_acknowledgement,
    )
    events.subscribe(
        EventKind.MAIL_REFUSED, name="mail.blocked", queue="mail", settle=tell_whoever_is_blocked
    )


def has_a_mailbox(event: Event) -> bool:
    return event.ticket is not None and event.ticket.mailbox_id is not None


def by_the_assistant(event: Event) -> bool:
    return event.data.get("author") == AuthorKind.ASSISTANT and has_a_mailbox(event)


def owe_answer(event: Event, _nothing: None) -> None:
    """What the assistant answers goes to whoever asked by mail; so does a warning.

    Where the caps do not let it go, a person is asked for: nobody waits for words that are not sent.
    """
    ticket = event.ticket
    if ticket is None or event.position is None or not _writes_by_mail(ticket):
        return
    message = Message.objects.get(ticket=ticket, position=event.position)
    if not (message.warns or hasattr(message, "answer")) or not ticket.customer.email:
        return
    owed = outbound.owe(
        event,
        ticket,
        ticket.customer.email,
        DeliveryKind.ANSWER,
        message=message,
        is_capped=not message.warns,
    )
    if owed is None and ticket.turn == Turn.CUSTOMER and not ticket.with_a_person:
        actions.hand_over(
            actor=Actor.system(),
            ticket=ticket,
            reason=Reason.CHANNEL,
            detail=_("The assistant's answer is not mailed so soon after another."),
        )


def owe_acknowledgement(event: Event, _nothing: None) -> None:
    """That it has arrived, with its number and what happens next, where an admin wants that."""
    ticket = event.ticket
    if ticket is None or ticket.mailbox is None or not ticket.customer.email:
        return
    if ticket.mailbox.acknowledges and ticket.turn == Turn.QUEUE and _writes_by_mail(ticket):
        outbound.owe(event, ticket, ticket.customer.email, DeliveryKind.ACKNOWLEDGEMENT)


def tell_whoever_is_blocked(event: Event, _nothing: None) -> None:
    """How else to reach us, once a day: by mail, too, nobody is turned away without a word."""
    mail = IncomingMail.objects.defer("raw").filter(pk=event.subject_id).first()
    address = mail.shown.get("from", {}).get("address", "") if mail else ""
    if mail is None or mail.is_old or mail.shown.get("nature") != Nature.PERSON:
        return
    customer = Customer.objects.filter(email=address).first() if address else None
    if customer is None:
        return
    block = Block.objects.of(customer).in_force(event.created_at).first()
    if block is None:
        return
    try:
        limits.spend(limits.MAIL_TO_SOMEBODY_BLOCKED, "address", address)
    except limits.TooMany:
        return
    desk, mailbox, team = SiteSettings.load(), mail.mailbox, mail.mailbox.team
    language = customer.language or mailbox.language or settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(composing.zone(team.hours)):
        template = wording.chosen(MailText.BLOCKED, language, mailbox=mailbox, team=team)
        values = {
            **wording.about(customer, desk),
            "blocked": notices.blocked_here(block.until),
            "other_ways": notices.other_ways(desk),
        }
        words = wording.filled(MailText.BLOCKED, template, values)
        written = composing.write(DeliveryKind.BLOCKED, {"words": words, "desk": desk})
    actions.queue_mail(
        actor=Actor.system(),
        to=address,
        subject=written.subject,
        text=written.text,
        html=written.html,
    )


def _writes_by_mail(ticket: Ticket) -> bool:
    """Whether its customer's last words came by mail, by a person's, and not long ago."""
    theirs = ticket.messages.filter(author_kind=AuthorKind.CUSTOMER).order_by("-position")
    last = theirs.filter(author_customer=ticket.customer).select_related("mail").first()
    if last is None or last.channel != Channel.EMAIL:
        return False
    mail = getattr(last, "mail", None)
    return mail is None or (not mail.is_old and mail.shown.get("nature") == Nature.PERSON)
