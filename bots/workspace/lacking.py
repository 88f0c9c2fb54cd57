"""What articles lack, and answers that agents reported as wrong: sections for leads."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.urls import reverse

from bots.models import AnswerReport, GapQuestion, KnowledgeGap
from tickets import access, clock
from tickets.actors import Actor
from tickets.models import Role

LATELY = timedelta(days=14)
COUNTED = 300  # questions without an answer; counting stops here
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Gap:
    """What was asked in vain: as it was put last, how often, and where."""

    words: str
    number: int
    reference: str
    url: str  # of its page, for whoever may open it


def reported(actor: Actor) -> dict[str, Any]:
    """The reported answers that nobody has decided on, the newest first. One query."""
    waiting = AnswerReport.objects.filter(state=AnswerReport.State.OPEN).filter(
        answer__message__ticket__in=access.tickets_for(actor).order_by()
    )
    rows = waiting.select_related("answer__message__ticket", "reporter").order_by("-pk")
    found = list(rows[: SHOWN + 1])
    return {
        "reports": [(one, one.answer.message) for one in found[:SHOWN]],
        "more": len(found) > SHOWN,
        "url": _admins(actor, "bots_answerreport"),
    }


def gaps(actor: Actor) -> dict[str, Any]:
    """The open gaps by what was asked in conversations that the lead sees. One query."""
    asked = (
        GapQuestion.objects.filter(
            gap__state=KnowledgeGap.State.OPEN, created_at__gte=clock.now() - LATELY
        )
        .filter(ticket__in=access.tickets_for(actor).order_by())
        .order_by("-pk")
        .values_list("gap", "text", "ticket__reference")
    )
    rows = list(asked[:COUNTED])
    counts = Counter(gap for gap, _text, _reference in rows)
    newest = {gap: (text, reference) for gap, text, reference in reversed(rows)}
    top = counts.most_common(SHOWN)
    return {
        "gaps": [
            Gap(newest[gap][0], number, newest[gap][1], _page(actor, gap)) for gap, number in top
        ],
        "url": _admins(actor, "bots_knowledgegap"),
    }


def _admins(actor: Actor, name: str) -> str:
    """The list in the admin, for whoever gets in there; "" for the others."""
    return reverse(f"admin:{name}_changelist") if _enters_the_admin(actor) else ""


def _page(actor: Actor, gap: int) -> str:
    return reverse("admin:bots_knowledgegap_change", args=[gap]) if _enters_the_admin(actor) else ""


def _enters_the_admin(actor: Actor) -> bool:
    user = actor.user
    return user is not None and user.is_staff and user.role == Role.ADMIN
