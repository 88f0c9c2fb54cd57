"""Linking, merging and splitting conversations: forms in dialogs of a conversation, or on their own pages."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from tickets import access, actions
from tickets.actions import ActionError
from tickets.actors import Actor
from tickets.intake import text
from tickets.models import AuthorKind, LinkKind, Message, Permission, Ticket, Turn
from tickets.models.links import SEEN_FROM_THE_OTHER
from tickets.web.posting import posted_from
from tickets.workspace import acts, views
from tickets.workspace.guard import AgentRequest, actor_of, by_script, for_agents, needs
from tickets.workspace.inbox import earlier_of

MOST_AT_ONCE = 50  # conversations that are linked in one go
OFFERED = 8  # of the customer's other conversations, to merge into
TURNED = "of:"  # before a kind that is read from the other side
_REFERENCES = forms.TextInput(
    attrs={"autocomplete": "off", "spellcheck": "false", "data-finds": "", "dir": "auto"}
)
KINDS = [
    *((str(kind), kind.label) for kind in LinkKind),
    *(
        (f"{TURNED}{kind}", words)
        for kind, words in SEEN_FROM_THE_OTHER.items()
        if kind != LinkKind.RELATED
    ),
]


class LinkForm(forms.Form):
    """What this conversation is to others, and which they are."""

    kind = forms.ChoiceField(label=gettext_lazy("This one is"), choices=KINDS)
    others = forms.CharField(
        label=gettext_lazy("Reference"),
        help_text=gettext_lazy("Or type some words to search. Several are divided by spaces."),
        max_length=1000,
        widget=_REFERENCES,
        error_messages={"required": gettext_lazy("Name a conversation.")},
    )


class MergeForm(forms.Form):
    """Into which of the customer's conversations."""

    into = forms.CharField(required=False, max_length=20)
    other = forms.CharField(
        label=gettext_lazy("Another reference"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class SplitForm(forms.Form):
    """What the new conversation is about, and how much goes along."""

    subject = forms.CharField(
        label=gettext_lazy("Subject"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    and_later = forms.BooleanField(
        label=gettext_lazy("And what they wrote after it"), required=False
    )
    client_id = forms.UUIDField(required=False, widget=forms.HiddenInput)


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
@needs(Permission.CHANGE)
def link(request: AgentRequest, reference: str) -> HttpResponse:
    """Link it with one or several others."""
    ticket = access.ticket_for(actor_of(request), reference)
    form = LinkForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _form(request, ticket, "link", {"form": form})
    return acts.answer(request, ticket, lambda: _link(actor_of(request), ticket, form))


def _link(actor: Actor, ticket: Ticket, form: LinkForm) -> None:
    kind: str = form.cleaned_data["kind"]
    names = form.cleaned_data["others"].replace(",", " ").split()
    if len(names) > MOST_AT_ONCE:
        words = _("Link at most %(most)d conversations at once.") % {"most": MOST_AT_ONCE}
        raise ValidationError(words, code="too_many")
    for other in [_named(actor, name) for name in names]:
        turned = kind.startswith(TURNED)
        ends = (other, ticket) if turned else (ticket, other)
        actions.link(
            actor=actor, ticket=ends[0], other=ends[1], kind=LinkKind(kind.removeprefix(TURNED))
        )


@posted_from("workspace-ticket")
@for_agents
def unlink(request: AgentRequest, reference: str, pk: int) -> HttpResponse:
    """Remove a link; one that is gone already, or leads to what this agent may not see, is no link."""
    ticket = access.ticket_for(actor_of(request), reference)
    found = access.link_for(actor_of(request), ticket, pk)
    return acts.answer(request, ticket, lambda: actions.unlink(actor=actor_of(request), link=found))


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
@needs(Permission.CHANGE)
def merge(request: AgentRequest, reference: str) -> HttpResponse:
    """Merge it into another conversation of the same customer, which then opens with an "Undo"."""
    actor = actor_of(request)
    ticket = access.ticket_for(actor, reference)
    form = MergeForm(request.POST if request.method == "POST" else None)
    chosen = form.is_valid() and (form.cleaned_data["other"] or form.cleaned_data["into"])
    if not chosen:
        if form.is_bound:
            form.add_error("other", _("Choose a conversation."))
        return _form(request, ticket, "merge", {"form": form, "others": _offered(actor, ticket)})

    def do() -> HttpResponse:
        into = actions.merge(actor=actor, ticket=ticket, into=_named(actor, str(chosen)))
        there = reverse("workspace-ticket", args=[into.reference])
        return redirect(f"{there}?{urlencode({'merged': ticket.reference})}")

    return _done_or_refused(request, ticket, do)


@posted_from("workspace-ticket")
@for_agents
def unmerge(request: AgentRequest, reference: str) -> HttpResponse:
    """Take a merge back, from either of the two; the one that comes back opens."""
    ticket = access.ticket_for(actor_of(request), reference)

    def do() -> HttpResponse:
        actions.unmerge(actor=actor_of(request), ticket=ticket)
        return redirect("workspace-ticket", reference)

    return _done_or_refused(request, ticket, do)


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
@needs(Permission.CHANGE)
def split(request: AgentRequest, reference: str, position: int) -> HttpResponse:
    """Let what the customer wrote at a position become a conversation of its own, which then opens."""
    actor = actor_of(request)
    ticket = access.ticket_for(actor, reference)
    said = ticket.messages.filter(position=position, author_kind=AuthorKind.CUSTOMER).first()
    if said is None:
        raise Http404
    form = SplitForm(request.POST if request.method == "POST" else None, initial=_beginning(said))
    if not form.is_valid():
        return _form(request, ticket, "split", {"form": form, "said": said})

    def do() -> HttpResponse:
        part = actions.split(actor=actor, ticket=ticket, position=position, **form.cleaned_data)
        return redirect("workspace-ticket", part.reference)

    return _done_or_refused(request, ticket, do)


def _beginning(said: Message) -> dict[str, Any]:
    return {"subject": text.first_line(said.body), "client_id": uuid.uuid4()}


def _offered(actor: Actor, ticket: Ticket) -> list[Ticket]:
    """Into which of the customer's other conversations it can be merged, the newest first."""
    others = earlier_of(actor, ticket).filter(merged_into=None)
    if not ticket.is_closed:  # what is open does not go on in what is closed
        others = others.exclude(turn=Turn.CLOSED)
    return list(others[:OFFERED])


def _named(actor: Actor, name: str) -> Ticket:
    """The conversation with a reference, as somebody types or copies it. Raises ValidationError."""
    plain = name.strip().rstrip("/").rpartition("/")[2].lstrip("#").upper()
    try:
        return access.ticket_for(actor, plain[:20])
    except Http404:
        words = _("There is no conversation “%(name)s”.") % {"name": name[:40]}
        raise ValidationError(words, code="missing") from None


def _done_or_refused(
    request: AgentRequest, ticket: Ticket, do: Callable[[], HttpResponse]
) -> HttpResponse:
    """What leads to another page when it was done."""
    try:
        return do()
    except ValidationError as error:
        problem = " ".join(error.messages)
        return acts.refused(request, ticket, problem, code="invalid", status=422)
    except ActionError as error:
        return acts.refused(
            request, ticket, error.message, code=error.code, status=acts.status_of(error)
        )


def _form(
    request: AgentRequest, ticket: Ticket, name: str, context: dict[str, Any]
) -> HttpResponse:
    """The form: in the dialog that asks for it, or on a page of its own; 422 with what is wrong."""
    context |= {"ticket": ticket, "act": name}
    status = 422 if request.method == "POST" else 200
    if by_script(request) and request.method == "POST":
        form = context["form"]
        problem = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return acts.refused(request, ticket, problem, code="invalid", status=422)
    if by_script(request):
        return render(request, f"workspace/{name}_form.html", {**context, "in_dialog": True})
    context |= {
        **views.ticket_list(request, ticket),
        "form_template": f"workspace/{name}_form.html",
    }
    return render(request, "workspace/linking.html", context, status=status)
