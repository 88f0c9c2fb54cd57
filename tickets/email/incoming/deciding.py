"""What becomes of a mail: it is let into a conversation, opens one, is shown beside one, or waits
for an agent. Everything here happens in one transaction, with the mark that the mail is done.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.exceptions import ValidationError

from tickets import actions
from tickets.actions import ActionError, Blocked, NotAllowed
from tickets.actors import Actor
from tickets.email.incoming import kept, people, places, words
from tickets.email.incoming.files import taken
from tickets.email.incoming.people import Sender
from tickets.email.incoming.places import Place
from tickets.email.reading.mail import Incoming, Nature
from tickets.intake.attachments import NotKept
from tickets.models import Channel, Customer, IncomingMail, MailState, Message, Note, Ticket

Written = TypeVar("Written", Message, Note)

_PREFIXES = re.compile(
    r"^(?:\s*(?:re|aw|antw|sv|fw|fwd|wg|tr|rv|vs|enc)\s*(?:\[\d+\])?\s*:\s*)+", re.I
)
_NUMBER = re.compile(r"\s*\[#[0-9A-Z]{8}\]", re.I)
NOTE = "#note"  # a colleague's mail that begins with it is a note


def decide(row: IncomingMail, mail: Incoming, *, wait: bool = True) -> None:
    """Do with a mail what is right.

    Raises:
        NotYet: it answers another mail that is not read yet, and it can `wait` for it. Nothing is
            written then.
    """
    if places.is_ours(mail) or people.is_a_mailbox(mail.sender):
        file(row, mail, MailState.REFUSED, words.our_own())
        return
    place = _place(mail, wait)
    if mail.nature == Nature.BOUNCE or mail.bounce is not None:
        _bounced(row, mail, place)
    elif mail.nature != Nature.PERSON and (place or not row.mailbox.opens_automatic):
        state = MailState.NOTED if place else MailState.ASIDE
        file(row, mail, state, mail.why, ticket=place.ticket if place else None)
    elif place is not None:
        _into(row, mail, place)
    else:
        _alone(row, mail)


def file(
    row: IncomingMail,
    mail: Incoming,
    state: MailState,
    why: str = "",
    *,
    ticket: Ticket | None = None,
) -> None:
    """Keep what is shown of a mail that is no message, and say what became of it."""
    actions.file_mail(
        actor=Actor.system(),
        mail=row,
        state=state,
        why=why,
        ticket=ticket,
        sender=kept.name_of(mail.sender),
        subject=mail.subject,
        shown=kept.unread(mail),
    )


def _place(mail: Incoming, wait: bool) -> Place | None:
    try:
        return places.of(mail)
    except places.NotYet:
        if wait:
            raise
        return None


def _into(row: IncomingMail, mail: Incoming, place: Place) -> None:
    """It names a conversation: its customer's words, somebody's in copy, an agent's; or it is held."""
    sender = people.sender_of(mail)
    if place.user is not None:
        if not people.is_the_agent(sender, place):
            file(row, mail, MailState.HELD, words.not_the_agent(), ticket=place.ticket)
        elif not sender.is_proved:
            why = words.not_proved(row.mailbox, mail)
            file(row, mail, MailState.HELD, why, ticket=place.ticket)
        else:
            _by_agent(row, mail, place, sender)
    elif people.takes_part(sender, place.ticket):
        write_into(row, mail, place.ticket, sender, how=place.how)
    else:
        why = words.a_colleagues_address() if sender.works_here else words.takes_no_part()
        file(row, mail, MailState.HELD, why, ticket=place.ticket)


def write_into(
    row: IncomingMail,
    mail: Incoming,
    ticket: Ticket,
    sender: Sender,
    *,
    how: str,
    by: Actor | None = None,
) -> None:
    """What a mail says is its sender's message in a conversation in which they take part; `by` is
    the agent who let it in, if one did.
    """
    is_customer = people.is_the_customer(sender, ticket)
    customer = ticket.customer
    if not is_customer:
        customer = actions.known_customer(
            actor=Actor.system(), email=mail.sender.address, name=mail.sender.name
        )
    actor = Actor.of_customer(customer)
    uploads, left_out = taken(mail.files)

    def write() -> Message:
        return actions.continue_conversation(
            actor=actor,
            ticket=ticket,
            body=words.said(mail, uploads),
            channel=Channel.EMAIL,
            uploads=uploads,
            mailbox=row.mailbox,
        )

    message = _unless_refused(row, mail, ticket, write)
    if message is not None:
        _done(row, mail, message, kept.shown(mail, left_out=left_out, how=how), by=by)
        if is_customer:
            _put_in_copy(mail, message.ticket, customer)


def _by_agent(row: IncomingMail, mail: Incoming, place: Place, sender: Sender) -> None:
    """An agent answers what they were told of: the customer reads it, unless it begins as a note."""
    assert sender.user is not None
    actor = Actor.agent(sender.user)
    body = mail.said.strip()
    uploads, left_out = taken(mail.files)

    def note() -> Note:
        return actions.write_note(actor=actor, ticket=place.ticket, body=body[len(NOTE) :])

    def reply() -> Message:
        return actions.reply(actor=actor, ticket=place.ticket, body=body, uploads=uploads)

    if body.lower().startswith(NOTE):
        if _unless_refused(row, mail, place.ticket, note) is not None:
            file(row, mail, MailState.NOTED, words.became_a_note(), ticket=place.ticket)
        return
    message = _unless_refused(row, mail, place.ticket, reply)
    if message is not None:
        _done(row, mail, message, kept.shown(mail, left_out=left_out, how=place.how))


