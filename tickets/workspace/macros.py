"""Applying a macro: those that an agent has, what one would do, and doing it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.core.exceptions import BadRequest
from django.db.models import Q
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tickets import access, actions, sending
from tickets.access.macros import macro_for, macros_for
from tickets.actions import ActionError
from tickets.actions.macros import plan_for
from tickets.acts import in_words
from tickets.conversation import fitting_macros
from tickets.conversation.unanswered import waits_for_answer
from tickets.intake import text
from tickets.models import Draft, Macro, Permission, Ticket, Turn
from tickets.web.posting import posted_from
from tickets.workspace import acts, views
from tickets.workspace.guard import AgentRequest, actor_of, by_script, for_agents, needs

SHOWN = 40
MOST_USED = 5


@dataclass(frozen=True, slots=True)
class Shelf:
    """Macros under one heading."""

    name: str
    macros: Sequence[Macro]


@require_safe
@for_agents
@needs(Permission.REPLY)
def choose(request: AgentRequest, reference: str) -> HttpResponse:
    """Those that are found by name or folder, and what the chosen one would do; for the dialog of the
    conversation, or on a page of its own.
    """
    ticket = access.ticket_for(actor_of(request), reference)
    words = text.line(request.GET.get("q", ""), limit=100)
    found = find(request, ticket, words)
    shelves = _shelves(found[:SHOWN], [] if words else _fitting(request, ticket))
    chosen = _chosen(request, shelves)
    context = {
        "ticket": ticket,
        "words": words,
        "shelves": shelves,
        "there_are_more": len(found) > SHOWN,
        "chosen": chosen,
        **(_preview(request, ticket, chosen) if chosen else {}),
    }
    if by_script(request):
        return render(request, "workspace/macros.html", {**context, "in_dialog": True})
    context |= views.ticket_list(request, ticket)
    return render(request, "workspace/macros_page.html", context)


@posted_from("workspace-ticket")
@for_agents
def apply(request: AgentRequest, reference: str, pk: int) -> HttpResponse:
    """Apply one, as it was looked at. What goes into the composer comes back to our script."""
    ticket = access.ticket_for(actor_of(request), reference)
    macro = macro_for(actor_of(request), pk)
    wait = sending.wait_for(ticket)
    done: list[Draft | Ticket] = []

    def do() -> object:
        done.append(
            actions.apply_macro(
                actor=actor_of(request),
                ticket=ticket,
                macro=macro,
                version=_number(request.POST.get("version")) or 0,
                client_id=_client_id(request),
                wait=wait,
                typed=request.POST.get("typed"),
                seen=_number(request.POST.get("seen")),
            )
        )
        return done[0] if not _is_typed(done[0]) else None

    answered = acts.answer(request, ticket, do)
    if done and by_script(request) and isinstance(done[0], Draft) and _is_typed(done[0]):
        line = {"reply_draft": done[0], "ticket": ticket}
        html = render_to_string("workspace/macro_line.html", line, request)
        answer = {"body": done[0].body, "marks": done[0].macro["marks"], "html": html}
        return JsonResponse({"type": "composed", **answer})
    return answered


@posted_from("workspace-ticket")
@for_agents
def leave_out(request: AgentRequest, reference: str) -> HttpResponse:
    """Only the text stays of what a macro put into the reply."""
    ticket = access.ticket_for(actor_of(request), reference)
    return acts.answer(
        request, ticket, lambda: actions.leave_macro_out(actor=actor_of(request), ticket=ticket)
    )


def find(request: AgentRequest, ticket: Ticket, words: str) -> list[Macro]:
    """One more than are shown, those first that are used most in this team. One query."""
    named = Q()
    for word in words.split()[:8]:
        named &= Q(name__icontains=word) | Q(folder__icontains=word)
    offered = macros_for(actor_of(request)).filter(named, is_active=True)
    return list(offered.most_used_first(ticket.team_id)[: SHOWN + 1])


def _fitting(request: AgentRequest, ticket: Ticket) -> list[Macro]:
    """Those of this agent that fit the conversation, however seldom they are used. Three queries."""
    offered = macros_for(actor_of(request)).filter(is_active=True)
    keys = fitting_macros.find(ticket, offered)
    found = offered.most_used_first(ticket.team_id).filter(pk__in=keys) if keys else ()
    return sorted(found, key=lambda one: keys.index(one.pk))


def _shelves(found: Sequence[Macro], fit: Sequence[Macro]) -> list[Shelf]:
    """Those that fit the conversation, then the most used ones, then by folder."""
    most = [one for one in found if one.uses and one not in fit][:MOST_USED]  # type: ignore[attr-defined]  # annotated
    others = [one for one in found if one not in fit and one not in most]
    others.sort(key=lambda one: (one.folder, one.name.lower()))
    above = [Shelf(_("Fits this conversation"), fit), Shelf(_("Most used here"), most)]
    shelves = [shelf for shelf in above if shelf.macros]
    for folder, there in groupby(others, key=lambda one: one.folder):
        shelves.append(Shelf(folder or (_("Others") if shelves else ""), list(there)))
    return shelves


def _chosen(request: AgentRequest, shelves: Sequence[Shelf]) -> Macro | None:
    """The one that the address names, else the first that is shown."""
    if (key := _number(request.GET.get("macro"))) is not None:
        return macro_for(actor_of(request), key)
    return shelves[0].macros[0] if shelves else None


def _preview(request: AgentRequest, ticket: Ticket, macro: Macro) -> dict[str, Any]:
    """What would change, or why nothing can."""
    shown: dict[str, Any] = {"client_id": uuid.uuid4(), "seen": ticket.last_position}
    if ticket.is_closed:
        return {**shown, "problem": _("The conversation is closed. Reopen it first.")}
    try:
        plan = plan_for(ticket, request.user, macro)
    except ActionError as error:
        return {**shown, "problem": error.message}
    owed = ticket.turn in (Turn.AGENT, Turn.QUEUE) and waits_for_answer(ticket)
    return {
        **shown,
        "plan": plan,
        "changes": in_words(plan.acts),
        "unanswered": plan.acts.resolves and owed and not plan.body.text,
        "wait": int(sending.wait_for(ticket).total_seconds()),
    }


def _is_typed(done: object) -> bool:
    return isinstance(done, Draft) and done.leaves_at is None


def _client_id(request: AgentRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("client_id", ""))
    except ValueError:
        raise BadRequest("Without the id of an application.") from None


def _number(given: str | None) -> int | None:
    """A number as a form sends it; None for what is none."""
    if given is None or not (given.isascii() and given.isdecimal()) or len(given) > 9:
        return None
    return int(given)
