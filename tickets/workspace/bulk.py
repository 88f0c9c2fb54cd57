"""One act on the conversations that were selected in a list: what it asks for, and what came of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from tickets import access
from tickets.actions import ActionError
from tickets.actors import Actor
from tickets.web.posting import posted_from
from tickets.workspace import views
from tickets.workspace.bulk_acts import Act
from tickets.workspace.bulk_forms import FORMS, UNANSWERED, ActForm
from tickets.workspace.guard import AgentRequest, actor_of, for_agents
from tickets.workspace.inbox import Selection

MOST = 200


@dataclass(frozen=True, slots=True)
class NotDone:
    """A conversation to which it was not done, and why. What is not found has no link."""

    reference: str
    why: str
    code: str = ""
    found: bool = True


@posted_from("workspace")
@for_agents
def bulk(request: AgentRequest) -> HttpResponse:
    """Ask what the act needs to know; then do it to each conversation and say what came of it."""
    # Once each, in the order of the list; a reference has eight letters, whatever was sent.
    references = [one[:20] for one in dict.fromkeys(request.POST.getlist("reference"))]
    selection = replace(
        Selection.from_query(QueryDict(request.POST.get("list", "")[:2000])), cursor=""
    )
    wanted = request.POST.get("act", "")
    if wanted not in Act:
        raise BadRequest("There is no such act.")
    if problem := _unfit(references):
        messages.warning(request, problem)
        return redirect(f"{reverse('workspace')}?{urlencode(selection.query)}")
    act = Act(wanted)
    kind = FORMS[act]
    asked = not kind.asks or "filled_in" in request.POST
    form = kind(request.POST if asked else None, actor=actor_of(request))
    context = {"act": act, "references": references, "form": form}
    if not form.is_valid():
        context |= views.list_context(request, selection)
        status = 422 if asked else 200
        return render(request, "workspace/bulk_form.html", context, status=status)
    failed = do_to_each(actor_of(request), references, form)
    context |= {
        **views.list_context(request, selection),
        "done": len(references) - len(failed),
        "failed": failed,
        "unanswered": [one.reference for one in failed if one.code == UNANSWERED],
    }
    return render(request, "workspace/bulk_result.html", context)


def do_to_each(actor: Actor, references: Sequence[str], form: ActForm) -> list[NotDone]:
    """Do it to one after the other, each in a transaction of its own; those to which it was not."""
    outcomes = [_do(actor, reference, form) for reference in references]
    return [outcome for outcome in outcomes if outcome is not None]


def _do(actor: Actor, reference: str, form: ActForm) -> NotDone | None:
    try:
        form.do(access.ticket_for(actor, reference))
    except Http404:
        return NotDone(reference, _("Not found."), found=False)
    except ValidationError as error:
        return NotDone(reference, " ".join(error.messages))
    except ActionError as error:
        return NotDone(reference, error.message, error.code)
    return None


def _unfit(references: Sequence[str]) -> str:
    """What is wrong with a selection; "" if nothing is."""
    if not references:
        return _("Select some conversations first.")
    if len(references) > MOST:
        return _("Select at most %(most)d conversations.") % {"most": MOST}
    return ""
