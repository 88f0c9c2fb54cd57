"""The assistant speaks: an answer to what was asked, or a line that nobody asked for."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from tickets.actions.speech import say
from tickets.actors import Actor
from tickets.conversation.unanswered import assistant_may_answer
from tickets.intake import text
from tickets.models import Answer, Citation, Decision, Message, Ticket, Turn


@transaction.atomic
def answer(
    *,
    actor: Actor,
    ticket: Ticket,
    to_position: int,
    body: str,
    decision: Decision,
    confidence: float,
    reasons: Sequence[str] = (),
    citations: Sequence[Citation] = (),
    flagged: str = "",
    offers_person: bool = False,
    partly: bool = False,
) -> Message | None:
    """The assistant speaks, if it still has the turn; None if the turn has moved on.

    `to_position` is the customer's message that it answers: if they wrote again in the meantime,
    this answer is dropped, and the one to the newer message comes.
    """
    ticket = Ticket.objects.locked(ticket)
    if not assistant_may_answer(ticket, to_position):
        return None
    message = say(ticket, actor, body)
    given = Answer.objects.create(
        message=message,
        decision=decision,
        confidence=confidence,
        reasons=list(reasons),
        flagged=text.line(flagged, limit=200),
        offers_person=offers_person,
        partly=partly,
    )
    for rank, citation in enumerate(citations, start=1):
        citation.answer = given
        citation.rank = rank
    Citation.objects.bulk_create(citations)
    if decision == Decision.CLARIFY:
        ticket.clarified = True
    ticket.pass_turn(Turn.CUSTOMER)
    ticket.save()
    return message


@transaction.atomic
def follow_up(*, actor: Actor, ticket: Ticket, body: str) -> Message | None:
    """The assistant adds a line without a question to answer; None once a person was asked for."""
    ticket = Ticket.objects.locked(ticket)
    if ticket.with_a_person or ticket.turn != Turn.CUSTOMER:
        return None
    message = say(ticket, actor, body)
    ticket.save()
    return message
