"""All that a problem affects: the list, an answer to all of them at once, and what came of it in each."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from tickets import access, actions
from tickets.actions import ActionError
from tickets.lists.keyset import Order
from tickets.models import BulkItem, BulkJob, Permission, SiteSettings, Ticket, Turn
from tickets.models.jobs import Outcome
from tickets.web.posting import posted_from
from tickets.workspace import views
from tickets.workspace.acts import status_of
from tickets.workspace.guard import AgentRequest, actor_of, by_script, for_agents, needs

PAGE = 50
NOT_DONE = 100  # of those that were not done, with the reason of each
OPEN_FIRST = Order("affected", ("closed", "id"))


class AnswerForm(forms.Form):
    """What is written to all of them, and what is done beside it."""

    body = forms.CharField(
        label=gettext_lazy("Message to each of their customers"),
        help_text=gettext_lazy("Sent in your name. Empty: they are only resolved."),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
    )
    resolves = forms.BooleanField(label=gettext_lazy("Mark them as resolved"), required=False)
    resolves_problem = forms.BooleanField(
        label=gettext_lazy("And this problem with them"), required=False
    )
    client_id = forms.UUIDField(required=False, widget=forms.HiddenInput)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an answer is. `not_done` are those that it was not done to, as far as one may see them."""

    answer: BulkJob
    done: int
    to_do: int
    failed: int
    not_done: list[BulkItem]

    @property
    def decided(self) -> int:
        return self.done + self.failed


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
@needs(Permission.BULK)
def affected(request: AgentRequest, reference: str) -> HttpResponse:
    """The list with the form; for our script how far the newest answer is; POST answers all of them."""
    ticket = access.ticket_for(actor_of(request), reference)
    if request.method != "POST":
        if by_script(request) or request.headers.get("HX-Request"):
            context = {"ticket": ticket, "progress": _newest(request, ticket), "in_place": True}
            return render(request, "workspace/affected_progress.html", context)
        return _page(request, ticket, AnswerForm(initial=_beginning()))
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, ticket, form, status=422)
    wait = timedelta(seconds=SiteSettings.load().undo_seconds)
    try:
        actions.answer_affected(
            actor=actor_of(request), problem=ticket, wait=wait, **form.cleaned_data
        )
    except ValidationError as error:
        form.add_error("body", error)
        return _page(request, ticket, form, status=422)
    except ActionError as error:
        form.add_error(None, error.message)
        return _page(request, ticket, form, status=status_of(error))
    return redirect("workspace-affected", reference)


@posted_from("workspace-affected")
@for_agents
def stop(request: AgentRequest, reference: str, pk: int) -> HttpResponse:
    """Do no more of an answer: before it begins, nothing of it is done."""
    ticket = access.ticket_for(actor_of(request), reference)
    answer = get_object_or_404(ticket.problem_answers, pk=pk)
    actions.end_bulk(actor=actor_of(request), job=answer)
    return redirect("workspace-affected", reference)


def _beginning() -> dict[str, Any]:
    return {"resolves": True, "client_id": uuid.uuid4()}


def _page(
    request: AgentRequest, ticket: Ticket, form: AnswerForm, *, status: int = 200
) -> HttpResponse:
    page = OPEN_FIRST.page(_rows(request, ticket), request.GET.get("from", "")[:200], size=PAGE)
    context = {
        **views.ticket_list(request, ticket),
        "ticket": ticket,
        "form": form,
        "affected": page.rows,
        "more": page.next,
        "progress": _newest(request, ticket),
    }
    return render(request, "workspace/affected.html", context, status=status)


def _rows(request: AgentRequest, ticket: Ticket) -> QuerySet[Ticket]:
    is_closed = Exists(Ticket.objects.filter(pk=OuterRef("pk"), turn=Turn.CLOSED))
    found = access.affected_by(actor_of(request), ticket).select_related("customer", "assignee")
    return found.annotate(closed=is_closed)


def _newest(request: AgentRequest, ticket: Ticket) -> Progress | None:
    """How far the newest answer is. Two statements."""
    counts = {name: Count("items", filter=Q(items__outcome=name)) for name in Outcome.values}
    answers = ticket.problem_answers.select_related("by").annotate(
        **{f"number_{name}": count for name, count in counts.items()}
    )
    answer = answers.order_by("-pk").first()
    if answer is None:
        return None
    visible = access.tickets_for(actor_of(request)).values("pk")
    not_done = answer.items.filter(outcome=Outcome.NOT_DONE, ticket__in=visible)
    shown = not_done.select_related("ticket__customer").order_by("pk")[:NOT_DONE]
    done, to_do, failed = (
        int(getattr(answer, f"number_{name}"))
        for name in (Outcome.DONE, Outcome.TO_DO, Outcome.NOT_DONE)
    )
    return Progress(answer, done, to_do, failed, list(shown))
