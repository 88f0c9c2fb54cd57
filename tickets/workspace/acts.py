"""What agents do in a conversation: each a POST that calls one action and shows what came of it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tickets import access, actions, clock, sending
from tickets.actions import ActionError, NotAllowed
from tickets.conversation import asked_again
from tickets.conversation.asked_again import Known
from tickets.conversation.unanswered import waits_for_answer
from tickets.intake.attachments import NOT_KEPT, NotKept
from tickets.models import Afterwards, Draft, Kind, Permission, Ticket, Turn
from tickets.web.posting import hears_it_live, posted_from, stored
from tickets.workspace import undoing, views
from tickets.workspace.forms import TransferForm, WriteForm
from tickets.workspace.guard import AgentRequest, actor_of, by_script, for_agents, needs
from tickets.workspace.news import news


@posted_from("workspace-ticket")
@for_agents
def write(request: AgentRequest, reference: str) -> HttpResponse:
    """Send a reply to the customer, or keep a note among agents."""
    ticket = access.ticket_for(actor_of(request), reference)
    form = WriteForm(request.POST, request.FILES)
    if not form.is_valid():
        problem = " ".join(str(error) for errors in form.errors.values() for error in errors)
        status, code = (507, NOT_KEPT) if form.has_error("files", NOT_KEPT) else (422, "invalid")
        return refused(request, ticket, problem, code=code, status=status, written=form)
    sent = form.cleaned_data
    known: list[Known] = []
    if sent["kind"] == Kind.REPLY:
        known = asked_again.find(sent["body"], asked_again.known_of(ticket))
    if known and not sent["anyway"]:
        return _told_first(request, ticket, known, form)
    wait = sending.wait_for(ticket)

    def do() -> object:
        if sent["kind"] == Kind.NOTE:
            return actions.write_note(
                actor=actor_of(request),
                ticket=ticket,
                body=sent["body"],
                client_id=sent["client_id"],
            )
        return actions.send_reply(
            actor=actor_of(request),
            ticket=ticket,
            body=sent["body"],
            wait=wait,
            client_id=sent["client_id"],
            uploads=sent["files"],
            asked_again=[fact.key for fact in known],
            seen=sent["seen"],
            afterwards=Afterwards(sent["afterwards"]),
            with_macro=sent["with_macro"],
            anyway=sent["anyway"],
        )

    return answer(request, ticket, do, written=form)


@posted_from("workspace-ticket")
@for_agents
def known(request: AgentRequest, reference: str) -> HttpResponse:
    """What a draft asks for although it is known: the lines that the composer shows. Never of a note."""
    ticket = access.ticket_for(actor_of(request), reference)
    found: list[Known] = []
    if request.POST.get("kind") == Kind.REPLY:
        draft = request.POST.get("body", "")
        found = asked_again.find(draft, asked_again.known_of(ticket))
    return render(request, "workspace/asked_again.html", {"asked_again": found})


@posted_from("workspace-ticket")
@for_agents
def accept(request: AgentRequest, reference: str) -> HttpResponse:
    ticket = access.ticket_for(actor_of(request), reference)
    return answer(request, ticket, lambda: actions.accept(actor=actor_of(request), ticket=ticket))


@posted_from("workspace-ticket")
@for_agents
def hand_back(request: AgentRequest, reference: str) -> HttpResponse:
    ticket = access.ticket_for(actor_of(request), reference)
    return answer(
        request, ticket, lambda: actions.hand_back(actor=actor_of(request), ticket=ticket)
    )


@posted_from("workspace-ticket")
@for_agents
def resolve(request: AgentRequest, reference: str) -> HttpResponse:
    """Mark it as resolved. Where the customer wrote last, a second click is asked for."""
    ticket = access.ticket_for(actor_of(request), reference)
    owed = ticket.turn in (Turn.AGENT, Turn.QUEUE) and waits_for_answer(ticket)
    if owed and "anyway" not in request.POST:
        words = _("The last message is not answered. Resolve it all the same?")
        return refused(request, ticket, words, code="unanswered", status=409)
    wait = sending.wait_for(ticket)
    return answer(
        request,
        ticket,
        lambda: actions.send_resolved(actor=actor_of(request), ticket=ticket, wait=wait),
    )


@posted_from("workspace-ticket")
@for_agents
def spam(request: AgentRequest, reference: str) -> HttpResponse:
    """Into quarantine."""
    ticket = access.ticket_for(actor_of(request), reference)
    return answer(
        request, ticket, lambda: actions.mark_spam(actor=actor_of(request), ticket=ticket)
    )


@posted_from("workspace-ticket")
@for_agents
def not_spam(request: AgentRequest, reference: str) -> HttpResponse:
    """Out of quarantine, as it was."""
    ticket = access.ticket_for(actor_of(request), reference)
    return answer(request, ticket, lambda: actions.not_spam(actor=actor_of(request), ticket=ticket))


@posted_from("workspace-ticket")
@for_agents
def ask_proof(request: AgentRequest, reference: str) -> HttpResponse:
    """Ask the customer to prove their address by a code."""
    ticket = access.ticket_for(actor_of(request), reference)
    return answer(
        request, ticket, lambda: actions.ask_to_prove(actor=actor_of(request), ticket=ticket)
    )


@posted_from("workspace-ticket")
@for_agents
def reopen(request: AgentRequest, reference: str) -> HttpResponse:
    ticket = access.ticket_for(actor_of(request), reference)
    return answer(request, ticket, lambda: actions.reopen(actor=actor_of(request), ticket=ticket))


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
@needs(Permission.ASSIGN)
def transfer(request: AgentRequest, reference: str) -> HttpResponse:
    """Pass the conversation on to another team: the form, and what it does."""
    ticket = access.ticket_for(actor_of(request), reference)
    form = TransferForm(request.POST if request.method == "POST" else None, ticket=ticket)
    if by_script(request) and request.method != "POST":
        context = {"form": form, "ticket": ticket, "in_dialog": True}
        return render(request, "workspace/transfer_form.html", context)
    if not form.is_valid():
        context = {**views.ticket_list(request, ticket), "form": form, "ticket": ticket}
        status = 422 if request.method == "POST" else 200
        return render(request, "workspace/transfer.html", context, status=status)
    begun = clock.now()
    try:
        actions.transfer(actor=actor_of(request), ticket=ticket, **form.cleaned_data)
    except ActionError as error:
        return refused(request, ticket, error.message, code=error.code, status=status_of(error))
    messages.success(
        request,
        _("%(reference)s was passed on to %(team)s.")
        % {"reference": ticket.reference, "team": form.cleaned_data["team"]},
        extra_tags="undo" if undoing.step_of(request, ticket, begun) else "",
    )
    return redirect("workspace")


def answer(
    request: AgentRequest,
    ticket: Ticket,
    do: Callable[[], object],
    *,
    written: WriteForm | None = None,
) -> HttpResponse:
    """Do it, and show what is new: as news to our script, else by the page again.

    What can be undone comes with a notice that offers it.
    """
    begun = clock.now()
    try:
        done = do()
    except ValidationError as error:
        problem = " ".join(error.messages)
        status, code = (507, NOT_KEPT) if isinstance(error, NotKept) else (422, "invalid")
        return refused(request, ticket, problem, code=code, status=status, written=written)
    except ActionError as error:
        return refused(
            request,
            ticket,
            error.message,
            code=error.code,
            status=status_of(error),
            written=written,
        )
    if by_script(request) and isinstance(done, Draft):
        html = render_to_string("workspace/leaving_toast.html", {"draft": done}, request)
        return JsonResponse({"type": "leaving", "html": html})
    step = undoing.step_of(request, ticket, begun)
    undo = {"undo": undoing.notice(request, step)} if step and by_script(request) else {}
    if by_script(request) and hears_it_live(request):
        return stored(None, **undo)
    if step and not by_script(request):
        undoing.say(request, step)
    try:
        fresh = access.ticket_for(actor_of(request), ticket.reference)
    except Http404:  # it was given away to where this agent does not see it
        return redirect("workspace")
    if by_script(request):
        return JsonResponse({**news(fresh, request.user, _seen(request)), **undo})
    return redirect("workspace-ticket", ticket.reference)


def refused(
    request: AgentRequest,
    ticket: Ticket,
    problem: str,
    *,
    code: str,
    status: int,
    written: WriteForm | None = None,
) -> HttpResponse:
    """Why it was not done: as JSON, or on the page, with what was written kept."""
    if by_script(request):
        return JsonResponse({"error": {"code": code, "message": problem}}, status=status)
    fresh = access.ticket_for(actor_of(request), ticket.reference)
    return views.show(request, fresh, status=status, written=written, problem=problem, code=code)


def _told_first(
    request: AgentRequest, ticket: Ticket, known: list[Known], written: WriteForm
) -> HttpResponse:
    """Not sent yet: the customer gave it already. A second click sends it all the same."""
    words = _("Not sent yet: they already gave what you ask for.")
    if by_script(request):
        lines = render_to_string("workspace/asked_again.html", {"asked_again": known}, request)
        error = {"code": "asked_again", "message": words, "html": lines}
        return JsonResponse({"error": error}, status=409)
    if written.files:
        words = _("%(words)s Choose your files again before you send.") % {"words": words}
    return views.show(
        request, ticket, status=409, written=written, problem=words, asked_again=known
    )


def status_of(error: ActionError) -> int:
    """The status with which a refusal is answered."""
    return 403 if isinstance(error, NotAllowed) else 409


def _seen(request: AgentRequest) -> int:
    """The last position that the asking screen has; 0 if it does not say."""
    seen = request.headers.get("X-After", "0")
    return int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 10 else 0
