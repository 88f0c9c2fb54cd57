"""One act on the conversations of a list, some or all: what it asks for, and what came of each."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from tickets import access, actions
from tickets.actions import ActionError
from tickets.actions.errors import NotAllowed
from tickets.actors import Actor
from tickets.bulk.acts import UNANSWERED
from tickets.lists.bounded import TookTooLong, bounded
from tickets.models import BulkItem, Permission, Ticket
from tickets.models.jobs import MOST_ITEMS, OF_A_LIST, Act, Outcome
from tickets.search.finding import chosen
from tickets.search.language import read
from tickets.search.operators import Misread
from tickets.web.posting import posted_from
from tickets.workspace import inbox, jobs, views
from tickets.workspace.bulk_forms import FORMS, ActForm
from tickets.workspace.guard import AgentRequest, actor_of, for_agents
from tickets.workspace.inbox import Selection

MOST = 200  # that are selected one by one
CHOOSE_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Target:
    """What an act is done to: references that were selected, the whole list, or what a job left."""

    selection: Selection
    references: list[str]
    whole: bool
    job: str

    @classmethod
    def sent(cls, request: HttpRequest) -> Target:
        """What a form sent, in its bounds: a reference has eight letters, whatever was sent."""
        sent = request.POST
        listed = Selection.from_query(QueryDict(sent.get("list", "")[:2000]))
        return cls(
            selection=replace(listed, cursor=""),
            # Once each, in the order of the list.
            references=[one[:20] for one in dict.fromkeys(sent.getlist("reference"))],
            whole=sent.get("whole") == "yes",
            job=sent.get("job", "")[:20],
        )

    @property
    def unfit(self) -> str:
        """What is wrong with it; "" if nothing is."""
        if self.whole or self.job:
            return ""
        if not self.references:
            return _("Select some conversations first.")
        if len(self.references) > MOST:
            return _("Select at most %(most)d conversations.") % {"most": MOST}
        return ""

    def tickets(self, actor: Actor) -> QuerySet[Ticket]:
        """Those of them that `actor` may see, the newest first. Raises Misread, Http404."""
        visible = access.tickets_for(actor)
        if self.job:
            job = access.bulk_job_for(actor, int(self.job) if self.job.isdecimal() else 0)
            left = BulkItem.objects.filter(job=job, outcome=Outcome.NOT_DONE, code=UNANSWERED)
            return visible.filter(pk__in=left.values("ticket")).order_by("-last_message_at", "-pk")
        if not self.whole:
            written = [one for one in self.references if one.isascii() and one.isalnum()]
            visible = visible.filter(reference__in=written)
        elif self.selection.search:
            visible = chosen(actor, read(self.selection.search, actor.user))
        else:
            visible = inbox.in_view(actor, self.selection.view)
        return visible.order_by("-last_message_at", "-pk")

    def unseen(self, tickets: QuerySet[Ticket]) -> list[str]:
        """The references of which nothing is told: they are not there, or not for the actor."""
        if self.whole or self.job:
            return []
        seen = set(tickets.values_list("reference", flat=True))
        return [one for one in self.references if one not in seen]


@posted_from("workspace")
@for_agents
def bulk(request: AgentRequest) -> HttpResponse:
    """Ask what the act needs to know; then begin it, and say what came of it if it is soon over."""
    if not access.may(request.user, Permission.BULK):
        raise NotAllowed(Permission.BULK)
    wanted = request.POST.get("act", "")
    if wanted not in OF_A_LIST:
        raise BadRequest("There is no such act.")
    act, target = Act(wanted), Target.sent(request)
    back = f"{reverse('workspace')}?{urlencode(target.selection.query)}"
    if problem := target.unfit:
        messages.warning(request, problem)
        return redirect(back)
    kind = FORMS[act]
    # What is done to a whole list is asked for once more, with its number.
    asks = kind.asks or target.whole
    asked = not asks or "filled_in" in request.POST
    form = kind(request.POST if asked else None, actor=actor_of(request))
    try:
        if not form.is_valid():
            return _ask(request, act, target, form, status=422 if asked else 200)
        return _begin(request, act, target, form, back)
    except Misread as error:
        messages.warning(request, str(error))
    except TookTooLong:
        messages.warning(request, _("To find them all takes too long. Filter the list first."))
    except ActionError as error:
        messages.warning(request, error.message)
    return redirect(back)


def _ask(
    request: AgentRequest, act: Act, target: Target, form: ActForm, *, status: int
) -> HttpResponse:
    number = len(target.references)
    if target.whole:
        with bounded(CHOOSE_SECONDS):
            number = target.tickets(actor_of(request)).order_by()[: MOST_ITEMS + 1].count()
    context = {
        "act": act,
        "target": target,
        "form": form,
        "number": min(number, MOST_ITEMS),
        "too_many": number > MOST_ITEMS,
        "tells": act in (Act.MINE, Act.ASSIGN, Act.STATUS, Act.TRANSFER, Act.RESOLVE),
    }
    context |= views.list_context(request, target.selection)
    return render(request, "workspace/bulk_form.html", context, status=status)


def _begin(
    request: AgentRequest, act: Act, target: Target, form: ActForm, back: str
) -> HttpResponse:
    actor = actor_of(request)
    tickets = target.tickets(actor)
    with bounded(CHOOSE_SECONDS):
        job = actions.start_bulk(
            actor=actor,
            act=act,
            values=form.values(),
            tickets=tickets,
            came_from=urlencode(target.selection.query),
        )
    unseen = target.unseen(tickets) if len(target.references) > job.total else []
    if jobs.goes_on(job):
        return redirect("workspace-job", job.pk)
    return jobs.show(request, job, unseen=unseen)
