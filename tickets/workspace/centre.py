"""The notification centre: what an agent was told of, gathered; what is unread; what they missed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import BadRequest
from django.db import models
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from tickets import access, actions
from tickets.actors import Actor
from tickets.models import AuthorKind, Event, Notification, NotificationKind, Ticket
from tickets.models.notifications import NotificationSettings
from tickets.notifying import words
from tickets.web.posting import posted_from
from tickets.workspace import views
from tickets.workspace.guard import AgentRequest, actor_of, by_script, for_agents

PAGE = 100  # notifications that are read for a page, and gathered into fewer lines
MISSED = 500  # the newest, among which what was missed is looked for
COUNTED = 10  # "9+" says enough


class Show(models.TextChoices):
    """What of it is shown."""

    ALL = "all", _("All")
    UNREAD = "unread", _("Unread")
    MISSED = "missed", _("What did I miss?")


@dataclass(frozen=True, slots=True)
class Line:
    """Several notifications of one kind about one conversation."""

    kind: str
    ticket: Ticket
    words: str
    at: datetime
    unread: bool
    url: str


@dataclass(frozen=True, slots=True)
class Missed:
    """A conversation in which something happened while the agent was away."""

    ticket: Ticket
    lines: list[Line]
    unread: bool


def unread(actor: Actor) -> str:
    """How many are unread, as the bell says it: up to "9+", and "" for none. One counted query."""
    mine = access.notifications_for(actor).unread().filter(in_app=True)
    count = mine.order_by("-pk")[:COUNTED].count()
    return "" if not count else str(count) if count < COUNTED else f"{COUNTED - 1}+"


def newest(actor: Actor) -> int:
    """The newest notification of this agent, whether it is shown or not; 0 without any."""
    mine = Notification.objects.filter(user=actor.user).order_by("-pk")
    return mine.values_list("pk", flat=True).first() or 0


def gathered(found: Iterable[Notification]) -> list[Line]:
    """One line for each kind and conversation, in the order of their newest."""
    together: dict[tuple[int, str, bool], list[Notification]] = {}
    for one in found:
        together.setdefault((one.ticket_id, one.kind, one.read_at is None), []).append(one)
    return [_line(several) for several in together.values()]


def missed(actor: Actor, since: datetime) -> list[Missed]:
    """What happened since then, by conversation, the most important first."""
    rows = _rows(actor).filter(created_at__gt=since)
    by_ticket: dict[int, list[Line]] = {}
    for line in gathered(rows[:MISSED]):
        by_ticket.setdefault(line.ticket.pk, []).append(line)
    order = {str(kind): place for place, kind in enumerate(NotificationKind)}
    found = [
        Missed(
            lines[0].ticket,
            sorted(lines, key=lambda line: order[line.kind]),
            any(line.unread for line in lines),
        )
        for lines in by_ticket.values()
    ]
    return sorted(found, key=lambda one: order[one.lines[0].kind])


@require_safe
@for_agents
def centre(request: AgentRequest) -> HttpResponse:
    """The page of it; for our script only the list, which opens beside what one is doing."""
    actor = actor_of(request)
    show = Show(request.GET["show"]) if request.GET.get("show") in Show else Show.ALL
    context: dict[str, Any] = {"show": show, "shows": _tabs(show), "in_dialog": by_script(request)}
    if show == Show.MISSED:
        since = NotificationSettings.of(request.user).left_at
        context |= {"since": since, "missed": missed(actor, since) if since else []}
    else:
        rows = _rows(actor)
        if show == Show.UNREAD:
            rows = rows.unread()
        if (before := _place(request.GET.get("before", ""))) is not None:
            rows = rows.filter(pk__lt=before)
        found = list(rows[: PAGE + 1])
        context["lines"] = gathered(found[:PAGE])
        context["older"] = found[PAGE - 1].pk if len(found) > PAGE else None
        context["newer"] = before is not None
    context["upto"] = newest(actor)
    if by_script(request):
        return render(request, "workspace/notification_list.html", context)
    context |= views.beside(request)
    return render(request, "workspace/notifications.html", context)


@posted_from("workspace-notifications")
@for_agents
def read_all(request: AgentRequest) -> HttpResponse:
    """Nothing that the page showed is news any more; what came after it is."""
    upto = _place(request.POST.get("upto", ""))
    if upto is not None:
        actions.mark_all_read(actor=actor_of(request), upto=upto)
    return redirect("workspace-notifications")


@posted_from("workspace-ticket")
@for_agents
def read(request: AgentRequest, reference: str) -> HttpResponse:
    """What is new in one conversation is read. With script that is said by whoever looks at it."""
    ticket = access.ticket_for(actor_of(request), reference)
    actions.mark_read(actor=actor_of(request), ticket=ticket)
    return redirect("workspace-notifications")


def _rows(actor: Actor) -> Any:
    """Those of the centre, the newest first, with what their lines say. One query."""
    return (
        access.notifications_for(actor)
        .filter(in_app=True)
        .select_related("ticket__customer", "event__actor_user", "event__actor_customer")
        .order_by("-pk")
    )


def _line(several: Sequence[Notification]) -> Line:
    """`several` are of one kind and conversation, the newest first."""
    newest, first = several[0], several[-1]
    place = reverse("workspace-ticket", args=[newest.ticket.reference])
    at = first.event.position
    return Line(
        kind=newest.kind,
        ticket=newest.ticket,
        words=words.line(newest.kind, len(several), _who(newest.event, newest.ticket)),
        at=newest.created_at,
        unread=newest.read_at is None,
        url=f"{place}?at={at}#m{at}",
    )


def _who(event: Event, ticket: Ticket) -> str:
    """Whose act it was; a customer's words are the customer's, whoever typed them."""
    if event.data.get("author") == AuthorKind.CUSTOMER:
        return str(ticket.customer)
    return str(event.actor_user or event.actor_customer or "")


def _tabs(current: Show) -> list[dict[str, Any]]:
    here = reverse("workspace-notifications")
    return [
        {
            "label": show.label,
            "url": here if show == Show.ALL else f"{here}?show={show}",
            "current": show == current,
        }
        for show in Show
    ]


def _place(given: str) -> int | None:
    """The key of a notification from a form or an address. Raises BadRequest for what is none."""
    if not given:
        return None
    if not (given.isascii() and given.isdecimal()) or len(given) > 18:
        raise BadRequest("That is no place.")
    return int(given)
