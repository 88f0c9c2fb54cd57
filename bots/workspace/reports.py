"""A wrong answer of the assistant, reported with one click from the agent's screen."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from bots import actions
from bots.models import AnswerReport
from tickets import access
from tickets.models import Answer, Permission
from tickets.workspace import acts, views
from tickets.workspace.guard import AgentRequest, actor_of, by_script, for_agents, needs


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
@needs(Permission.NOTE)
def report(request: AgentRequest, reference: str, position: int) -> HttpResponse:
    """Report an answer of the assistant with one click; say more, or hold its article back."""
    ticket = access.ticket_for(actor_of(request), reference)
    answers = Answer.objects.select_related("message__ticket")
    answer = answers.filter(message__ticket=ticket, message__position=position).first()
    if answer is None:
        raise Http404
    if request.method == "POST":
        return acts.answer(
            request,
            ticket,
            lambda: actions.report_answer(
                actor=actor_of(request),
                answer=answer,
                note=request.POST.get("note", ""),
                hold_back=request.POST.get("hold_back") == "yes",
            ),
        )
    context = {
        "ticket": ticket,
        "position": position,
        "report": AnswerReport.objects.filter(answer=answer).first(),
        "source": answer.citations.first(),
        "in_dialog": by_script(request),
    }
    if by_script(request):
        return render(request, "workspace/report_form.html", context)
    return render(
        request, "workspace/report.html", {**views.ticket_list(request, ticket), **context}
    )
