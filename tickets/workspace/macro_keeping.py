"""Keeping macros: one's own, and for leads and admins those that are shared."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tickets import actions
from tickets.access.macros import macro_for, macros_for, may_change_macro
from tickets.actions import NotAllowed
from tickets.conversation import placeholders
from tickets.models import Macro
from tickets.web.posting import posted_from
from tickets.workspace import views
from tickets.workspace.guard import AgentRequest, actor_of, for_agents
from tickets.workspace.macro_forms import MINE, MacroForm, initial

PAGE = 100


@require_safe
@for_agents
def macro_list(request: AgentRequest) -> HttpResponse:
    """All that one may use, by folder; with how often they are used."""
    actor = actor_of(request)
    words = request.GET.get("q", "").replace("\0", "")[:100].strip()
    found = macros_for(actor).filter(name__icontains=words).select_related("team").with_uses()
    rows = list(found.order_by("folder", "name", "pk")[: PAGE + 1])
    request.user.team_keys  # noqa: B018 - asked for once, and not for each row
    shown = [(one, may_change_macro(actor, one)) for one in rows[:PAGE]]
    folders = [(name, list(there)) for name, there in groupby(shown, key=lambda one: one[0].folder)]
    context = {"folders": folders, "words": words, "there_are_more": len(rows) > PAGE}
    return render(request, "workspace/macro_list.html", {**views.beside(request), **context})


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
def add(request: AgentRequest) -> HttpResponse:
    """A new one, or a copy of one that there is."""
    start: dict[str, Any] = {"whom": MINE, "is_active": True}
    copied = request.GET.get("copy", "")
    if copied.isascii() and copied.isdecimal() and len(copied) < 19:
        macro = macro_for(actor_of(request), int(copied))
        name = _("%(name)s (copy)") % {"name": macro.name}
        start = {**initial(macro), "name": name[:80], "whom": MINE, "seen": None}
    return _form_page(request, None, start)


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
def change(request: AgentRequest, pk: int) -> HttpResponse:
    """One that one may change; of others there is no form."""
    macro = macro_for(actor_of(request), pk)
    if not may_change_macro(actor_of(request), macro):
        raise Http404
    return _form_page(request, macro, initial(macro))


@posted_from("workspace-macro-list")
@for_agents
def remove(request: AgentRequest, pk: int) -> HttpResponse:
    """Remove it, for everybody who has it."""
    macro = macro_for(actor_of(request), pk)
    try:
        actions.remove_macro(actor=actor_of(request), macro=macro)
    except (NotAllowed, Macro.DoesNotExist):
        raise Http404 from None
    return redirect("workspace-macro-list")


def _form_page(request: AgentRequest, macro: Macro | None, start: dict[str, Any]) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    form = MacroForm(posted, initial=start, user=request.user, macro=macro)
    status = 422 if posted is not None else 200
    if form.is_valid():
        try:
            actions.save_macro(actor=actor_of(request), macro=macro, **form.said())
        except ValidationError as error:
            form.add_error(None, error if not hasattr(error, "error_dict") else error.messages)
        except NotAllowed as error:
            form.add_error("whom", error.message)
            status = 403
        except Macro.DoesNotExist:
            raise Http404 from None
        else:
            return redirect("workspace-macro-list")
    context = {
        **views.beside(request),
        "form": form,
        "macro": macro,
        "placeholders": placeholders.all_names(),
        "folders": _folders(request),
    }
    return render(request, "workspace/macro_form.html", context, status=status)


def _folders(request: AgentRequest) -> list[str]:
    known = macros_for(actor_of(request)).exclude(folder="").order_by("folder")
    return list(known.values_list("folder", flat=True).distinct()[:50])
