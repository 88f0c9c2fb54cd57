"""Conversations with the assistant that look bad, each with what shows it: a section for leads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bots.understanding.vocabulary import ANGRY, CALM, CONFUSED, DISTRESSED, FEELINGS, REPEATS
from tickets import access, clock
from tickets.actors import Actor
from tickets.models import Answer, AuthorKind, Decision, Reading, Ticket, Tier, Turn

LATELY = timedelta(hours=24)
LOOKED_AT = 100  # of the newest conversations that the assistant has
READ = 2  # of the customer's newest messages in each
SHOWN = 8

# What weighs more stands higher. A doubt of the assistant's alone is the least of it.
_OF_FEELINGS = {ANGRY: 4, DISTRESSED: 4, CONFUSED: 2}
_FRUSTRATED, _LOOPS, _DID_NOT_HELP, _FLAGGED, _IMPORTANT, _UNSURE = 3, 3, 2, 3, 2, 1
_FIELDS = ("feeling", "repeats")


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that looks bad: what it is called, the words that show it, and how much it weighs."""

    name: str
    evidence: str
    weight: int


@dataclass(frozen=True, slots=True)
class Troubled:
    """A conversation that looks bad, and why; the sign that weighs most comes first."""

    ticket: Ticket
    signs: list[Sign]

    @property
    def weight(self) -> int:
        return sum(sign.weight for sign in self.signs)


def section(actor: Actor) -> dict[str, Any]:
    """What the section shows: the worst, and how many more there are. One query."""
    found = troubled(actor)
    return {"troubled": found[:SHOWN], "more": max(0, len(found) - SHOWN)}


def troubled(actor: Actor) -> list[Troubled]:
    """Those among the newest that look bad, the worst first."""
    found = [Troubled(ticket, _signs(ticket)) for ticket in _with_the_assistant(actor)]
    bad = [one for one in found if one.signs]
    return sorted(bad, key=lambda one: one.weight, reverse=True)  # of equals the newest first


def _with_the_assistant(actor: Actor) -> Any:
    """The newest conversations that no person has, with what was read and answered last."""
    read = Reading.objects.filter(ticket=OuterRef("pk")).order_by("-message")
    values = {name: f"values__{name}" for name in _FIELDS}
    corrected = {f"{name}_corrected": f"corrected__{name}" for name in _FIELDS}
    answered = Answer.objects.filter(
        message__ticket=OuterRef("pk"), message__author_kind=AuthorKind.ASSISTANT
    ).order_by("-message__position")
    answer = JSONObject(decision="decision", flagged="flagged", confidence="confidence")
    return (
        access.tickets_for(actor)
        .filter(
            turn__in=[Turn.ASSISTANT, Turn.CUSTOMER],
            person_asked_at=None,
            last_message_at__gte=clock.now() - LATELY,
        )
        .select_related("customer__organization", "team")
        .annotate(
            read=ArraySubquery(read.values(row=JSONObject(**values, **corrected))[:READ]),
            answered=Subquery(answered.values(row=answer)[:1]),
        )
        .order_by("-last_message_at", "-pk")[:LOOKED_AT]
    )


def _signs(ticket: Any) -> list[Sign]:
    """All that looks bad in a conversation, what weighs most first."""
    signs = [*_felt(ticket.read), *_looped(ticket.read), *_answered(ticket), *_important(ticket)]
    return sorted(signs, key=lambda sign: -sign.weight)


def _felt(read: list[dict[str, Any]]) -> Iterator[Sign]:
    """How the customer is in their newest message; or in the one before, if that says nothing."""
    for row in read:
        name, words = _value(row, "feeling")
        if name and name != CALM:
            label = str(dict(FEELINGS).get(name, name))
            yield Sign(capfirst(label), words, _OF_FEELINGS.get(name, _FRUSTRATED))
            return


def _looped(read: list[dict[str, Any]]) -> Iterator[Sign]:
    for row in read[:1]:
        name, words = _value(row, "repeats")
        if name:
            yield Sign(capfirst(str(dict(REPEATS).get(name, name))), words, _LOOPS)


def _answered(ticket: Any) -> Iterator[Sign]:
    """What became of the assistant's answers, and what it thinks of the newest."""
    if ticket.unhelpful_answers:
        words = ngettext(
            "An answer did not help",
            "%(count)d answers did not help",
            ticket.unhelpful_answers,
        )
        yield Sign(words % {"count": ticket.unhelpful_answers}, "", _DID_NOT_HELP)
    answer = ticket.answered
    if answer is None:
        return
    if answer["flagged"]:
        yield Sign(_("A rule wants somebody to look"), answer["flagged"], _FLAGGED)
    if answer["decision"] == Decision.CLARIFY:
        yield Sign(_("Not sure: it asked back"), "", _UNSURE)
    elif answer["decision"] == Decision.OFFER:
        sure = _("%(percent)d %% sure") % {"percent": round(answer["confidence"] * 100)}
        yield Sign(_("Not sure: it showed articles to choose from"), sure, _UNSURE)


def _important(ticket: Ticket) -> Iterator[Sign]:
    organization = ticket.customer.organization
    if organization is not None and organization.tier == Tier.PREMIER:
        yield Sign(_("Important customer"), str(organization), _IMPORTANT)


def _value(row: dict[str, Any], name: str) -> tuple[str, str]:
    """What holds of a reading now, as text, with the words that show it. What an agent said counts."""
    if (corrected := row.get(f"{name}_corrected")) is not None:
        return str(corrected["to"] or ""), _("as an agent said")
    found = row.get(name) or {}
    words = ", ".join(f"“{piece}”" for piece in (found.get("evidence") or ())[:2])
    return str(found.get("value") or ""), words
