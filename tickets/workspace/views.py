"""The pages of the workspace: the inbox, and one conversation beside it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import BadRequest
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from tickets import access, giving
from tickets.bulk.acts import NEEDED_FOR
from tickets.conversation.asked_again import Known
from tickets.conversation.stretches import Stretch
from tickets.lists import columns
from tickets.live import presence
from tickets.live.presence import State
from tickets.models import Kind, Permission, Ticket, User
from tickets.models.jobs import OF_A_LIST, Act
from tickets.search.field_operators import all_operators
from tickets.web.context import desk
from tickets.web.posting import posted_from
from tickets.workspace import (
    drafts,
    found,
    inbox,
    listing,
    looking,
    merged,
    news,
    saved_views,
    side_panels,
    timeline,
)
from tickets.workspace.forms import WriteForm
from tickets.workspace.found import FoundPage
from tickets.workspace.guard import AgentRequest, actor_of, by_script, for_agents
from tickets.workspace.inbox import Selection, View
from tickets.workspace.merged import Merged
from tickets.workspace.saved_views import Kept
from tickets.workspace.timeline import Item

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_ICONS = {
    View.WAITING: "clock",
    View.MINE: "user-round",
    View.SNOOZED: "alarm-clock",
    View.OPEN: "messages-square",
    View.ASSISTANT: "bot",
    View.CLOSED: "archive",
    View.SPAM: "shield-alert",
}
_ACTS = ("accept", "hand-back", "resolve", "reopen", "unsnooze", "spam", "not-spam")
_EMPTY: dict[View, tuple[StrOrPromise, StrOrPromise]] = {
    View.WAITING: (
        gettext_lazy("Nobody is waiting"),
        gettext_lazy("Whoever asks for a person appears here at once."),
    ),
    View.MINE: (
        gettext_lazy("Nothing on your desk"),
        gettext_lazy("What you accept stays here until it is resolved."),
    ),
    View.SNOOZED: (
        gettext_lazy("Nothing is put aside"),
        gettext_lazy("What you snooze stays here until its time, or until the customer writes."),
    ),
    View.OPEN: (
        gettext_lazy("Nothing is open"),
        gettext_lazy("Every conversation of your teams is closed."),
    ),
    View.ASSISTANT: (
        gettext_lazy("The assistant has nothing to do"),
        gettext_lazy("What it is answering without a person is listed here."),
    ),
    View.CLOSED: (
        gettext_lazy("Nothing was closed yet"),
        gettext_lazy("Resolved conversations are kept here."),
    ),
    View.SPAM: (
        gettext_lazy("No spam"),
        gettext_lazy("What you mark as spam is kept here, and can be brought back."),
    ),
}


@require_safe
@for_agents
def inbox_page(request: AgentRequest) -> HttpResponse:
    """The list of one view; for our script only what changes of it."""
    selection = Selection.from_query(request.GET)
    context = list_context(request, selection)
    if by_script(request):
        return render(request, "workspace/live_list.html", context)
    return render(request, "workspace/inbox.html", context)


@require_safe
@for_agents
def ticket_page(request: AgentRequest, reference: str) -> HttpResponse:
    """A conversation and all that is known; for our script the list beside it or more items."""
    ticket = access.ticket_for(actor_of(request), reference)
    looking.keep(request, ticket)
    at = _wanted(request, ticket)
    if by_script(request):
        if at is not None:
            return JsonResponse(news.page(ticket, request.user, at))
        return render(request, "workspace/live_list.html", ticket_list(request, ticket))
    if (place := _position(request.GET.get("at"))) is not None:
        at = timeline.around(ticket, place)
    return show(request, ticket, at=at)


def show(
    request: AgentRequest,
    ticket: Ticket,
    *,
    status: int = 200,
    at: Stretch[Item] | None = None,
    written: WriteForm | None = None,
    problem: str = "",
    code: str = "",
    asked_again: Sequence[Known] = (),
) -> HttpResponse:
    """The page of a conversation; with what was written and not sent, when there was a problem."""
    shared_desk = desk(request)["desk"]
    kept = drafts.of(ticket, request.user)
    bodies, kind = kept.bodies, _first_kind(ticket, request, kept)
    if written is not None:
        kind = Kind.NOTE if written.data.get("kind") == Kind.NOTE else Kind.REPLY
        bodies[kind] = written.data.get("body", "")[:20_000]
    return render(
        request,
        "workspace/ticket.html",
        {
            **ticket_list(request, ticket),
            "desk": shared_desk,
            "ticket": ticket,
            "content": news.opening(ticket, request.user, kept, at=at, desk=shared_desk),
            "bodies": bodies,
            "body": bodies.get(kind, ""),
            "kind": kind,
            "reply_draft": kept.typed.get(Kind.REPLY),
            "client_id": uuid.uuid4(),
            "just_merged": _just_merged(request, ticket),
            "problem": problem,
            "problem_code": code,
            "asked_again": asked_again,
            "side_panels": side_panels.of(ticket, request.user),
            "acts": [(act, reverse(f"workspace-{act}", args=[ticket.reference])) for act in _ACTS],
        },
        status=status,
    )


def _first_kind(ticket: Ticket, request: AgentRequest, kept: drafts.Drafts) -> str:
    """What the composer begins with: a note for a lead who only joined what another agent has."""
    if not access.may(request.user, Permission.REPLY):
        return Kind.NOTE
    joined = any(
        one["key"] == request.user.pk and one["joined"]
        for one in getattr(ticket, "who_follows", ())
    )
    beside = joined and ticket.somebody_has_it and ticket.assignee_id != request.user.pk
    return Kind.NOTE if beside and not kept.bodies.get(Kind.REPLY) else kept.kind


@require_safe
@for_agents
def news_page(request: AgentRequest, reference: str) -> HttpResponse:
    """What came after a position, for a screen whose socket is away."""
    ticket = access.ticket_for(actor_of(request), reference)
    looking.keep(request, ticket)
    return JsonResponse(news.news(ticket, request.user, _position(request.GET.get("after")) or 0))


@posted_from("workspace")
@for_agents
def presence_switch(request: AgentRequest) -> HttpResponse:
    """Here, busy or away: whether conversations come to this agent, and customers count on them."""
    said = request.POST.get("state", "")
    state = State(said) if said in list(State) else State.HERE
    presence.set_state(request.user, state)
    if state == State.HERE:
        giving.soon()
    if request.htmx:  # type: ignore[attr-defined]  # django_htmx's middleware puts it there
        return render(request, "shared/presence.html", {"presence": state})
    return redirect("workspace")


def ticket_list(request: AgentRequest, ticket: Ticket) -> dict[str, Any]:
    """The list beside a conversation: the one it was opened from, else the one where it belongs."""
    selection = Selection.from_query(request.GET, fallback=View.of(ticket, request.user))
    return {**list_context(request, selection), "current": ticket.reference}


def list_context(
    request: AgentRequest, selection: Selection, page: inbox.Page | None = None
) -> dict[str, Any]:
    """What every page of the workspace shows: the views with their counts, and the list of one."""
    actor = actor_of(request)
    if page is None:
        page = found.page(actor, selection) if selection.search else inbox.page(actor, selection)
    here = reverse("workspace")
    empty = _EMPTY[selection.view]
    kept = saved_views.shown(page.navigation, selection)
    shown_in_view = inbox.shown_number(page.navigation.counts[selection.view])
    there, more = listing.chips(selection)
    return {
        "hits": page.hits if isinstance(page, FoundPage) else [],
        "problem_of_list": page.problem,
        "columns": columns.chosen(selection.columns),
        "groups": listing.groups(page, selection),
        "operators": all_operators() if selection.search else (),
        "chips": there,
        "more_chips": more,
        "rows": page.rows,
        "selection": selection,
        "query": urlencode(selection.query),
        "list_query": urlencode({**selection.query, "from": ""}),
        "whole_count": "" if selection.search else shown_in_view,
        "list_title": _title(selection, kept),
        "bulk_acts": _acts_on_many(request.user),
        "saved_views": kept,
        "current_view": saved_views.current(kept),
        "empty_title": empty[0],
        "empty_text": empty[1],
        "search_query": selection.search,
        "next_query": urlencode({**selection.query, "from": page.cursor}) if page.cursor else "",
        "first_query": urlencode({**selection.query, "from": ""}) if selection.cursor else "",
        "waiting": page.navigation.counts[View.WAITING],
        "presence": presence.state_of(request.user),
        "count_limit": inbox.COUNT_LIMIT,
        "inbox_views": [
            {
                "label": view.label,
                "url": f"{here}?{urlencode({'view': view})}",
                "icon": _ICONS[view],
                "count": inbox.shown_number(page.navigation.counts[view]),
                "current": view == selection.view and not selection.search,
                "urgent": view == View.WAITING,
            }
            for view in View
        ],
    }


def beside(request: AgentRequest) -> dict[str, Any]:
    """What a page of the workspace shows that is no list: the views, none of which is open."""
    alone = inbox.Page([], "", inbox.navigation(actor_of(request), []))
    context = list_context(request, Selection.from_query({}), alone)
    for view in context["inbox_views"]:
        view["current"] = False
    return context


def _acts_on_many(user: User) -> list[tuple[Act, StrOrPromise]]:
    """What they may do to many at once, for which one needs what the same needs of one."""
    if not access.may(user, Permission.BULK):
        return []
    return [
        (act, act.label)
        for act in OF_A_LIST
        if act not in NEEDED_FOR or access.may(user, NEEDED_FOR[act])
    ]


def _just_merged(request: AgentRequest, ticket: Ticket) -> Merged | None:
    """The conversation that was merged into this one by what led here, while that can be undone."""
    name = request.GET.get("merged", "")
    found = [one for one in merged.of(ticket) if one.reference == name and one.may_undo]
    return found[0] if found else None


def _title(selection: Selection, kept: Sequence[Kept]) -> StrOrPromise:
    if not selection.search:
        return selection.view.label
    view = saved_views.current(kept)
    return view.name if view else _("Search")


def _wanted(request: AgentRequest, ticket: Ticket) -> Stretch[Item] | None:
    """The items that the address asks for; None for those that one begins with."""
    if (place := _position(request.GET.get("before"))) is not None:
        return timeline.before(ticket, place)
    if (place := _position(request.GET.get("after"))) is not None:
        return timeline.after(ticket, place)
    return None


def _position(given: str | None) -> int | None:
    """A position from a query string. Raises BadRequest for what is none."""
    if given is None:
        return None
    if not (given.isascii() and given.isdecimal()) or len(given) > 9:
        raise BadRequest("That is no position.")
    return int(given)
