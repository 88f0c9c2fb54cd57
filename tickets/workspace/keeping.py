"""Keeping the search of a results page as a view, renaming or sharing it, and removing it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from tickets import access, actions
from tickets.actions import NotAllowed
from tickets.models import SavedView, Team, User
from tickets.models.saved_views import NAME_LENGTH
from tickets.web.posting import posted_from
from tickets.workspace import saved_views, views
from tickets.workspace.guard import AgentRequest, actor_of, for_agents
from tickets.workspace.inbox import Selection


class ViewForm(forms.Form):
    """What a view is called, and whom it is for."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=NAME_LENGTH,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Write a name for the view.")},
    )
    team = forms.ModelChoiceField(
        label=gettext_lazy("Shared with"),
        help_text=gettext_lazy(
            "Each sees of it what they may see. “assignee:me” means whoever looks."
        ),
        queryset=Team.objects.none(),
        required=False,
        empty_label=gettext_lazy("Nobody, only for me"),
    )

    def __init__(
        self, *args: Any, user: User, view: SavedView | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        teams = self.fields["team"]
        assert isinstance(teams, forms.ModelChoiceField)
        # Also the team that it is shared with already, though its owner has left it.
        known = {*user.team_keys, (view and view.team_id) or 0}
        if view is not None and view.owner_id != user.pk:
            teams.empty_label = _("Nobody, only for %(name)s") % {"name": view.owner}
        teams.queryset = Team.objects.filter(pk__in=known).order_by("name")


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
def keep(request: AgentRequest) -> HttpResponse:
    """Keep a search: the form, and what it does."""
    posted = request.method == "POST"
    selection = Selection.from_query(request.POST if posted else request.GET)
    form = ViewForm(request.POST if posted else None, user=request.user)
    if form.is_valid():
        try:
            view = actions.save_view(
                actor=actor_of(request),
                query=selection.search,
                sort=selection.sort,
                grouping=selection.grouping,
                columns=selection.columns,
                **form.cleaned_data,
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect(saved_views.address(view))
    return _form_page(request, form, selection)


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
def change(request: AgentRequest, pk: int) -> HttpResponse:
    """Rename or share a view: the form, and what it does."""
    view = access.saved_view_for(actor_of(request), pk)
    posted = request.POST if request.method == "POST" else None
    initial = {"name": view.name, "team": view.team_id}
    form = ViewForm(posted, initial=initial, user=request.user, view=view)
    if form.is_valid():
        try:
            actions.change_view(actor=actor_of(request), view=view, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        except NotAllowed as error:
            form.add_error(None, error.message)
            return _form_page(request, form, _of(view), view, status=403)
        except SavedView.DoesNotExist:
            raise Http404 from None
        else:
            return redirect(saved_views.address(view))
    return _form_page(request, form, _of(view), view)


@posted_from("workspace")
@for_agents
def remove(request: AgentRequest, pk: int) -> HttpResponse:
    """Remove a view. What it found stays where it is."""
    view = access.saved_view_for(actor_of(request), pk)
    try:
        actions.remove_view(actor=actor_of(request), view=view)
    except NotAllowed as error:
        form = ViewForm({"name": view.name, "team": view.team_id}, user=request.user, view=view)
        form.add_error(None, error.message)
        return _form_page(request, form, _of(view), view, status=403)
    except SavedView.DoesNotExist:
        raise Http404 from None
    return redirect("workspace")


def _of(view: SavedView) -> Selection:
    return saved_views.selection_of(view)


def _form_page(
    request: AgentRequest,
    form: ViewForm,
    selection: Selection,
    view: SavedView | None = None,
    *,
    status: int = 0,
) -> HttpResponse:
    context = {**views.list_context(request, selection), "form": form, "view": view}
    status = status or (422 if request.method == "POST" else 200)
    return render(request, "workspace/keep_view.html", context, status=status)
