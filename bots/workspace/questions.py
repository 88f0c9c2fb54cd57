"""What customers wrote, proposed as sample questions: an agent approves or declines each."""

from __future__ import annotations

from django.contrib import messages as flashes
from django.core.exceptions import BadRequest, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bots import actions
from bots.models import QuestionSuggestion
from tickets import access
from tickets.actions import ActionError
from tickets.models import Permission
from tickets.web.posting import posted_from
from tickets.workspace import views
from tickets.workspace.guard import AgentRequest, actor_of, for_agents, needs
from tickets.workspace.inbox import Selection

SHOWN = 50  # proposals on one page, the newest first


@require_safe
@for_agents
@needs(Permission.CHANGE)
def questions(request: AgentRequest) -> HttpResponse:
    """What customers wrote, proposed as sample questions of the articles that answered it."""
    proposed = QuestionSuggestion.objects.filter(state=QuestionSuggestion.State.PROPOSED)
    visible = access.tickets_for(actor_of(request))
    rows = list(proposed.select_related("article__published", "ticket").order_by("-pk")[:SHOWN])
    seen = set(
        visible.filter(pk__in=[row.ticket_id for row in rows if row.ticket_id])
        .order_by()
        .values_list("pk", flat=True)
    )
    context = {
        **views.list_context(request, Selection.from_query({})),
        "suggestions": [(row, row.ticket if row.ticket_id in seen else None) for row in rows],
    }
    return render(request, "workspace/questions.html", context)


@posted_from("workspace-questions")
@for_agents
def decide_question(request: AgentRequest, pk: int) -> HttpResponse:
    """Approve or decline one."""
    suggestion = get_object_or_404(QuestionSuggestion, pk=pk)
    decide = {"approve": actions.approve_question, "decline": actions.decline_question}.get(
        request.POST.get("decision", "")
    )
    if decide is None:
        raise BadRequest("Neither approved nor declined.")
    try:
        decide(actor=actor_of(request), suggestion=suggestion)
    except ValidationError as error:
        flashes.error(request, " ".join(error.messages))
    except ActionError as error:
        flashes.warning(request, error.message)
    else:
        approved = decide is actions.approve_question
        flashes.success(
            request,
            _("The article is found by this question from now on.")
            if approved
            else _("Declined. It is not proposed again."),
        )
    return redirect("workspace-questions")
