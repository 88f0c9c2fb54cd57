"""The co-pilot beside a conversation: what fits, a suggested reply, a summary, and asking the articles.

Every page here reads; only using a suggestion writes, into the agent's own draft.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.core.exceptions import BadRequest, ValidationError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bots import queries
from bots.copilot import articles, solved, suggesting, summary, wanted
from bots.copilot.articles import Found
from bots.copilot.suggesting import Suggested
from bots.naming import name_of
from bots.similar import finding
from bots.understanding import language
from knowledgebase.embeddings import EncoderUnavailable
from tickets import access, actions
from tickets.actions import ActionError
from tickets.conversation.suggested import Suggestion
from tickets.intake import text
from tickets.models import Kind, Ticket
from tickets.web.posting import posted_from
from tickets.workspace import acts, noted, views
from tickets.workspace.guard import AgentRequest, actor_of, by_script, for_agents
from tickets.workspace.noted import Noted

SALT = "copilot.suggestion"
HOURS = 12  # that a suggestion may stand on a screen before it is used
QUESTION = 500  # characters of what an agent asks
TOLD_FROM = 25  # characters of a reply from which its language is told


@dataclass(frozen=True, slots=True)
class Shown:
    """An article beside the ticket: where it is, and what puts its section into the reply."""

    found: Found
    link: str
    token: str  # "" where its text is not to be put in


@require_safe
@for_agents
def copilot(request: AgentRequest, reference: str) -> HttpResponse:
    """What fits the customer's latest message, and a reply: the inside of the panel, or a page.

    Asks the model; so it is a request of its own, which no page waits for.
    """
    ticket = _ticket(request, reference)
    context = {"ticket": ticket, **_fitting(request, ticket)}
    if by_script(request):
        part = "copilot_fit.html" if request.GET.get("part") == "fit" else "copilot_panel.html"
        return render(request, f"workspace/{part}", {**context, "in_panel": True})
    context |= views.ticket_list(request, ticket)
    return render(request, "workspace/copilot.html", context)


@require_safe
@for_agents
def ask(request: AgentRequest, reference: str) -> HttpResponse:
    """What the articles say to an agent's own question, and what colleagues noted where they see it."""
    ticket = _ticket(request, reference)
    question = text.line(request.GET.get("q", ""), limit=QUESTION)
    context: dict[str, Any] = {"ticket": ticket, "question": question}
    if question:
        found = articles.find(queries.queries_of(question))
        context |= {
            "asked": [_shown(ticket, one) for one in _surest_first(found)],
            "noted": _noted(request, question),
        }
    if by_script(request):
        return render(request, "workspace/copilot_asked.html", context)
    context |= views.ticket_list(request, ticket)
    return render(request, "workspace/copilot_ask.html", context)


@require_safe
@for_agents
def summarise(request: AgentRequest, reference: str) -> HttpResponse:
    """The conversation in a few lines, each to its message."""
    ticket = _ticket(request, reference)
    context: dict[str, Any] = {"ticket": ticket, "lines": summary.of(ticket)}
    if by_script(request):
        return render(request, "workspace/copilot_summary.html", context)
    context |= views.ticket_list(request, ticket)
    return render(request, "workspace/copilot_summarised.html", context)


@posted_from("workspace-ticket")
@for_agents
def use(request: AgentRequest, reference: str) -> HttpResponse:
    """Put what is suggested into the reply that the agent is writing. It is not sent."""
    ticket = _ticket(request, reference)
    suggestion = _signed(ticket, request.POST.get("suggestion", ""))
    try:
        draft = actions.use_suggestion(
            actor=actor_of(request),
            ticket=ticket,
            suggestion=suggestion,
            before=request.POST.get("before"),
            after=request.POST.get("after", ""),
        )
    except ValidationError as error:
        problem = " ".join(error.messages)
        return acts.refused(request, ticket, problem, code="invalid", status=422)
    except ActionError as error:
        status = acts.status_of(error)
        return acts.refused(request, ticket, error.message, code=error.code, status=status)
    if by_script(request):
        return JsonResponse({"type": "composed", "body": draft.body})
    return redirect("workspace-ticket", ticket.reference)


