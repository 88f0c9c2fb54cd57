"""Telephone calls that agents write down: in a conversation, or as the beginning of one."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from tickets import events
from tickets.actions import rights, saving
from tickets.actions.conversation import open_ticket, write_note
from tickets.actions.customers import known_customer
from tickets.actions.handover import accept
from tickets.actors import Actor
from tickets.intake import text
from tickets.models import (
    Call,
    CallOutcome,
    Channel,
    Customer,
    Direction,
    EventKind,
    Note,
    Permission,
    Ticket,
    User,
)


@dataclass(frozen=True, slots=True)
class Called:
    """A call as it was: who called whom, what came of it, how many minutes, where it is recorded."""

    direction: Direction
    outcome: CallOutcome
    minutes: int = 0
    recording: str = ""


@transaction.atomic
def log_call(
    *, actor: Actor, ticket: Ticket, called: Called, body: str, client_id: UUID | None = None
) -> Note:
    """Write a call down in a conversation, as a note: no customer reads it. Twice is once.

    Raises:
        TextError: nothing was written, or too much.
        NotAllowed: the actor is no agent.
        ActionError: it names somebody who may not see the conversation.
    """
    ticket = Ticket.objects.locked(ticket)
    note = write_note(actor=actor, ticket=ticket, body=body, client_id=client_id)
    _call, is_new = Call.objects.get_or_create(
        note=note,
        defaults={
            "direction": called.direction,
            "outcome": called.outcome,
            "minutes": called.minutes,
            "recording": called.recording,
        },
    )
    if is_new:
        ticket = Ticket.objects.locked(ticket)
        events.record(
            EventKind.CALL_LOGGED,
            actor=actor,
            ticket=ticket,
            note=note.position,
            direction=called.direction,
            outcome=called.outcome,
            minutes=called.minutes,
        )
        saving.save(ticket)
    return note


@transaction.atomic
def open_by_call(
    *,
    actor: Actor,
    called: Called,
    body: str,
    wants: str,
    name: str = "",
    email: str = "",
    phone: str = "",
    client_id: UUID | None = None,
) -> Ticket:
    """Begin a conversation with whoever called: what they want, in their name, and the call as a note.

    The agent who talked has it. Without an address somebody new is made, whom only the telephone
    reaches. Sending the same `client_id` again finds what the first sending opened.

    Raises:
        TextError: what they want is missing or too long.
        NotAllowed: the actor is no agent.
        ValidationError: it is no address.
    """
    user = rights.demand(actor, Permission.REPLY, Permission.CONTACTS)
    # Of two sendings at once by the same agent the second finds what the first has opened.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    customer = _caller(actor, name, email, phone, client_id)
    ticket = open_ticket(
        actor=actor, customer=customer, channel=Channel.PHONE, body=wants, client_id=client_id
    )
    accept(actor=actor, ticket=ticket)
    log_call(actor=actor, ticket=ticket, called=called, body=body or wants, client_id=client_id)
    ticket.refresh_from_db()
    return ticket


def _caller(actor: Actor, name: str, email: str, phone: str, client_id: UUID | None) -> Customer:
    """Who called: by their address, else whoever this very sending made, else somebody new."""
    phone = text.line(phone, limit=40)
    if email:
        customer = known_customer(actor=actor, email=email, name=name)
        customer = Customer.objects.locked(customer)
    else:
        before = Ticket.objects.filter(messages__client_id=client_id, channel=Channel.PHONE)
        known = before.select_related("customer").first() if client_id else None
        if known is not None:
            return known.customer
        customer = Customer.objects.create(name=text.line(name, limit=150), phone=phone)
    if phone and not customer.phone:
        customer.phone = phone
        customer.save(update_fields=["phone"])
    return customer
