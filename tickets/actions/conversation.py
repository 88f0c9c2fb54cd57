"""Saying something: opening a conversation, writing in it, replying, noting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from tickets import clock, events
from tickets.actions import crossing, rights, saving
from tickets.actions.blocked import refuse_blocked
from tickets.actions.errors import NotAllowed, closed
from tickets.actions.following import mentioned_in, name_colleagues
from tickets.actions.handover import accept, hand_over
from tickets.actions.snoozing import Why, come_back
from tickets.actions.speech import announce, say
from tickets.actions.turns import fetch_a_person
from tickets.actors import Actor
from tickets.intake import attachments, text
from tickets.intake.attachments import Sent
from tickets.models import (
    Attachment,
    Channel,
    Customer,
    Draft,
    EventKind,
    Kind,
    Mailbox,
    Message,
    Note,
    Permission,
    Priority,
    Reason,
    SiteSettings,
    Team,
    Ticket,
    Turn,
    Verification,
)
from tickets.models.identity import ON_PAGES
from tickets.models.states import ENDED
from tickets.service import assistance, notices

# Where the assistant takes the first turn. What comes by other channels is for people at once.
ASSISTANT_CHANNELS = (Channel.PORTAL, Channel.WIDGET)
SAME_CONCERN = timedelta(hours=4)  # "Talk to a human" goes on with what was said within this time


@transaction.atomic
def open_ticket(
    *,
    actor: Actor,
    customer: Customer,
    channel: Channel,
    body: str = "",
    subject: str = "",
    team: Team | None = None,
    priority: Priority = Priority.NORMAL,
    client_id: UUID | None = None,
    uploads: Sequence[Sent] = (),
    to_a_person: bool = False,
    follows: Ticket | None = None,
    mailbox: Mailbox | None = None,
) -> Ticket:
    """Begin a conversation with `customer`, by their words or without any.

    With words, in a channel of the assistant (by mail: in a `mailbox` where it answers), the
    assistant has the first turn, unless `to_a_person`. Without words, or in another channel, a
    person is asked for at once.
    Sending the same `client_id` again finds the conversation that the first sending opened. So many
    questions at once that the assistant could not answer in time go to a person right here.
    What `follows` a conversation that a person had goes to a person.

    Raises:
        TextError: the text is too long.
        Blocked: they may not write to us.
    """
    customer = Customer.objects.locked(customer)
    customer = customer.joined_into or customer  # they may just have logged in in another tab
    refuse_blocked(actor, customer)
    body = text.message(body, may_be_empty=to_a_person or bool(uploads))
    if client_id and (before := _sent_before(customer, client_id)):
        return before
    now = clock.now()
    had_a_person = follows is not None and follows.with_a_person
    heard = channel in ASSISTANT_CHANNELS if mailbox is None else mailbox.assistant_answers
    asks = bool(body) and heard and not (to_a_person or had_a_person)
    in_time = asks and assistance.answers_in_time()
    ticket = Ticket(
        customer=customer,
        team=team or SiteSettings.load().default_team,
        subject=text.line(subject) or text.first_line(body),
        channel=channel,
        mailbox=mailbox,
        priority=priority,
        follows=follows,
        turn=Turn.ASSISTANT if in_time else Turn.CUSTOMER,
        turn_since=now,
        last_message_at=now,
    )
    saving.add(ticket)
    events.record(EventKind.TICKET_OPENED, actor=actor, ticket=ticket, channel=channel)
    if body or uploads:
        # The customer's words are the customer's, whoever typed or sent them for them.
        say(
            ticket,
            Actor.of_customer(customer),
            body,
            channel=channel,
            client_id=client_id,
            uploads=uploads,
            recorded_by=actor,
        )
    if follows is not None:
        announce(ticket, notices.continues(follows))
    saving.save(ticket)
    if asks and not in_time:
        _fetch_a_person_at_once(ticket)
        ticket.refresh_from_db()
    elif not asks:
        reason = Reason.ASKED
        if had_a_person:
            reason = Reason.REOPENED
        elif channel not in ASSISTANT_CHANNELS:
            reason = Reason.CHANNEL
        elif uploads and not to_a_person:
            reason = Reason.ONLY_FILES
        hand_over(actor=actor, ticket=ticket, reason=reason)
        ticket.refresh_from_db()
    return ticket


@transaction.atomic
def ask_for_a_person(*, actor: Actor, customer: Customer) -> Ticket:
    """ "Talk to a human" outside any conversation: the one they are in, or a new one without words.

    Clicking twice finds the first, also the next morning while it still waits in the queue; and
    what they just asked the assistant goes along.

    Raises:
        Blocked: they may not write to us.
    """
    customer = Customer.objects.locked(customer)
    customer = customer.joined_into or customer
    refuse_blocked(actor, customer)
    lately = Q(last_message_at__gt=clock.now() - SAME_CONCERN)
    ticket = (
        Ticket.objects.filter(
            lately | Q(turn=Turn.QUEUE), customer=customer, channel__in=ASSISTANT_CHANNELS
        )
        .exclude(turn__in=ENDED)
        .order_by("-last_message_at")
        .first()
    )
    if ticket is None:
        return open_ticket(actor=actor, customer=customer, channel=Channel.PORTAL, to_a_person=True)
    hand_over(actor=actor, ticket=ticket, reason=Reason.ASKED)
    ticket.refresh_from_db()
    return ticket


@transaction.atomic
def post_message(
    *,
    actor: Actor,
    ticket: Ticket,
    body: str,
    channel: Channel | None = None,
    client_id: UUID | None = None,
    uploads: Sequence[Sent] = (),
    mailbox: Mailbox | None = None,
) -> Message:
    """The customer writes, or somebody who is in copy. The turn goes to whoever is to answer: a
    person, once one was asked for, or where it came by a `mailbox` in which only people answer.

    What was merged goes on in the other conversation; if that is not theirs any more, in this one.

    Raises:
        TextError: nothing was written, or too much.
        NotAllowed: the actor is a customer, and the conversation has become somebody else's.
        Blocked: they may not write to us.
    """
    ticket = Ticket.objects.locked(ticket)
    author = actor.customer or ticket.customer
    if author.pk != ticket.customer_id and is_theirs(ticket, author):
        author = ticket.customer
    elif author.pk != ticket.customer_id and not is_in_copy(ticket, author):
        raise NotAllowed
    refuse_blocked(actor, author)
    body = text.message(body, may_be_empty=bool(uploads))
    if client_id and (before := Message.objects.filter(ticket=ticket, client_id=client_id).first()):
        return before
    if ticket.goes_on_in is not None:
        return post_message(
            actor=actor,
            ticket=ticket.goes_on_in,
            body=body,
            channel=channel,
            client_id=client_id,
            uploads=uploads,
            mailbox=mailbox,
        )
    was_closed, in_time = ticket.is_closed, True
    was_spam = ticket.is_spam  # whoever goes on writing in it reaches a person, not the assistant
    for_people = mailbox is not None and not mailbox.assistant_answers
    if not (ticket.with_a_person or was_spam):
        in_time = for_people or assistance.answers_in_time()
        ticket.assignee = None
        ticket.pass_turn(Turn.ASSISTANT if in_time else Turn.CUSTOMER)
        ticket.turn_since = clock.now()  # its seconds begin with each message
    message = say(
        ticket,
        Actor.of_customer(author),
        body,
        channel=channel or Channel(ticket.channel),
        client_id=client_id,
        uploads=uploads,
        recorded_by=actor,
    )
    if actor.customer is not None and message.channel in ON_PAGES:
        Verification.objects.go_on(ticket, message.created_at)
    if not ticket.subject:
        ticket.subject = text.first_line(body)
    if was_closed:
        events.record(EventKind.TICKET_REOPENED, actor=actor, ticket=ticket, by_writing=True)
    come_back(ticket, actor, Why.WROTE)
    assignee = ticket.assignee
    if ticket.with_a_person and assignee is not None and assignee.on_the_staff:
        ticket.pass_turn(Turn.AGENT)
    saving.save(ticket)
    if not in_time:
        _fetch_a_person_at_once(ticket)
    elif (ticket.with_a_person or was_spam) and not ticket.somebody_has_it:
        # Whoever had it is gone, or nobody had.
        hand_over(actor=actor, ticket=ticket, reason=Reason.REOPENED)
    elif for_people and not ticket.with_a_person:
        hand_over(actor=actor, ticket=ticket, reason=Reason.CHANNEL)
    return message


@transaction.atomic
def reply(
    *,
    actor: Actor,
    ticket: Ticket,
    body: str,
    client_id: UUID | None = None,
    uploads: Sequence[Sent] = (),
    kept: Sequence[Attachment] = (),
    seen: int | None = None,
    provenance: dict[str, Any] | None = None,
) -> Message:
    """An agent answers the customer, and takes the conversation over if nobody has it.

    `kept` are files of a draft, which the message takes over.

    Raises:
        TextError: nothing was written, or too much.
        NotAllowed: the actor is no agent.
        Crossed: somebody wrote after position `seen`, or a colleague's reply is leaving.
        ActionError: the conversation is closed, or they only joined it.
    """
    ticket = Ticket.objects.locked(ticket)
    rights.demand(actor, Permission.REPLY)
    body = text.message(body, may_be_empty=bool(uploads or kept))
    if client_id and (before := Message.objects.filter(ticket=ticket, client_id=client_id).first()):
        return before
    if ticket.is_closed:
        raise closed(ticket)
    crossing.refuse_second_voice(ticket, actor.user)
    crossing.refuse_crossing(ticket, actor.user, seen)
    if ticket.assignee is None or not ticket.somebody_has_it:
        accept(actor=actor, ticket=ticket)
        ticket = Ticket.objects.locked(ticket)
    message = say(ticket, actor, body, client_id=client_id, uploads=uploads, provenance=provenance)
    attachments.hand_on(kept, message)
    ticket.pass_turn(Turn.CUSTOMER)
    saving.save(ticket)
    return message


@transaction.atomic
def write_note(*, actor: Actor, ticket: Ticket, body: str, client_id: UUID | None = None) -> Note:
    """An agent tells the other agents something. No customer ever sees it.

    Colleagues whom it names with an @ are told, and follow the conversation from then on.

    Raises:
        TextError: nothing was written, or too much.
        NotAllowed: the actor is no agent.
        ActionError: it names somebody who may not see the conversation.
    """
    ticket = Ticket.objects.locked(ticket)
    user = rights.demand(actor, Permission.NOTE)
    body = text.message(body)
    if client_id and (before := Note.objects.filter(ticket=ticket, client_id=client_id).first()):
        return before
    people = mentioned_in(ticket, user, body)
    note = Note.objects.create(
        ticket=ticket,
        position=ticket.next_position(),
        author=user,
        body=body,
        by_key=actor.api_key.name if actor.api_key else "",
        client_id=client_id,
    )
    Draft.objects.unsent().filter(ticket=ticket, author=user, kind=Kind.NOTE).delete()
    if ticket.assignee_id == user.pk:
        ticket.is_back = False
    mentioned = name_colleagues(note, people)
    named: dict[str, Any] = {"mentioned": mentioned} if mentioned else {}
    events.record(
        EventKind.NOTE_WRITTEN,
        actor=actor,
        ticket=ticket,
        position=note.position,
        **named,
    )
    saving.save(ticket)
    return note


def _fetch_a_person_at_once(ticket: Ticket) -> None:
    """The assistant could not answer in time, and whoever asks is told so now, not after waiting."""
    busy = assistance.serves()
    fetch_a_person(
        actor=Actor.system(),
        ticket=ticket,
        reason=Reason.TOO_SLOW if busy else Reason.FAILED,
        words=notices.many_ask() if busy else "",
    )


def is_theirs(ticket: Ticket, customer: Customer) -> bool:
    """Whether it is the customer's, or of the account that they joined in this moment."""
    if ticket.customer_id == customer.pk:
        return True
    return Customer.objects.filter(pk=customer.pk, joined_into=ticket.customer_id).exists()


def is_in_copy(ticket: Ticket, customer: Customer) -> bool:
    """Whether the customer's address is in copy: they may write, and read what they are sent."""
    return customer.email is not None and ticket.participants.filter(email=customer.email).exists()


def _sent_before(customer: Customer, client_id: UUID) -> Ticket | None:
    return Ticket.objects.filter(
        customer=customer, messages__client_id=client_id, messages__author_kind="customer"
    ).first()
