"""Correcting what was understood of a customer's message: the form with all of it, and one click."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from bots.workspace import understood
from bots.workspace.understood import NO, YES, values_of
from tickets import access, actions
from tickets.actions.readings import TOPICS
from tickets.conversation.correctable import correctable
from tickets.models import Permission, Reading
from tickets.workspace import acts, views
from tickets.workspace.guard import AgentRequest, actor_of, by_script, for_agents, needs


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
@needs(Permission.CHANGE)
def correct(request: AgentRequest, reference: str, position: int) -> HttpResponse:
    """What was understood of a message: all that can be set, and the click that sets it."""
    ticket = access.ticket_for(actor_of(request), reference)
    reading = _reading(ticket.pk, position)
    if request.method == "POST":
        field, to = _wanted(reading, request.POST.get("to", ""))
        return acts.answer(
            request,
            ticket,
            lambda: actions.correct_reading(
                actor=actor_of(request), reading=reading, field=field, to=to
            ),
        )
    context = {
        "ticket": ticket,
        "position": position,
        "groups": understood.groups(reading),
        "body": reading.message.body,
        "in_dialog": by_script(request),
    }
    if by_script(request):
        return render(request, "workspace/correct_form.html", context)
    return render(
        request, "workspace/correct.html", {**views.ticket_list(request, ticket), **context}
    )


def _reading(ticket: int, position: int) -> Reading:
    found = Reading.objects.filter(ticket=ticket, message__position=position)
    reading = found.select_related("message", "ticket").first()
    if reading is None:
        raise Http404
    return reading


def _wanted(reading: Reading, asked: str) -> tuple[str, Any]:
    """The field and its value from `field:value`; a topic is added by + and taken away by -."""
    field, _colon, value = asked.partition(":")
    if field == TOPICS:
        now = values_of(reading.value(TOPICS))
        if value[:1] == "+":
            return field, [*now, value[1:]]
        if value[:1] == "-":
            return field, [one for one in now if one != value[1:]]
    known = correctable(field)
    if known is not None and known.is_yes_or_no and value in (YES, NO):
        return field, value == YES
    return field, value
