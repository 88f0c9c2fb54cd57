"""What an agent is writing: kept while they type, shown when they come back, taken back after sending."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect

from tickets import access, actions
from tickets.actions import ActionError, HasLeft
from tickets.intake.text import TextError
from tickets.models import Draft, Kind, Ticket, User
from tickets.web.posting import posted_from
from tickets.workspace import inbox
from tickets.workspace.forms import DraftForm
from tickets.workspace.guard import AgentRequest, actor_of, for_agents


@dataclass(frozen=True, slots=True)
class Drafts:
    """What is not sent yet in one conversation: what this agent is writing, and what is leaving."""

    typed: dict[str, Draft] = field(default_factory=dict)
    leaving: list[Draft] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """What the agent wrote last: the composer begins with it."""
        newest = max(self.typed.values(), key=lambda draft: draft.updated_at, default=None)
        return newest.kind if newest else Kind.REPLY

    @property
    def bodies(self) -> dict[str, str]:
        return {kind: draft.body for kind, draft in self.typed.items()}


def of(ticket: Ticket, user: User) -> Drafts:
    """The drafts that `user` is shown of a conversation, which was loaded through access.

    No query where there are none; else one, and another one for their files.
    """
    if not getattr(ticket, "has_drafts", True):
        return Drafts()
    shown = Draft.objects.filter(Q(author=user) | Q(leaves_at__isnull=False), ticket=ticket)
    rows = list(
        shown.select_related("author").prefetch_related("attachments").order_by("leaves_at")
    )
    return Drafts(
        typed={draft.kind: draft for draft in rows if draft.leaves_at is None},
        leaving=[draft for draft in rows if draft.leaves_at is not None],
    )


@posted_from("workspace-ticket")
@for_agents
def save(request: AgentRequest, reference: str) -> HttpResponse:
    """Keep what was typed so far; the script says it a moment after each key."""
    ticket = access.ticket_for(actor_of(request), reference)
    form = DraftForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    typed = form.cleaned_data
    try:
        actions.save_draft(
            actor=actor_of(request),
            ticket=ticket,
            kind=Kind(typed["kind"]),
            body=typed["body"],
            client_id=typed["client_id"],
        )
    except TextError as error:
        return JsonResponse(
            {"error": {"code": "invalid", "message": " ".join(error.messages)}}, status=422
        )
    return HttpResponse(status=204)


@posted_from("workspace-ticket")
@for_agents
def take_back(request: AgentRequest, reference: str, pk: int) -> HttpResponse:
    """Undo: the reply is in the composer again, if it has not left yet."""
    ticket = access.ticket_for(actor_of(request), reference)
    draft = ticket.drafts.filter(pk=pk, author=request.user).first()
    try:
        if draft is None:
            raise HasLeft
        actions.take_back(actor=actor_of(request), draft=draft)
    except ActionError as error:
        messages.warning(request, error.message)
    return redirect(inbox.ticket_url(reference, beside=request.POST.get("list", "")))


@posted_from("workspace-ticket")
@for_agents
def send_now(request: AgentRequest, reference: str, pk: int) -> HttpResponse:
    """Do not wait: it leaves at once."""
    ticket = access.ticket_for(actor_of(request), reference)
    draft = ticket.drafts.filter(pk=pk, author=request.user).first()
    if draft is not None:
        actions.send_now(actor=actor_of(request), draft=draft)
    return redirect("workspace-ticket", reference)


@posted_from("workspace-ticket")
@for_agents
def remove_file(request: AgentRequest, reference: str, pk: int, file: UUID) -> HttpResponse:
    """Leave a file out of the reply."""
    ticket = access.ticket_for(actor_of(request), reference)
    draft = ticket.drafts.filter(pk=pk, author=request.user).first()
    if draft is not None:
        actions.remove_draft_file(actor=actor_of(request), draft=draft, file=file)
    return redirect("workspace-ticket", reference)