@posted_from("workspace-ticket")
@for_agents
def look_at_language(request: AgentRequest, reference: str) -> HttpResponse:
    """Whether a reply is in another language than the customer's: the line that says so. Never of a note."""
    ticket = _ticket(request, reference)
    body = request.POST.get("body", "")
    context = {}
    if request.POST.get("kind") == Kind.REPLY and len(body) >= TOLD_FROM:
        theirs, ours = wanted.language_of(ticket), language.detect(body)
        if theirs and ours and theirs[:2] != ours[:2]:
            context = {"theirs": name_of(theirs), "ours": name_of(ours)}
    return render(request, "workspace/copilot_language.html", context)


def _ticket(request: AgentRequest, reference: str) -> Ticket:
    """The ticket with its customer: no more of what stands around it is needed here. Raises Http404."""
    if not (reference.isascii() and reference.isalnum()):  # PostgreSQL takes no NUL, for one
        raise Http404
    seen = access.tickets_for(actor_of(request)).select_related("customer")
    return get_object_or_404(seen, reference=reference)


def _fitting(request: AgentRequest, ticket: Ticket) -> dict[str, Any]:
    wants = wanted.of(ticket)
    if wants is None:
        return {"fitting": [], "suggested": None, "language": ""}
    asked = queries.encoded(wants.queries)
    found = articles.find(asked)
    alike = solved.like(ticket, actor=actor_of(request), asked=asked)
    again = solved.to_say_again(alike, asked=asked, language=wants.language)
    suggested = suggesting.suggest(ticket, request.user, wants, found, again)
    return {
        "fitting": [_shown(ticket, one) for one in _surest_first(found) if _is_near(one)],
        "suggested": suggested,
        "token": _token(ticket, suggested),
        "language": name_of(wants.language) if wants.language else "",
        "is_home": wanted.is_home(wants.language),
        "position": wants.position,
    }


def _noted(request: AgentRequest, question: str) -> Sequence[Noted]:
    try:
        near = finding.about(question, tickets=noted.tickets_with_notes(actor_of(request)))
    except EncoderUnavailable:
        return []
    return noted.best(question, near)


def _surest_first(found: Sequence[Found]) -> list[Found]:
    return sorted(found, key=lambda one: -(one.sure or 0.0))


def _is_near(found: Found) -> bool:
    return found.near or (found.sure or 0) >= articles.MAY_BE


def _shown(ticket: Ticket, found: Found) -> Shown:
    address = suggesting.link(found.source)
    if found.held_back:
        return Shown(found, address, "")
    origin = suggesting.section(found.source, found.version)
    suggestion = Suggestion(suggesting.told(found.source), (origin,))
    return Shown(found, address, _sign(ticket, suggestion))


def _token(ticket: Ticket, suggested: Suggested) -> str:
    return _sign(ticket, suggested.suggestion) if suggested.suggestion else ""


def _sign(ticket: Ticket, suggestion: Suggestion) -> str:
    """A suggestion as its button carries it: nobody else can make one, and nothing is kept for it."""
    told = {"ticket": ticket.pk, "text": suggestion.text, "sources": suggestion.sources}
    return signing.dumps(told, salt=SALT, compress=True)


def _signed(ticket: Ticket, token: str) -> Suggestion:
    """Raises BadRequest for one that was not made here, for another conversation, or too long ago."""
    try:
        told = signing.loads(token, salt=SALT, max_age=HOURS * 3600)
    except signing.BadSignature:
        raise BadRequest(_("This suggestion is too old.")) from None
    if told["ticket"] != ticket.pk:
        raise BadRequest("A suggestion for another conversation.")
    sources: Sequence[dict[str, Any]] = told["sources"]
    return Suggestion(told["text"], tuple(sources))
