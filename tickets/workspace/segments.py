"""Segments: the list, who is in one, and the form of its conditions."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import OperationalError, transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from tickets import actions
from tickets.access import HowMany
from tickets.access.customers import customers_for, may_vouch
from tickets.actions import NotAllowed
from tickets.conditions import segments
from tickets.conditions.sentences import ValueNames, group_in_words
from tickets.lists.keyset import BadCursor, Order
from tickets.models import Permission, Segment, User
from tickets.web.posting import posted_from
from tickets.workspace import views
from tickets.workspace.guard import AgentRequest, actor_of, for_agents, needs
from tickets.workspace.segment_form import SegmentForm

PAGE = 50
COUNTED = 10_001  # counting ends there
BY_KEY = Order("segment", ("-pk",))


@require_safe
@for_agents
@needs(Permission.CONTACTS)
def segment_list(request: AgentRequest) -> HttpResponse:
    """All of them, in words, with how many are in each as far as this agent sees them."""
    rows = list(Segment.objects.order_by("name", "pk"))
    counts = _counts(request, rows)
    names = ValueNames()
    shown = [
        (one, group_in_words(one.conditions, names), counts.get(f"in_{one.pk}")) for one in rows
    ]
    context = {"segments": shown, "may_change": may_vouch(request.user), "limit": COUNTED - 1}
    return render(request, "workspace/segments.html", {**views.beside(request), **context})


@require_safe
@for_agents
@needs(Permission.CONTACTS)
def segment_page(request: AgentRequest, pk: int) -> HttpResponse:
    """Who is in one, of those whom this agent sees."""
    segment = get_object_or_404(Segment, pk=pk)
    people = segments.members(customers_for(actor_of(request)), segment.conditions)
    shown = people.select_related("organization")
    try:
        page = BY_KEY.page(shown, request.GET.get("from", ""), size=PAGE)
    except BadCursor:
        raise Http404 from None
    context: dict[str, Any] = {
        "segment": segment,
        "words": group_in_words(segment.conditions, ValueNames()),
        "people": page.rows,
        "next": page.next,
        "number": _counts(request, [segment]).get(f"in_{segment.pk}"),
        "limit": COUNTED - 1,
        "may_change": may_vouch(request.user),
    }
    return render(request, "workspace/segment.html", {**views.beside(request), **context})


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
def add(request: AgentRequest) -> HttpResponse:
    """A new one."""
    _leads_only(request)
    return _form_page(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
def change(request: AgentRequest, pk: int) -> HttpResponse:
    """Its name and its conditions."""
    segment = get_object_or_404(Segment, pk=pk)
    _leads_only(request)
    return _form_page(request, segment)


@posted_from("workspace-segments")
@for_agents
def remove(request: AgentRequest, pk: int) -> HttpResponse:
    """Remove it, for everybody."""
    segment = get_object_or_404(Segment, pk=pk)
    try:
        actions.remove_segment(actor=actor_of(request), segment=segment)
    except (NotAllowed, Segment.DoesNotExist):
        raise Http404 from None
    return redirect("workspace-segments")


def _leads_only(request: AgentRequest) -> None:
    if not may_vouch(request.user):
        raise Http404


def _form_page(request: AgentRequest, segment: Segment | None) -> HttpResponse:
    form = SegmentForm.of(request.POST if request.method == "POST" else None, segment)
    status = 200
    if request.method == "POST" and "more" not in request.POST:
        try:
            saved = actions.save_segment(
                actor=actor_of(request),
                segment=segment,
                name=form.name,
                conditions=form.conditions(),
            )
        except ValidationError as error:
            form.refuse(error)
            status = 422
        except (NotAllowed, Segment.DoesNotExist):
            raise Http404 from None
        else:
            return redirect("workspace-segment", saved.pk)
    context = {"form": form, "segment": segment}
    return render(
        request, "workspace/segment_form.html", {**views.beside(request), **context}, status=status
    )


def _counts(request: AgentRequest, rows: list[Segment]) -> dict[str, int]:
    """How many are in each, as far as it is counted; nothing where that takes too long. One statement."""
    among = customers_for(actor_of(request))
    asked = {
        f"in_{one.pk}": HowMany(
            segments.members(among, one.conditions).order_by().values("pk")[:COUNTED]
        )
        for one in rows
    }
    if not asked:
        return {}
    try:
        with transaction.atomic():
            found: dict[str, Any] = User.objects.values(**asked).get(pk=request.user.pk)  # type: ignore[assignment]  # of these names
    except OperationalError:
        return {}
    return found
