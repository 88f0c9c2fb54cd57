"""What tests of identity share: asking for a code, typing it, and what is known of who writes."""

from __future__ import annotations

from tests.factories import (
    make_agent,
    make_ticket,
    make_visitor,
)
from tickets import access, actions, clock
from tickets.actions import Verdict
from tickets.actors import Actor
from tickets.conditions import matching
from tickets.conversation import identity
from tickets.conversation.identity import Known
from tickets.models import (
    Customer,
    IdentityCheck,
    Ticket,
    Turn,
    Verification,
)

INES = "ines@walkers.example"
WRONG = "000000"


def visited(customer: Customer | None = None) -> Ticket:
    return make_ticket(turn=Turn.QUEUE, customer=customer or make_visitor())


def by(ticket: Ticket) -> Actor:
    return Actor.of_customer(ticket.customer)


def ask(ticket: Ticket, address: str = INES, purpose: str = "") -> IdentityCheck:
    return actions.ask_for_code(actor=by(ticket), ticket=ticket, address=address, purpose=purpose)


def made(ticket: Ticket, address: str = INES) -> str:
    """The code that the worker put into the mail."""
    position = ask(ticket, address).position or 0
    return actions.make_code(actor=Actor.system(), ticket=ticket, position=position)


def check(ticket: Ticket, digits: str) -> Verdict:
    return actions.check_code(actor=by(ticket), ticket=ticket, digits=digits)


def other_than(code: str) -> str:
    return WRONG if code != WRONG else "111111"


def proved(ticket: Ticket, address: str = INES) -> Verification:
    assert check(ticket, made(ticket, address)) == Verdict.PROVED
    return ticket.verifications.latest("pk")


def known(ticket: Ticket) -> Known:
    """As it is now; and every way to ask for the level says the same."""
    fresh = Ticket.objects.select_related("customer").get(pk=ticket.pk)
    found = identity.of(fresh)
    assert identity.level_of(fresh) == found.level
    loaded = access.ticket_for(Actor.agent(make_agent(teams=[fresh.team])), fresh.reference)
    assert identity.of(loaded) == found
    asked = {"conditions": [{"field": "identity", "op": "is", "value": str(found.level)}]}
    group, now = {"match": "all", **asked}, clock.now()
    assert matching(Ticket.objects.filter(pk=ticket.pk), group, now=now).exists()
    return found
