"""A conversation to print or to keep: everything that was said, and who is a person and who is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tickets import access, clock
from tickets.models import Attachment, AuthorKind, Message, Note, Permission, SiteSettings, Ticket
from tickets.workspace import looking, views
from tickets.workspace.guard import AgentRequest, actor_of, for_agents, needs

MOST = 20_000  # messages, and as many notes; a conversation has a few


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was said: by whom, and what kind of author that is."""

    kind: str
    who: str
    role: str
    at: datetime
    text: str
    files: Sequence[Attachment] = ()


def of(ticket: Ticket, *, with_notes: bool) -> list[Said]:
    """All of it in its order. What only agents read comes along only when it is asked for."""
    items: list[Message | Note] = list(
        ticket.messages.complete().select_related("author_customer").order_by("position")[:MOST]
    )
    if with_notes:
        items += ticket.notes.select_related("author").order_by("position")[:MOST]
        items.sort(key=attrgetter("position"))
    return [_said(item) for item in items]


def _said(item: Message | Note) -> Said:
    if isinstance(item, Note):
        role = _("a person, internal note: the customer does not see it")
        return Said("note", item.by, role, item.created_at, item.body)
    who, role = _author(item)
    files = list(item.attachments.all())
    return Said(item.author_kind, who, role, item.created_at, _text(item), files)


def _author(message: Message) -> tuple[str, str]:
    match message.author_kind:
        case AuthorKind.AGENT:
            return str(message.author_user), _("a person of our team")
        case AuthorKind.ASSISTANT:
            return _("Assistant"), _("AI, not a person")
        case AuthorKind.CUSTOMER:
            return str(message.author_customer), _("customer")
    return "", ""


def _text(message: Message) -> str:
    """The words; of an answer of the assistant with what it quotes, and where from."""
    if not hasattr(message, "answer"):
        return message.body
    parts = [message.body]
    for source in message.answer.citations.all():
        quoted = f"{source.section or source.passage}\n" if source.quoted else ""
        parts.append(f"{quoted}({_('From')}: {source.title})")
    return "\n\n".join(filter(None, parts))


@require_safe
@for_agents
@needs(Permission.EXPORT)
def transcript(request: AgentRequest, reference: str) -> HttpResponse:
    """To look at and print; with `as=text` or `as=html` a file. `notes=1` adds the internal notes."""
    ticket = access.ticket_for(actor_of(request), reference)
    looking.keep(request, ticket)
    with_notes = request.GET.get("notes") == "1"
    context = {
        "ticket": ticket,
        "said": of(ticket, with_notes=with_notes),
        "with_notes": with_notes,
        "made_at": clock.now(),
    }
    kinds = {"text": ("txt", "text/plain"), "html": ("html", "text/html")}
    if request.GET.get("as") in kinds:
        ending, kind = kinds[request.GET["as"]]
        context["desk"] = SiteSettings.load()
        body = render_to_string(f"workspace/transcript_file.{ending}", context)
        response = HttpResponse(body, content_type=f"{kind}; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{ticket.reference}.{ending}"'
        return response
    context |= views.ticket_list(request, ticket)
    return render(request, "workspace/transcript.html", context)
