"""How the assistant's answers turned out: what it was sure of, and whether that was right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from bots.models import AnswerReport
from tickets.models import Answer, Decision, HandOver, Reason, Resolution

# Why a person was asked for, where the answer before it is to blame.
_BLAMED = (Reason.ASKED, Reason.ANGER, Reason.UNHELPFUL, Reason.REPEATED, Reason.CONFUSED)
BINS = 10


@dataclass(frozen=True, slots=True)
class TurnedOut:
    """One answer: how sure it was (0 to 1), what it decided, and whether it was right, if known."""

    answer_id: int
    reference: str
    subject: str
    confidence: float
    decision: Decision
    right: bool | None


def recent(limit: int) -> list[TurnedOut]:
    """The newest turns in which articles were looked for, the newest first. One query."""
    return [
        TurnedOut(
            answer.pk,
            answer.message.ticket.reference,
            answer.message.ticket.subject,
            answer.confidence,
            Decision(answer.decision),
            _right(answer),
        )
        for answer in _answers().order_by("-pk")[:limit]
    ]


def _answers() -> QuerySet[Answer]:
    after = HandOver.objects.filter(
        ticket=OuterRef("message__ticket"),
        asked_at__gte=OuterRef("message__created_at"),
        reason__in=_BLAMED,
    )
    upheld = AnswerReport.objects.filter(answer=OuterRef("pk"), state=AnswerReport.State.UPHELD)
    # 0 and 1 are no probabilities: greetings, and what was not looked up.
    return (
        Answer.objects.filter(confidence__gt=0, confidence__lt=1)
        .select_related("message__ticket")
        .annotate(person_after=Exists(after), upheld=Exists(upheld))
    )


def _right(answer: Answer) -> bool | None:
    """What customers and agents say of it; None for what showed no article, or nobody said."""
    if answer.decision not in (Decision.ANSWER, Decision.OFFER):
        return None
    if answer.upheld or answer.helpful is False:  # type: ignore[attr-defined]  # annotated
        return False
    if answer.helpful:
        return True
    if answer.person_after:  # type: ignore[attr-defined]  # annotated
        return False
    ticket = answer.message.ticket
    confirmed = ticket.resolution == Resolution.CONFIRMED and ticket.solved_by_assistant
    return True if confirmed else None


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers that were about as sure: stated and actual share (0 to 1) of right ones."""

    low: float
    high: float
    count: int
    stated: float
    actual: float


def reliability(turns: Iterable[TurnedOut]) -> list[Bin]:
    """Stated against actual, in ten bins of the confidence; empty bins are left out."""
    bins: dict[int, list[TurnedOut]] = {}
    for turn in turns:
        if turn.right is not None:
            bins.setdefault(min(int(turn.confidence * BINS), BINS - 1), []).append(turn)
    return [
        Bin(
            low=number / BINS,
            high=(number + 1) / BINS,
            count=len(found),
            stated=sum(turn.confidence for turn in found) / len(found),
            actual=sum(bool(turn.right) for turn in found) / len(found),
        )
        for number, found in sorted(bins.items())
    ]


@dataclass(frozen=True, slots=True)
class WhatIf:
    """How the turns would have gone with other thresholds."""

    answered: int
    offered: int
    neither: int
    right: int  # of the answered ones, as far as known
    wrong: int
    changed: list[tuple[TurnedOut, Decision]]  # what would have been decided otherwise


def what_if(turns: Sequence[TurnedOut], *, answer_from: float, offer_from: float) -> WhatIf:
    """Decide each turn again, by its confidence alone; what rules decided is not among them."""
    decided = [(turn, _decision(turn, answer_from, offer_from)) for turn in turns]
    answered = [turn for turn, decision in decided if decision == Decision.ANSWER]
    return WhatIf(
        answered=len(answered),
        offered=sum(decision == Decision.OFFER for _turn, decision in decided),
        neither=sum(
            decision not in (Decision.ANSWER, Decision.OFFER) for _turn, decision in decided
        ),
        right=sum(turn.right is True for turn in answered),
        wrong=sum(turn.right is False for turn in answered),
        changed=[(turn, decision) for turn, decision in decided if decision != turn.decision],
    )


def _decision(turn: TurnedOut, answer_from: float, offer_from: float) -> Decision:
    if turn.confidence >= answer_from:
        return Decision.ANSWER
    if turn.confidence >= offer_from:
        return Decision.OFFER
    shown = turn.decision in (Decision.ANSWER, Decision.OFFER)
    return Decision.HAND_OVER if shown else turn.decision
