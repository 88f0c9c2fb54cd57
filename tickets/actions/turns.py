"""A turn of the assistant: what it understood is kept, the rules act, a failure fetches a person."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from tickets import clock, conditions, rules
from tickets.actions.handover import hand_over
from tickets.actions.rules import apply_rules
from tickets.actors import Actor
from tickets.conditions import Value
from tickets.models import AuthorKind, HandOver, Message, Reading, Reason, RuleFiring, Ticket, Turn
from tickets.rules import HandOverTo, Verdict


@transaction.atomic
def keep_reading(
    *, actor: Actor, message: Message, situation: Mapping[str, Value], verdict: Verdict
) -> RuleFiring | None:
    """Store the situation of a message and log the rules that held; the firing that decided.

    Once per message: what was read first stays, so that the log says what really happened. That is
    the row's own constraint; the ticket is locked where a rule does something to it.
    """
    reading = Reading(message=message, ticket=message.ticket, values=conditions.to_store(situation))
    Reading.objects.bulk_create([reading], ignore_conflicts=True)
    if not verdict:  # nothing to do, and no savepoint to do it in
        return None
    return apply_rules(actor=actor, ticket=message.ticket, message=message, verdict=verdict)


@transaction.atomic
def hand_over_failed(*, actor: Actor, ticket: Ticket, reason: Reason) -> HandOver | None:
    """The assistant failed, or took too long: a person is asked for, to whom the rules say.

    None if it is no longer the assistant's turn.
    """
    ticket = Ticket.objects.locked(ticket)
    if ticket.turn != Turn.ASSISTANT:
        return None
    return fetch_a_person(actor=actor, ticket=ticket, reason=reason)


@transaction.atomic
def fetch_a_person(*, actor: Actor, ticket: Ticket, reason: Reason, words: str = "") -> HandOver:
    """Ask for a person in the assistant's place: to whom the rules say, but whatever they say.

    `words` are what the customer reads first, unless the rule that decides has its own.
    """
    ticket = Ticket.objects.locked(ticket)
    message = ticket.messages.filter(author_kind=AuthorKind.CUSTOMER).last()
    text = message.body if message else ""
    around = conditions.of_ticket(ticket, text=text, now=clock.now())
    verdict = rules.decide({**around, "failed": Value(reason.value)}, rules.lately_active())
    firing = None
    if message is not None:
        firing = apply_rules(actor=actor, ticket=ticket, message=message, verdict=verdict)
    route = (verdict.hand_over.route if verdict.hand_over else None) or HandOverTo()
    return hand_over(
        actor=actor,
        ticket=ticket,
        reason=reason,
        team=route.load_team(),
        skill=route.skill,
        priority=route.priority,
        firing=firing,
        words=route.text or words,
    )
