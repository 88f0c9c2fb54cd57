"""How the assistant's answers turned out: what it was sure of, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Left
from django.utils import timezone

from bots.endings import WEIGHTS, Course, Ending, Next, ending
from bots.models import AnswerReport
from tickets.intake.text import first_line
from tickets.models import (
    Answer,
    AuthorKind,
    Decision,
    HandOver,
    Message,
    Reading,
    Resolution,
    Turn,
)

BINS = 10
READ = 400  # characters of a message


@dataclass(frozen=True, slots=True)
class TurnedOut:
    """One answer: how sure it was (0 to 1), what it decided, how it ended, and what was asked."""

    answer_id: int
    reference: str
    subject: str
    confidence: float
    decision: Decision
    ending: Ending = Ending.OPEN

    @property
    def right(self) -> bool | None:
        """Whether that speaks for the article; None where it says nothing."""
        return WEIGHTS[self.ending][0]

    @property
    def weight(self) -> float:
        """How much it says, 0 to 1."""
        return WEIGHTS[self.ending][1]


def recent(limit: int) -> list[TurnedOut]:
    """The newest turns in which articles were looked for, the newest first. Two queries."""
    now = timezone.now()
    found = list(_answers().order_by("-pk")[:limit])
    said = _messages({pk for answer in found for pk in (answer.asked_pk, answer.next_pk) if pk})
    return [
        TurnedOut(
            answer.pk,
            answer.message.ticket.reference,
            _words(said.get(answer.asked_pk)) or answer.message.ticket.subject,
            answer.confidence,
            Decision(answer.decision),
            ending(_course(answer, said), now) if _showed_an_article(answer) else Ending.OPEN,
        )
        for answer in found
    ]


def _answers() -> QuerySet[Answer, Any]:
    after = HandOver.objects.filter(
        ticket=OuterRef("message__ticket"), asked_at__gte=OuterRef("message__created_at")
    ).order_by("asked_at")
    upheld = AnswerReport.objects.filter(answer=OuterRef("pk"), state=AnswerReport.State.UPHELD)
    by_customer = Message.objects.filter(
        ticket=OuterRef("message__ticket"), author_kind=AuthorKind.CUSTOMER
    )
    asked = by_customer.filter(position__lt=OuterRef("message__position")).order_by("-position")
    said = by_customer.filter(position__gt=OuterRef("message__position")).order_by("position")
    # 0 and 1 are no probabilities: greetings, and what was not looked up.
    return (
        Answer.objects.filter(confidence__gt=0, confidence__lt=1)
        .exclude(message__ticket__turn=Turn.SPAM)
        .select_related("message__ticket")
        .annotate(
            person_at=Subquery(after.values("asked_at")[:1]),
            asked_pk=Subquery(asked.values("pk")[:1]),
            next_pk=Subquery(said.values("pk")[:1]),
            upheld=Exists(upheld),
        )
    )


def _messages(wanted: set[int]) -> dict[int, Message]:
    """The beginnings of messages, with what was read of them."""
    rows = Message.objects.filter(pk__in=wanted).select_related("reading").defer("body")
    return {message.pk: message for message in rows.annotate(start=Left("body", READ))}


def _course(answer: Any, said: dict[int, Message]) -> Course:
    ticket, came = answer.message.ticket, said.get(answer.next_pk)
    return Course(
        answered_at=answer.message.created_at,
        question=_start(said.get(answer.asked_pk)),
        helpful=answer.helpful,
        reported=answer.upheld,
        confirmed=ticket.resolution == Resolution.CONFIRMED and ticket.solved_by_assistant,
        next=Next(_start(came), came.created_at, _repeats(came)) if came else None,
        person_at=answer.person_at,
    )


def _showed_an_article(answer: Answer) -> bool:
    return answer.decision in (Decision.ANSWER, Decision.OFFER)


def _start(message: Message | None) -> str:
    return str(message.start) if message else ""  # type: ignore[attr-defined]  # annotated


def _words(message: Message | None) -> str:
    return first_line(_start(message), limit=160)


def _repeats(message: Message) -> str:
    reading: Reading | None = message.reading if hasattr(message, "reading") else None
    return str(reading.value("repeats") or "") if reading else ""


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers that were about as sure: stated and actual share (0 to 1) of right ones, as weighed."""

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
            stated=_mean(found, [turn.confidence for turn in found]),
            actual=_mean(found, [bool(turn.right) for turn in found]),
        )
        for number, found in sorted(bins.items())
    ]


def _mean(turns: Sequence[TurnedOut], values: Sequence[float]) -> float:
    weighed = sum(turn.weight * value for turn, value in zip(turns, values, strict=True))
    return weighed / sum(turn.weight for turn in turns)


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
