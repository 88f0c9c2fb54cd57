"""What the tests of tasks share: a customer who writes, what the assistant did of it, and who they are."""

from __future__ import annotations

from bots.models import TaskRun
from tests.factories import make_customer, make_message, make_ticket, make_visitor
from tests.tickets.ledger import bodies
from tickets import events
from tickets.models import Answer, AuthorKind, Customer, Reaction, Ticket, Turn

MAYA = "maya@lindqvist.example"
ARRIVED, OTHER = "KM-48951", "KM-48877"  # hers, delivered; and Theo's
LAYLA, NEW = "layla.mansour@inbox.example", "KM-49151"  # hers, not packed yet


def opened(text: str, customer: Customer | None = None) -> Ticket:
    """A conversation that somebody begins with these words, as far as the assistant got with it."""
    customer = customer or Customer.objects.filter(email=MAYA).first() or make_customer(email=MAYA)
    ticket = make_ticket(turn=Turn.ASSISTANT, customer=customer, body=text)
    settle()
    return fresh(ticket)


def by_a_visitor(text: str) -> Ticket:
    return opened(text, make_visitor())


def write(ticket: Ticket, text: str) -> Ticket:
    make_message(ticket, text)
    settle()
    return fresh(ticket)


def settle() -> None:
    """Run what the assistant and its tasks owe, as its worker would."""
    mine = Reaction.objects.filter(name__regex="^(assistant|tasks)[.]")
    while due := list(mine.overdue().order_by("pk")):
        for reaction in due:
            events.run(reaction.pk)


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.select_related("customer").get(pk=ticket.pk)


def said(ticket: Ticket) -> str:
    """What the assistant said last."""
    return bodies(ticket, AuthorKind.ASSISTANT)[-1]


def choices(ticket: Ticket) -> list[str]:
    newest = Answer.objects.filter(message__ticket=ticket).latest("message__position")
    return list(newest.choices)


def run_of(ticket: Ticket) -> TaskRun:
    return TaskRun.objects.filter(ticket=ticket).latest("pk")
