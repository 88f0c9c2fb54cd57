"""The brief for the person who takes over. Extracted from the conversation, never invented."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from bots.understanding import feel, find_facts
from bots.understanding.feeling import ANGRY, CALM, FRUSTRATED
from tickets.briefs import Brief
from tickets.models import Answer, AuthorKind, Decision, Message, Reason, Ticket
from tickets.text import first_line

_ORDER = {CALM: 0, FRUSTRATED: 1, ANGRY: 2}
LONGEST = 400


def write(ticket: Ticket, reason: Reason, detail: str) -> Brief:
    """The brief as of now. Reads rows only: three queries, no model."""
    said = list(ticket.messages.filter(author_kind=AuthorKind.CUSTOMER).order_by("position"))
    answers = list(
        Answer.objects.filter(message__ticket=ticket)
        .order_by("message__position")
        .prefetch_related("citations")
    )
    return Brief(
        wants=_wants(said),
        tried=_tried(answers),
        why=_why(reason, detail),
        feeling=_feeling(said),
        facts=_facts(ticket, said),
        articles=_articles(answers),
    )


def _wants(said: list[Message]) -> str:
    """In their own words: the first message that says something, and the last if it is another."""
    telling = [message.body for message in said if len(message.body.split()) >= 3] or [
        message.body for message in said
    ]
    if not telling:
        return _("Nothing written yet. They asked for a person right away.")
    first = first_line(telling[0].replace("\n", " "), limit=240)
    last = first_line(telling[-1].replace("\n", " "), limit=120)
    return (first if len(telling) == 1 or last == first else f"{first} … {last}")[:LONGEST]


def _tried(answers: list[Answer]) -> str:
    shown = []
    for answer in answers:
        sources = list(answer.citations.all())
        if answer.decision == Decision.CLARIFY and not sources:
            shown.append(_("asked to put it differently"))
        elif sources:
            names = ", ".join(f"“{source.title}”" for source in sources[:1] if source.title)
            if answer.helpful is False:
                shown.append(_("%(articles)s, which did not help") % {"articles": names})
            else:
                shown.append(_("%(articles)s, no word on whether it helped") % {"articles": names})
    if not shown:
        return _("The assistant has shown nothing.")
    return (_("The assistant showed: ") + "; ".join(shown) + ".")[:LONGEST]


def _why(reason: Reason, detail: str) -> str:
    text = str(reason.label)
    return f"{text} ({detail})"[:LONGEST] if detail else text


def _feeling(said: list[Message]) -> str:
    """The strongest feeling of the conversation, which one calm last line does not undo."""
    names = [feel(message.body).name for message in said]
    return max(names, key=_ORDER.__getitem__, default=CALM)


def _facts(ticket: Ticket, said: list[Message]) -> list[dict[str, Any]]:
    found = {
        (fact.key, fact.value.lower()): {
            "key": fact.key,
            "value": fact.value,
            "position": message.position,
            "source": AuthorKind.CUSTOMER.value,
        }
        for message in said
        for fact in find_facts(message.body)
    }
    for fact in ticket.facts.all():
        found.setdefault(
            (fact.key, fact.value.lower()),
            {"key": fact.key, "value": fact.value, "position": None, "source": fact.source},
        )
    return list(found.values())


def _articles(answers: list[Answer]) -> list[dict[str, Any]]:
    return [
        {
            "title": source.title,
            "slug": source.slug,
            "score": round(source.score, 3),
            "helpful": answer.helpful,
        }
        for answer in answers
        for source in answer.citations.all()
    ]
