"""Putting a conversation aside: the form with its times, and bringing it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from tickets import access, actions, clock
from tickets.models import Permission
from tickets.web.posting import posted_from
from tickets.workspace import acts, views
from tickets.workspace.guard import AgentRequest, actor_of, by_script, for_agents, needs

MORNING = time(9)
UNTIL_THEY_WRITE, AT = "customer", "at"


@dataclass(frozen=True, slots=True)
class Preset:
    """A time that is chosen with one click."""

    key: str
    label: str
    at: datetime


def presets(now: datetime) -> list[Preset]:
    """The times that are offered, in the zone in which times are shown. `now` is aware."""
    local = timezone.localtime(now)
    tomorrow = local.date() + timedelta(days=1)
    monday = local.date() + timedelta(days=7 - local.weekday())
    found = [
        Preset("3h", _("In 3 hours"), timezone.localtime(now + timedelta(hours=3))),
        Preset("tomorrow", _("Tomorrow"), _morning(local, tomorrow.toordinal())),
        Preset("monday", _("Monday"), _morning(local, monday.toordinal())),
    ]
    return found if monday != tomorrow else found[:2]


def _morning(local: datetime, day: int) -> datetime:
    """Nine o'clock there, whatever the clocks are changed to meanwhile."""
    return datetime.combine(datetime.fromordinal(day), MORNING, tzinfo=local.tzinfo)


class SnoozeForm(forms.Form):
    """Until when, by a button; and for colleagues why."""

    until = forms.CharField(required=False)
    at = forms.DateTimeField(
        label=gettext_lazy("Date and time"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        error_messages={"invalid": gettext_lazy("Choose a date and a time.")},
    )
    note = forms.CharField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("For you and your colleagues. The customer does not see it."),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )

    def moment(self) -> datetime | None:
        """What was chosen; None for "until the customer writes". Adds an error for what is no time."""
        chosen = self.cleaned_data["until"]
        if chosen == UNTIL_THEY_WRITE:
            return None
        offered = {preset.key: preset.at for preset in presets(clock.now())}
        found: datetime | None = offered.get(chosen) or self.cleaned_data.get("at")
        if found is None:
            self.add_error("at", _("Choose a date and a time."))
        return found


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
@needs(Permission.CHANGE)
def snooze(request: AgentRequest, reference: str) -> HttpResponse:
    """The form, and what it does."""
    ticket = access.ticket_for(actor_of(request), reference)
    form = SnoozeForm(request.POST if request.method == "POST" else None)
    until = form.moment() if form.is_valid() else None
    if form.is_valid():
        note = form.cleaned_data["note"]
        return acts.answer(
            request,
            ticket,
            lambda: actions.snooze(actor=actor_of(request), ticket=ticket, until=until, note=note),
        )
    context = {"form": form, "ticket": ticket, "presets": presets(clock.now())}
    if by_script(request):
        if request.method == "POST":
            problem = " ".join(str(each) for errors in form.errors.values() for each in errors)
            return acts.refused(request, ticket, problem, code="invalid", status=422)
        return render(request, "workspace/snooze_form.html", {**context, "in_dialog": True})
    status = 422 if request.method == "POST" else 200
    context |= views.ticket_list(request, ticket)
    return render(request, "workspace/snooze.html", context, status=status)


@posted_from("workspace-ticket")
@for_agents
def unsnooze(request: AgentRequest, reference: str) -> HttpResponse:
    """Bring it back now."""
    ticket = access.ticket_for(actor_of(request), reference)
    return acts.answer(
        request, ticket, lambda: actions.unsnooze(actor=actor_of(request), ticket=ticket)
    )
