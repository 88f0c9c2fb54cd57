"""Filters for those who write no operators: a form that adds to the search, and arranges the list."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from tickets.lists import columns
from tickets.lists.arranging import Grouping, Sort
from tickets.models import Channel, Priority, Team, TicketType
from tickets.search.field_operators import all_operators
from tickets.search.operators import OPERATORS, STATES
from tickets.workspace import views
from tickets.workspace.completing import typed
from tickets.workspace.guard import AgentRequest, for_agents
from tickets.workspace.inbox import Selection
from tickets.workspace.listing import ONE_AT_A_TIME, WANTS_ME, address, with_piece, without


class FilterForm(forms.Form):
    """What a list is narrowed by and how it is arranged. What is left empty changes nothing."""

    status = forms.ChoiceField(label=gettext_lazy("Status"), required=False)
    team = forms.ChoiceField(label=gettext_lazy("Team"), required=False)
    assignee = forms.ChoiceField(label=gettext_lazy("Assignee"), required=False)
    priority = forms.ChoiceField(label=gettext_lazy("Priority"), required=False)
    channel = forms.ChoiceField(label=gettext_lazy("Channel"), required=False)
    type = forms.ChoiceField(label=gettext_lazy("Type"), required=False)
    tag = forms.CharField(
        label=gettext_lazy("Tag"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    field = forms.ChoiceField(label=gettext_lazy("Anything else"), required=False)
    compare = forms.ChoiceField(
        label=gettext_lazy("Compared"),
        required=False,
        choices=[
            ("", gettext_lazy("is")),
            ("-", gettext_lazy("is not")),
            (">=", gettext_lazy("is at least, or since")),
            ("<=", gettext_lazy("is at most")),
            ("<", gettext_lazy("is less than, or before")),
        ],
    )
    value = forms.CharField(
        label=gettext_lazy("Value"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        help_text=gettext_lazy("A word, yes or no, a number, a day (2026-10-01) or days ago (7d)."),
    )
    either = forms.BooleanField(
        label=gettext_lazy("It is enough if this holds or the filter before it"), required=False
    )
    sort = forms.ChoiceField(label=gettext_lazy("Order"), choices=Sort.choices, required=False)
    group = forms.ChoiceField(
        label=gettext_lazy("Groups"), choices=Grouping.choices, required=False
    )
    columns = forms.MultipleChoiceField(
        label=gettext_lazy("Shown in each row"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("At most six; priorities above normal are always shown."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        states = [(WANTS_ME, _("Unread")), *_status_choices()]
        self._offer("status", states)
        self._offer("team", [(name, name) for name in _in_order(Team.objects)])
        self._offer("assignee", [("me", _("Me")), ("nobody", _("Nobody"))])
        self._offer("priority", [(one.name.lower(), one.label) for one in Priority])
        self._offer("channel", [(str(one), one.label) for one in Channel])
        self._offer("type", [(name, name) for name in _in_order(TicketType.objects)])
        others = [one for one in all_operators() if one.name not in (*ONE_AT_A_TIME, "from")]
        self._offer("field", [(one.name, capfirst(str(one.help))) for one in others])
        chosen = self.fields["columns"]
        assert isinstance(chosen, forms.MultipleChoiceField)
        chosen.choices = columns.offered()

    def _offer(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "–"), *choices]

    def pieces(self) -> list[str]:
        """What was chosen, each as a piece of a search."""
        sent = self.cleaned_data
        found = [
            value if value == WANTS_ME else f"{name}:{typed(value)}"
            for name in (*ONE_AT_A_TIME, "tag")
            if (value := sent.get(name))
        ]
        if sent.get("field") and sent.get("value"):
            compare = sent.get("compare") or ""
            minus, sign = ("-", "") if compare == "-" else ("", compare)
            value = f"{sign}{sent['value']}"
            quoted = typed(value) if sent["field"] in OPERATORS else typed(value, commas=True)
            found.append(f"{minus}{sent['field']}:{quoted}")
        return found


def _status_choices() -> list[tuple[str, str]]:
    return [(name, capfirst(str(help_))) for name, (help_, _turns) in STATES.items()]


def _in_order(rows: Any) -> list[str]:
    return list(rows.order_by("name").values_list("name", flat=True))


@require_safe
@for_agents
def filter_list(request: AgentRequest) -> HttpResponse:
    """The form; and with what was chosen, on to the list, whose address says all of it."""
    selection = Selection.from_query(request.GET)
    sent = request.GET if "apply" in request.GET else None
    form = FilterForm(sent, initial=_initial(selection))
    if form.is_valid():
        return redirect(_narrowed(selection, form))
    context = views.list_context(request, selection)
    return render(request, "workspace/filter.html", {**context, "form": form})


def _initial(selection: Selection) -> dict[str, Any]:
    return {
        "sort": selection.sort,
        "group": selection.grouping,
        "columns": list(selection.columns),
    }


def _narrowed(selection: Selection, form: FilterForm) -> str:
    """The address of the list as the form wants it; a filter takes the place of one of its kind."""
    sent = form.cleaned_data
    chosen = replace(
        selection,
        sort=Sort(sent["sort"] or Sort.NEWEST),
        grouping=Grouping(sent["group"]),
        columns=columns.read(sent["columns"]),
        cursor="",
    )
    pieces = form.pieces()
    if not pieces:
        return address(chosen, chosen.search)
    *plain, last = pieces
    search = chosen.as_search
    for piece in plain:
        search = with_piece(without(search, piece, ONE_AT_A_TIME), piece)
    either = sent["either"] and bool(sent["field"])
    search = search if either else without(search, last, ONE_AT_A_TIME)
    return address(chosen, with_piece(search, last, either=either))