def _alone(row: IncomingMail, mail: Incoming) -> None:
    """It names no conversation: one of its sender's by its number, or a new one."""
    sender = people.sender_of(mail)
    if not sender.person.address:
        file(row, mail, MailState.HELD, words.no_address())
        return
    for ticket in places.numbered(mail):
        if people.takes_part(sender, ticket):
            write_into(row, mail, ticket, sender, how="number")
            return
    if is_passed_on(mail, sender):
        if sender.is_proved:
            open_from(row, mail, sender, forwarded=True)
        else:
            file(row, mail, MailState.HELD, words.not_proved(row.mailbox, mail))
        return
    open_from(row, mail, sender)


def is_passed_on(mail: Incoming, sender: Sender) -> bool:
    """Whether it says that a colleague forwards what somebody else wrote."""
    return sender.works_here and mail.forwarded is not None and bool(mail.forwarded.sender.address)


def open_from(
    row: IncomingMail,
    mail: Incoming,
    sender: Sender,
    *,
    forwarded: bool = False,
    by: Actor | None = None,
) -> None:
    """A new conversation: of its sender; or of whoever wrote what an agent `forwarded`. `by` is the
    agent who asked for it, if one did.
    """
    passed_on = mail.forwarded if forwarded else None
    person = passed_on.sender if passed_on else mail.sender
    customer = actions.sender_of_mail(
        actor=Actor.system(), email=person.address, name=person.name, language=row.mailbox.language
    )
    user = by.user if by else sender.user
    actor = Actor.agent(user) if forwarded and user else Actor.of_customer(customer)
    uploads, left_out = taken(mail.files)
    subject = passed_on.subject if passed_on and passed_on.subject else mail.subject

    def write() -> Message:
        ticket = actions.open_ticket(
            actor=actor,
            customer=customer,
            channel=Channel.EMAIL,
            body=words.said(mail, uploads, text_of=passed_on.said if passed_on else None),
            subject=plain_subject(subject),
            team=row.mailbox.team,
            uploads=uploads,
            to_a_person=mail.nature != Nature.PERSON or row.is_old or forwarded or by is not None,
            mailbox=row.mailbox,
        )
        return ticket.messages.filter(author_customer=customer).earliest("position")

    message = _unless_refused(row, mail, None, write)
    if message is None:
        return
    _done(row, mail, message, kept.shown(mail, left_out=left_out), by=by)
    if not forwarded:
        _put_in_copy(mail, message.ticket, message.ticket.customer)
    elif by is None and mail.said.strip() and user is not None and user.works_here:
        actions.write_note(actor=actor, ticket=message.ticket, body=mail.said)


def plain_subject(subject: str) -> str:
    """A subject without the marks of answers and forwards, and without our number."""
    return _NUMBER.sub("", _PREFIXES.sub("", subject)).strip()


def _unless_refused(
    row: IncomingMail, mail: Incoming, ticket: Ticket | None, write: Callable[[], Written]
) -> Written | None:
    """What `write` writes, by one action; None, and the mail is filed with the reason, where that
    refuses it and so has written nothing.
    """
    try:
        return write()
    except NotKept:  # the disk is full: it is tried again
        raise
    except Blocked:
        file(row, mail, MailState.REFUSED, words.blocked(), ticket=ticket)
    except NotAllowed:
        file(row, mail, MailState.HELD, words.takes_no_part(), ticket=ticket)
    except (ActionError, ValidationError) as error:
        file(row, mail, MailState.HELD, words.refused(error), ticket=ticket)
    return None


def _done(
    row: IncomingMail,
    mail: Incoming,
    message: Message,
    shown: dict[str, Any],
    *,
    by: Actor | None = None,
) -> None:
    actions.file_mail(
        actor=by or Actor.system(),
        mail=row,
        state=MailState.DONE,
        ticket=message.ticket,
        message=message,
        sender=kept.name_of(mail.sender),
        subject=mail.subject,
        shown=shown,
    )


def _put_in_copy(mail: Incoming, ticket: Ticket, customer: Customer) -> None:
    """Whom the customer put in copy is in copy, as far as there is room."""
    if others := people.others(mail, customer):
        actions.follow_copies(actor=Actor.of_customer(customer), ticket=ticket, emails=others)


def _bounced(row: IncomingMail, mail: Incoming, place: Place | None) -> None:
    """A mail of ours did not arrive: its delivery says so, in its conversation, and nothing is
    answered. One that is only late may still arrive. What is no mail of ours is put aside.
    """
    came_back = None if mail.bounce and mail.bounce.is_delayed else mail.bounce
    delivery = came_back and actions.note_bounce(
        actor=Actor.system(),
        internet_message_id=came_back.message_id,
        recipient=came_back.recipient,
        is_permanent=came_back.is_permanent,
        status=came_back.status,
        diagnostic=came_back.diagnostic,
    )
    ticket = place.ticket if place else places.of_what_came_back(mail)
    ticket = delivery.ticket if delivery else ticket
    file(row, mail, MailState.NOTED if ticket else MailState.ASIDE, mail.why, ticket=ticket)
