"""Changing a conversation's properties: one form, of which one value is saved at a time."""

from __future__ import annotations

from django.core.exceptions import BadRequest, ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tickets import access, actions
from tickets.actions import Property
from tickets.actions.statuses import ENDS
from tickets.conversation.unanswered import waits_for_answer
from tickets.intake.tags import tag
from tickets.models import CustomField, Status, Tag, Ticket, Turn, User
from tickets.web.posting import posted_from
from tickets.workspace import acts
from tickets.workspace.guard import AgentRequest, actor_of, for_agents

COMPLETIONS = 8
CUSTOM = "custom."  # before the key of a custom field


@posted_from("workspace-ticket")
@for_agents
def change(request: AgentRequest, reference: str) -> HttpResponse:
    """Save one property: the one whose button was pressed, or that our script sends."""
    ticket = access.ticket_for(actor_of(request), reference)
    name = request.POST.get("save", "")
    value, seen = request.POST.get(name, ""), request.POST.get(f"seen_{name}")
    actor = actor_of(request)
    if name == "status" and (problem := _asks_first(request, ticket, value)):
        return acts.refused(request, ticket, problem, code="unanswered", status=409)

    def do() -> object:
        if name in Property:
            return actions.change_ticket(
                actor=actor, ticket=ticket, name=Property(name), value=value, seen=seen
            )
        if name == "status":
            return actions.set_status(actor=actor, ticket=ticket, status=_status(value), seen=seen)
        if name == "assignee":
            return actions.assign(
                actor=actor, ticket=ticket, agent=_colleague(value), seen=_key(seen)
            )
        if name.startswith(CUSTOM):
            return _fill_in(request, ticket, name)
        if name == "tag":
            return actions.change_tags(actor=actor, ticket=ticket, add=value.split(","))
        if removed := request.POST.get("remove_tag", ""):
            return actions.change_tags(actor=actor, ticket=ticket, remove=[removed])
        raise BadRequest("There is no such property.")

    return acts.answer(request, ticket, do)


@require_safe
@for_agents
def tags(request: AgentRequest) -> HttpResponse:
    """The tags in use that complete what somebody types, as options of a list."""
    start = tag(request.GET.get("q", ""))
    found = Tag.objects.beginning(start, most=COMPLETIONS) if start else []
    return render(request, "workspace/tags.html", {"tags": found})


def _fill_in(request: AgentRequest, ticket: Ticket, name: str) -> Ticket:
    field = CustomField.objects.filter(key=name.removeprefix(CUSTOM)[:40]).first()
    if field is None:
        raise ValidationError(_("This field is not there any more."), code="gone")
    shown = f"seen_{name}"
    return actions.fill_in(
        actor=actor_of(request),
        ticket=ticket,
        field=field,
        value=request.POST.getlist(name),
        seen=[one for one in request.POST.getlist(shown) if one] if shown in request.POST else None,
    )


def _asks_first(request: AgentRequest, ticket: Ticket, value: str) -> str:
    """What is asked once more before a status ends it over a message that is not answered."""
    status = _status(value)
    if status is None or status.category not in ENDS or "anyway" in request.POST:
        return ""
    owed = ticket.turn in (Turn.AGENT, Turn.QUEUE) and waits_for_answer(ticket)
    return _("The last message is not answered. End it all the same?") if owed else ""


def _status(value: str) -> Status | None:
    if not value:
        return None
    key = int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else 0
    found = Status.objects.filter(pk=key).first()
    if found is None:
        raise ValidationError(_("Choose a status."), code="invalid")
    return found


def _colleague(value: str) -> User | None:
    key = _key(value)
    if key is None or key == "":
        return None
    found = User.objects.filter(pk=key).first()
    if found is None:
        raise ValidationError(_("Choose somebody."), code="invalid")
    return found


def _key(value: str | None) -> int | str | None:
    """A key as a form sends it: None for nobody, "" where nothing was sent."""
    if value is None:
        return ""
    if not value:
        return None
    if not (value.isascii() and value.isdecimal()) or len(value) > 9:
        raise ValidationError(_("Choose somebody."), code="invalid")
    return int(value)
