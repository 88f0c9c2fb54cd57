"""The assistant speaks: an answer to what was asked, or a line that nobody asked for."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from tickets.actions import saving
from tickets.actions.speech import say
from tickets.actors import Actor
from tickets.conversation.unanswered import assistant_may_answer
from tickets.intake import text
from tickets.models import Answer, AuthorKind, Citation, Decision, Message, Ticket, Turn


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
    choices: Sequence[str] = (),
    told_by: str = "",
) -> Message | None:
    """The assistant speaks, if it still has the turn; None if the turn has moved on.

    `to_position` is the customer's message that it answers: if they wrote again in the meantime,
    this answer is dropped, and the one to the newer message comes. `choices` are what the customer
    may answer by one press, and `told_by` names the system that was asked.
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
        choices=list(choices),
        told_by=told_by,
    )
    for rank, citation in enumerate(citations, start=1):
        citation.answer = given
        citation.rank = rank
    Citation.objects.bulk_create(citations)
    if decision == Decision.CLARIFY:
        ticket.clarified = True
    ticket.pass_turn(Turn.CUSTOMER)
    saving.save(ticket)
    return message


@transaction.atomic
def tell(
    *,
    actor: Actor,
    ticket: Ticket,
    body: str,
    reasons: Sequence[str] = (),
    choices: Sequence[str] = (),
    told_by: str = "",
    offers_person: bool = False,
    since: int = 0,
) -> Message | None:
    """The assistant says what came of something that it did; None where a person has the conversation.

    It was done, so it is said whatever the customer wrote meanwhile. If they did, the turn stays the
    assistant's: it answers that next, or a person is asked for. `since` is the place after which that
    counts.
    """
    ticket = Ticket.objects.locked(ticket)
    if ticket.with_a_person or ticket.is_closed:
        return None
    message = say(ticket, actor, body)
    Answer.objects.create(
        message=message,
        decision=Decision.TASK,
        confidence=1.0,
        reasons=list(reasons),
        offers_person=offers_person,
        choices=list(choices),
        told_by=told_by,
    )
    newer = ticket.messages.filter(author_kind=AuthorKind.CUSTOMER, position__gt=since)
    if ticket.turn != Turn.ASSISTANT or not newer.exists():
        ticket.pass_turn(Turn.CUSTOMER)
    saving.save(ticket)
    return message


@transaction.atomic
def follow_up(*, actor: Actor, ticket: Ticket, body: str) -> Message | None:
    """The assistant adds a line without a question to answer; None once a person was asked for."""
    ticket = Ticket.objects.locked(ticket)
    if ticket.with_a_person or ticket.turn != Turn.CUSTOMER:
        return None
    message = say(ticket, actor, body)
    saving.save(ticket)
    return message
