"""Asking for what one may not decide alone, and deciding it: in dialogs of the conversation, or on pages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from tickets import access, actions
from tickets.actions import NotAllowed
from tickets.actions.approvals import LONGEST, LONGEST_FOR_CUSTOMER
from tickets.models import Approval, ApprovalKind, ApprovalState, Permission, Ticket
from tickets.web.posting import posted_from
from tickets.workspace import acts, views
from tickets.workspace.guard import AgentRequest, actor_of, by_script, for_agents, needs

_REASON = {"required": _("Say why.")}


class AskForm(forms.Form):
    """What is asked for, how much of it, why, and what the customer reads of it."""

    kind = forms.ModelChoiceField(
        label=_("What for"),
        queryset=ApprovalKind.objects.none(),
        empty_label=None,
        error_messages={"invalid_choice": _("This is not asked for any more.")},
    )
    amount = forms.DecimalField(
        label=_("Amount"),
        required=False,
        localize=True,
        max_digits=12,
        decimal_places=2,
        min_value=Decimal("0.01"),
    )
    why = forms.CharField(
        label=_("Why"),
        max_length=LONGEST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        error_messages=_REASON,
    )
    for_customer = forms.CharField(
        label=_("For the customer, it is about"),
        required=False,
        max_length=LONGEST_FOR_CUSTOMER,
        help_text=_(
            "Like “the refund of your tent”. They are told that you asked, and what is decided. Empty: "
            "they are told nothing."
        ),
    )
    client_id = forms.UUIDField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = ApprovalKind.objects.offered()


class DecideForm(forms.Form):
    words = forms.CharField(
        label=_("Words to whoever asked"),
        required=False,
        max_length=LONGEST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("Needed where you decline. The customer does not read them."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
@needs(Permission.REPLY)
def ask(request: AgentRequest, reference: str) -> HttpResponse:
    ticket = access.ticket_for(actor_of(request), reference)
    posted = request.POST if request.method == "POST" else None
    form = AskForm(posted, initial={"client_id": uuid4()})
    if form.is_valid():
        return acts.answer(
            request,
            ticket,
            lambda: actions.ask_for_approval(
                actor=actor_of(request), ticket=ticket, **form.cleaned_data
            ),
        )
    context = {"form": form, "ticket": ticket, "template": "workspace/ask_approval.html"}
    return _form(request, ticket, form, context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
def decide(request: AgentRequest, pk: int) -> HttpResponse:
    """The request with its reason, and a lead's decision."""
    approval = access.approval_for(actor_of(request), pk)
    ticket = access.ticket_for(actor_of(request), approval.ticket.reference)
    if not access.may(request.user, Permission.APPROVE):
        error = NotAllowed(Permission.APPROVE)
        return acts.refused(request, ticket, error.message, code=error.code, status=403)
    posted = request.POST if request.method == "POST" else None
    form = DecideForm(posted)
    if posted is not None and form.is_valid() and posted.get("decision") in ("approve", "decline"):
        return acts.answer(
            request,
            ticket,
            lambda: actions.decide_approval(
                actor=actor_of(request),
                approval=approval,
                approves=posted["decision"] == "approve",
                words=form.cleaned_data["words"],
            ),
        )
    context = {"form": form, "ticket": ticket, "approval": approval, **_state(request, approval)}
    return _form(request, ticket, form, context)


@posted_from("workspace-approval", by="pk")
@for_agents
def withdraw(request: AgentRequest, pk: int) -> HttpResponse:
    approval = access.approval_for(actor_of(request), pk)
    ticket = access.ticket_for(actor_of(request), approval.ticket.reference)
    return acts.answer(
        request,
        ticket,
        lambda: actions.withdraw_approval(actor=actor_of(request), approval=approval),
    )


def _state(request: AgentRequest, approval: Approval) -> dict[str, Any]:
    return {
        "template": "workspace/decide_approval.html",
        "waits": approval.state == ApprovalState.WAITING,
        "own": approval.asked_by_id == request.user.pk,
    }


def _form(
    request: AgentRequest, ticket: Ticket, form: forms.Form, context: dict[str, Any]
) -> HttpResponse:
    """The dialog for a script, its problem after a post, or the page."""
    posted = request.method == "POST"
    if by_script(request) and posted:
        problem = " ".join(str(each) for errors in form.errors.values() for each in errors)
        return acts.refused(request, ticket, problem, code="invalid", status=422)
    if by_script(request):
        return render(request, context["template"], {**context, "in_dialog": True})
    context |= views.ticket_list(request, ticket)
    return render(request, "workspace/approval.html", context, status=422 if posted else 200)
