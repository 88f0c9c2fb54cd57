"""The form of a macro: for whom, its texts, and what it does beside them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets import act_fields
from tickets.access.macros import may_share_macros
from tickets.acts import ME, NOBODY, RESOLVE, UNTIL_THEY_WRITE
from tickets.models import Macro, Priority, Status, Team, TicketType, User
from tickets.models.macros import FOLDER_LENGTH, NAME_LENGTH
from tickets.models.users import STAFF_ROLES

MINE, EVERYBODY = "me", "all"
STATUS = "status:"
HOURS, DAYS = "hours", "days"
_LINE = {"dir": "auto", "autocomplete": "off"}


class MacroForm(forms.Form):
    """A macro as somebody writes it. What contradicts itself is refused when it is saved."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=NAME_LENGTH,
        widget=forms.TextInput(attrs=_LINE),
        error_messages={"required": gettext_lazy("Write a name for the macro.")},
    )
    folder = forms.CharField(
        label=gettext_lazy("Folder"),
        max_length=FOLDER_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={**_LINE, "list": "folders"}),
    )
    whom = forms.ChoiceField(label=gettext_lazy("For whom"))
    body = forms.CharField(
        label=gettext_lazy("Reply"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto", "maxlength": 20_000}),
    )
    send_at_once = forms.BooleanField(
        label=gettext_lazy("Send the reply at once"),
        help_text=gettext_lazy("Otherwise it goes into the composer, and the agent sends it."),
        required=False,
    )
    note = forms.CharField(
        label=gettext_lazy("Internal note"),
        help_text=gettext_lazy("For you and your colleagues. The customer does not see it."),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto", "maxlength": 20_000}),
    )
    add_tags = forms.CharField(
        label=gettext_lazy("Add tags"),
        help_text=gettext_lazy("With commas between them."),
        required=False,
        max_length=1000,
        widget=forms.TextInput(attrs=_LINE),
    )
    remove_tags = forms.CharField(
        label=gettext_lazy("Remove tags"),
        required=False,
        max_length=1000,
        widget=forms.TextInput(attrs=_LINE),
    )
    fields_to_fill = forms.CharField(
        label=gettext_lazy("Fill in fields"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    type = forms.ModelChoiceField(
        label=gettext_lazy("Type"), queryset=TicketType.objects.none(), required=False
    )
    priority = forms.TypedChoiceField(
        label=gettext_lazy("Priority"),
        choices=[("", gettext_lazy("As it is")), *Priority.choices],
        coerce=int,
        empty_value=None,
        required=False,
    )
    team = forms.ModelChoiceField(
        label=gettext_lazy("Pass on to"), queryset=Team.objects.none(), required=False
    )
    assignee = forms.ChoiceField(label=gettext_lazy("Assign to"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("Status"), required=False)
    snooze = forms.IntegerField(
        label=gettext_lazy("Put aside for"), min_value=1, max_value=9999, required=False
    )
    unit = forms.ChoiceField(
        label=gettext_lazy("Hours or days"),
        choices=[
            (HOURS, gettext_lazy("Hours")),
            (DAYS, gettext_lazy("Days")),
            (UNTIL_THEY_WRITE, gettext_lazy("Until the customer writes")),
        ],
        required=False,
    )
    is_active = forms.BooleanField(label=gettext_lazy("Offered to agents"), required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    ACTS = (
        *("add_tags", "remove_tags", "type", "priority", "team", "assignee"),
        *("state", "snooze", "unit", "fields_to_fill"),
    )

    def __init__(self, *args: Any, user: User, macro: Macro | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        as_it_is = ("", _("As it is"))
        there = act_fields.offered()
        if there or (macro is not None and macro.acts.get("fields")):
            self.fields["fields_to_fill"].help_text = act_fields.help_text(there)
        else:
            del self.fields["fields_to_fill"]
        self._choose_from("whom", _whom(user, macro))
        for name, rows in (("type", TicketType.objects.offered()), ("team", Team.objects.all())):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset, field.empty_label = rows, as_it_is[1]
        people = User.objects.filter(is_active=True, role__in=STAFF_ROLES).order_by("name", "email")
        self._choose_from(
            "assignee",
            [
                as_it_is,
                (ME, _("Whoever applies it")),
                (NOBODY, _("Nobody: back in the queue")),
                *((str(one.pk), str(one)) for one in people),
            ],
        )
        statuses = [(f"{STATUS}{one.pk}", one.name) for one in Status.objects.offered()]
        self._choose_from("state", [as_it_is, (RESOLVE, _("Resolved")), *statuses])

    def _choose_from(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("unit") == DAYS and (found.get("snooze") or 0) > 366:
            self.add_error("snooze", ValidationError(_("At most a year."), code="too_far"))
        return found

    @property
    def act_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.ACTS if name in self.fields]

    def said(self) -> dict[str, Any]:
        """What was written, as the action takes it."""
        found = self.cleaned_data
        whom = found["whom"]
        team = Team.objects.filter(pk=int(whom)).first() if whom.isdecimal() else None
        return {
            **{name: found[name] for name in ("name", "folder", "body", "note", "seen")},
            "send_at_once": found["send_at_once"],
            "is_active": found["is_active"],
            "shared": whom != MINE,
            "team": team,
            "acts": _acts(found),
        }


def initial(macro: Macro) -> dict[str, Any]:
    """A macro as its form shows it."""
    acts = macro.acts
    shared = str(macro.team_id) if macro.team_id else EVERYBODY
    state = RESOLVE if "end" in acts else f"{STATUS}{acts['status']}" if "status" in acts else ""
    snooze = acts.get("snooze")
    whole_days = isinstance(snooze, int) and snooze % 24 == 0
    unit = DAYS if whole_days else HOURS if snooze != UNTIL_THEY_WRITE else UNTIL_THEY_WRITE
    hours = snooze if isinstance(snooze, int) else None
    return {
        **{name: getattr(macro, name) for name in ("name", "folder", "body", "note")},
        **{name: acts.get(name) for name in ("type", "priority", "team", "assignee")},
        "whom": MINE if macro.owner_id else shared,
        "send_at_once": macro.send_at_once,
        "is_active": macro.is_active,
        "add_tags": ", ".join(acts.get("add_tags", ())),
        "remove_tags": ", ".join(acts.get("remove_tags", ())),
        "state": state,
        "snooze": hours // 24 if hours and whole_days else hours,
        "unit": unit,
        "fields_to_fill": act_fields.written(acts.get("fields")),
        "seen": macro.version,
    }


def _acts(found: dict[str, Any]) -> dict[str, Any]:
    assignee, state, number = found["assignee"], found["state"], found["snooze"]
    snooze = number * 24 if number and found["unit"] == DAYS else number
    return {
        "add_tags": found["add_tags"].split(","),
        "remove_tags": found["remove_tags"].split(","),
        "type": found["type"].pk if found["type"] else None,
        "priority": found["priority"],
        "team": found["team"].pk if found["team"] else None,
        "fields": act_fields.sent(found.get("fields_to_fill", "")),
        "assignee": int(assignee) if assignee.isdecimal() else assignee,
        "status": int(state.removeprefix(STATUS)) if state.startswith(STATUS) else None,
        "end": state if state == RESOLVE else "",
        "snooze": UNTIL_THEY_WRITE if found["unit"] == UNTIL_THEY_WRITE else snooze,
    }


def _whom(user: User, macro: Macro | None) -> list[tuple[str, str]]:
    """Whom one may write it for; and whom it is for already."""
    found = [(MINE, _("Only for me"))]
    teams = [team for team in Team.objects.order_by("name") if may_share_macros(user, team)]
    found += [(str(team.pk), str(team)) for team in teams]
    if may_share_macros(user, None):
        found.append((EVERYBODY, _("All teams")))
    return found
