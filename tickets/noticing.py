"""References that customers write, and records that come or change, reach the conversations they concern."""

from __future__ import annotations

from tickets import actions, events
from tickets.actions.record_links import conversations_of
from tickets.actors import Actor
from tickets.models import AuthorKind, Customer, Event, EventKind, Fact, Record, Ticket
from tickets.records.references import Reference, found_in, looks_for_any

AT_ONCE = 1000


def subscribe() -> None:
    events.subscribe(
        *(EventKind.MESSAGE_POSTED, EventKind.FACT_NOTED),
        name="records.named",
        when=_may_name_one,
        settle=link_named,
    )
    events.subscribe(EventKind.CUSTOMER_JOINED, name="records.joined", settle=link_again)
    events.subscribe(
        EventKind.CUSTOMER_CHANGED, name="records.numbers", when=_of_a_number, settle=adopt
    )
    events.subscribe(
        EventKind.RECORDS_STORED,
        name="records.follow",
        when=_concerns_some,
        work=follow,
        settle=_done,
    )


def link_named(event: Event, _nothing: None) -> None:
    """What a customer named is linked, where it is theirs. Within the reaction's transaction."""
    ticket = event.ticket
    if ticket is None or ticket.is_spam:
        return
    named = _named(event, ticket)
    if not named:
        return
    actor = Actor.system()
    actions.adopt_records(actor=actor, customer=ticket.customer)
    actions.link_named(actor=actor, ticket=ticket, named=named)


def link_again(event: Event, _nothing: None) -> None:
    """Whose conversation it is was proved: what they named before may be theirs."""
    if event.ticket is not None:
        actor = Actor.system()
        actions.adopt_records(actor=actor, customer=event.ticket.customer)
        actions.link_again(actor=actor, ticket=event.ticket)


def adopt(event: Event, _nothing: None) -> None:
    """Somebody said by which number another system knows a customer."""
    customer = Customer.objects.filter(pk=event.subject_id).first()
    if customer is not None:
        actions.adopt_records(actor=Actor.system(), customer=customer)


def follow(event: Event) -> None:
    """Tell conversations of their records, one transaction for each; doing it again says nothing twice."""
    actor = Actor.system()
    for key in event.data["records"][:AT_ONCE]:
        record = Record.objects.select_related("type").filter(pk=key).first()
        if record is None:
            continue
        for ticket in conversations_of(record):
            named = [Reference(record.type_id, record.reference_key)]
            actions.link_again(actor=actor, ticket=ticket)
            actions.link_named(actor=actor, ticket=ticket, named=named)
            actions.tell_of_record(actor=actor, ticket=ticket, record=record)


def _done(event: Event, _nothing: None) -> None:
    """Each conversation was written in a transaction of its own."""


def _may_name_one(event: Event) -> bool:
    by_customer = event.kind == EventKind.FACT_NOTED or (
        event.data.get("author") == AuthorKind.CUSTOMER
    )
    return by_customer and looks_for_any()


def _of_a_number(event: Event) -> bool:
    return bool(event.data.get("field") == "external_id")


def _concerns_some(event: Event) -> bool:
    return bool(event.data.get("records"))


def _named(event: Event, ticket: Ticket) -> list[Reference]:
    """What looks like a reference in the message, or in the facts with the event's key."""
    if event.kind == EventKind.FACT_NOTED:
        facts = Fact.objects.filter(ticket=ticket, key=event.data["key"]).order_by("-pk")[:10]
        return found_in("\n".join(facts.values_list("value", flat=True)))
    message = ticket.messages.filter(position=event.position or 0).first()
    return found_in(message.body) if message else []
