"""Writing a telephone call down: in a conversation, or as the beginning of one."""

from __future__ import annotations

import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from tickets import access, actions
from tickets.actions import ActionError
from tickets.actions.calls import Called
from tickets.models import Call, CallOutcome, Direction, Permission
from tickets.workspace import acts, views
from tickets.workspace.guard import AgentRequest, actor_of, by_script, for_agents, needs


class CallForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for the type checker only
    """Who called whom, for how long, and what was talked about."""

    body = forms.CharField(
        label=_("What was talked about"),
        help_text=_("For you and your colleagues. The customer does not see it."),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )
    client_id = forms.UUIDField(widget=forms.HiddenInput)

    class Meta:
        model = Call
        fields = ["direction", "outcome", "minutes", "recording"]
        widgets = {"direction": forms.RadioSelect, "outcome": forms.RadioSelect}
        help_texts = {"recording": _("Where it can be heard, if it was recorded: https://…")}

    def called(self) -> Called:
        found = self.cleaned_data
        return Called(
            Direction(found["direction"]),
            CallOutcome(found["outcome"]),
            found["minutes"],
            found["recording"],
        )


class NewCallForm(CallForm):
    """The same for whoever has no conversation yet."""

    name = forms.CharField(label=_("Name"), max_length=150, required=False)
    email = forms.CharField(
        label=_("E-mail address"),
        max_length=254,
        required=False,
        help_text=_("Whoever has it is found by it, and gets your answers by mail."),
    )
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)
    wants = forms.CharField(
        label=_("What they want"),
        max_length=20_000,
        help_text=_("In their name: they can read it, like everything that they wrote."),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's own
        self.fields["body"].required = False

    field_order = ["name", "email", "phone", "wants", "direction", "outcome", "minutes", "body"]


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
@needs(Permission.NOTE)
def log(request: AgentRequest, reference: str) -> HttpResponse:
    """The form, and the call that it writes down."""
    ticket = access.ticket_for(actor_of(request), reference)
    form = CallForm(request.POST or None, initial=_initial())
    if request.method == "POST" and form.is_valid():
        called, sent = form.called(), form.cleaned_data
        return acts.answer(
            request,
            ticket,
            lambda: actions.log_call(
                actor=actor_of(request),
                ticket=ticket,
                called=called,
                body=sent["body"],
                client_id=sent["client_id"],
            ),
        )
    context = {"ticket": ticket, "form": form, "in_dialog": by_script(request)}
    status = 422 if form.errors else 200
    if by_script(request):
        return render(request, "workspace/call_form.html", context, status=status)
    context |= views.ticket_list(request, ticket)
    return render(request, "workspace/call.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
@needs(Permission.REPLY, Permission.CONTACTS)
def new(request: AgentRequest) -> HttpResponse:
    """A call of somebody who has no conversation yet, or none that it belongs to."""
    form = NewCallForm(request.POST or None, initial=_initial())
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data
        try:
            ticket = actions.open_by_call(
                actor=actor_of(request),
                called=form.called(),
                **{name: sent[name] for name in ("body", "wants", "name", "email", "phone")},
                client_id=sent["client_id"],
            )
            return redirect("workspace-ticket", ticket.reference)
        except ValidationError as error:
            form.add_error(None, error)
        except ActionError as error:
            form.add_error(None, error.message)
    context = {**views.beside(request), "form": form}
    return render(request, "workspace/new_call.html", context, status=422 if form.errors else 200)


def _initial() -> dict[str, object]:
    return {
        "direction": Direction.INCOMING,
        "outcome": CallOutcome.TALKED,
        "client_id": uuid.uuid4(),
    }
