"""Proving in a conversation who one is, by a code that is mailed to the address on file.

What somebody types never says whether a customer has it: asking writes the same for every address,
and only the worker looks whether there is anybody to write to. Whoever types the code is known from
then on in this conversation. It stays whose it is, nobody is signed in, and no other conversation can
be read: a conversation changes hands by the longer code of `claims` alone, or by a log-in.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from enum import StrEnum

from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from tickets import addresses, clock, events
from tickets.actions import rights, saving
from tickets.actions.blocked import refuse_blocked
from tickets.actions.errors import ActionError, NotAllowed, closed
from tickets.actions.speech import announce
from tickets.actors import Actor
from tickets.intake import text
from tickets.models import (
    AuthorKind,
    Customer,
    EventKind,
    IdentityCheck,
    Permission,
    SiteSettings,
    Ticket,
    Verification,
)
from tickets.models.identity import CODE_DIGITS, CODE_VALID_FOR, MOST_TRIES, ON_PAGES, code_digest
from tickets.service import notices

_NO_CODE = "-"  # is the digest of nothing


class Verdict(StrEnum):
    """What came of a code that somebody typed."""

    PROVED = "proved"
    WRONG = "wrong"
    TRIED_OUT = "tried_out"  # three were wrong, and it is worth nothing any more
    OVER = "over"  # it is too old, was used, or none was asked for


@transaction.atomic
def ask_to_prove(*, actor: Actor, ticket: Ticket, purpose: str = "") -> IdentityCheck:
    """Somebody who works here, or the assistant, asks the customer to prove their address; the
    customer reads it, with the form for it. Asking again while it stands there says nothing anew.

    Raises:
        NotAllowed: the actor is a customer.
        ActionError: the conversation is closed, or its customer reads it nowhere but in their mail.
    """
    ticket = Ticket.objects.locked(ticket)
    if actor.kind != AuthorKind.ASSISTANT:
        rights.demand(actor, Permission.REPLY)
    _refuse_closed(ticket)
    if ticket.channel not in ON_PAGES and ticket.customer.user_id is None:
        raise ActionError(
            _(
                "They do not read this on our pages, where a code is typed. Ask them to write to you "
                "there."
            ),
            code="not_on_a_page",
        )
    check = IdentityCheck.objects.filter(ticket=ticket).first() or IdentityCheck(ticket=ticket)
    if check.is_open(clock.now()):
        return check
    check = IdentityCheck(ticket=ticket, purpose=_purpose(purpose), wanted_at=clock.now())
    check.save()
    events.record(EventKind.IDENTITY_WANTED, actor=actor, ticket=ticket, purpose=check.purpose)
    announce(ticket, notices.asks_for_proof(actor.user))
    saving.save(ticket)
    return check


@transaction.atomic
def ask_for_code(*, actor: Actor, ticket: Ticket, address: str, purpose: str = "") -> IdentityCheck:
    """The conversation's customer asks for a code to an address; one that was asked for before is
    worth nothing any more. A mail goes only if a customer has the address, and nothing here looks.

    Raises:
        ValidationError: it is no address.
        NotAllowed: the actor is neither the conversation's customer nor the assistant.
        Blocked: they may not write to us.
        ActionError: the conversation is closed.
    """
    ticket = Ticket.objects.locked(ticket)
    if actor.kind != AuthorKind.ASSISTANT:
        _refuse_others(actor, ticket)
    refuse_blocked(actor, ticket.customer)
    _refuse_closed(ticket)
    address = addresses.normalised(address)
    before = IdentityCheck.objects.filter(ticket=ticket).first()
    check = IdentityCheck(
        ticket=ticket,
        purpose=_purpose(purpose) or (before.purpose if before else ""),
        wanted_at=before.wanted_at if before else None,
        address=address,
        position=ticket.last_position + 1,
        expires_at=clock.now() + CODE_VALID_FOR,
    )
    check.save(force_insert=before is None, force_update=before is not None)
    events.record(EventKind.IDENTITY_CODE_ASKED, actor=actor, ticket=ticket, purpose=check.purpose)
    saving.save(ticket)
    return check


@transaction.atomic
def make_code(*, actor: Actor, ticket: Ticket, position: int) -> str:
    """The code for the mail that the event at this position owes; "" if it is asked for no more.

    It is kept nowhere. A mail that is tried again gets another one, and the newest counts.
    """
    ticket = Ticket.objects.locked(ticket)
    check = IdentityCheck.objects.filter(ticket=ticket, position=position).first()
    if check is None or not check.takes_codes(clock.now()):
        return ""
    check.customer = Customer.objects.filter(email=check.address).first()
    if check.customer is None:
        return ""
    digits = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    check.digest = code_digest(ticket, check.address, check.purpose, digits)
    check.save(update_fields=["customer", "digest"])
    return digits


@transaction.atomic
def check_code(*, actor: Actor, ticket: Ticket, digits: str) -> Verdict:
    """The conversation's customer types the code. Three wrong ones, whoever typed them, and it is void.

    Raises:
        NotAllowed: the actor is somebody else.
        Blocked: they may not write to us.
        ActionError: the conversation is closed.
    """
    ticket = Ticket.objects.locked(ticket)
    _refuse_others(actor, ticket)
    refuse_blocked(actor, ticket.customer)
    _refuse_closed(ticket)
    now = clock.now()
    check = IdentityCheck.objects.select_related("customer").filter(ticket=ticket).first()
    if check is None or not check.takes_codes(now):
        tried_out = check is not None and check.tries >= MOST_TRIES
        return Verdict.TRIED_OUT if tried_out else Verdict.OVER
    given = code_digest(ticket, check.address, check.purpose, digits)
    right = constant_time_compare(given, check.digest or _NO_CODE)
    customer = check.customer
    if not right or customer is None or customer.email != check.address:
        return _mistyped(actor, ticket, check)
    check.delete()
    Verification.objects.end(ticket, now)
    quiet = timedelta(hours=SiteSettings.load().verified_hours)
    Verification.objects.create(
        ticket=ticket,
        customer=customer,
        address=check.address,
        purpose=check.purpose,
        at=now,
        quiet=quiet,
        expires_at=now + quiet,
    )
    events.record(
        EventKind.IDENTITY_PROVED,
        actor=actor,
        ticket=ticket,
        customer=customer.pk,
        purpose=check.purpose,
    )
    announce(ticket, notices.proved())
    saving.save(ticket)
    return Verdict.PROVED


def end_proof(actor: Actor, ticket: Ticket, owner: Customer) -> None:
    """The locked conversation becomes the owner's: what somebody else proved in it counts no more, and
    no code that they asked for.
    """
    IdentityCheck.objects.filter(ticket=ticket).delete()
    others = Verification.objects.filter(ticket=ticket, ended_at=None).exclude(customer=owner)
    if others.update(ended_at=clock.now()):
        events.record(EventKind.IDENTITY_ENDED, actor=actor, ticket=ticket)


def _mistyped(actor: Actor, ticket: Ticket, check: IdentityCheck) -> Verdict:
    check.tries += 1
    check.save(update_fields=["tries"])
    left = MOST_TRIES - check.tries
    events.record(EventKind.IDENTITY_MISTYPED, actor=actor, ticket=ticket, left=left)
    saving.save(ticket)
    return Verdict.WRONG if left else Verdict.TRIED_OUT


def _refuse_others(actor: Actor, ticket: Ticket) -> None:
    if actor.customer is None or actor.customer.pk != ticket.customer_id:
        raise NotAllowed


def _refuse_closed(ticket: Ticket) -> None:
    if ticket.is_closed:
        raise closed(ticket)


def _purpose(purpose: str) -> str:
    return text.line(purpose, limit=40)
