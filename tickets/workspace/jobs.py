"""Acts on many conversations as their agent sees them: how far they are, what came of each, undo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tickets import access, actions, clock
from tickets.actions import ActionError
from tickets.bulk import working
from tickets.bulk.acts import UNANSWERED
from tickets.lists.keyset import Order
from tickets.models import BulkItem, BulkJob
from tickets.models.jobs import KEPT_FOR, Act, Outcome
from tickets.web.posting import posted_from
from tickets.workspace import views
from tickets.workspace.guard import AgentRequest, actor_of, by_script, for_agents
from tickets.workspace.inbox import Selection, View

PAGE = 50
AT_ONCE = 20  # conversations that are always done while one waits
SHOWN = 20  # of somebody's jobs
_ITEMS = Order("items", ("pk",))
_JOBS = Order("jobs", ("-pk",))


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a conversation, and its address if it may be seen."""

    reference: str
    why: str = ""
    found: bool = True


@require_safe
@for_agents
def job_page(request: AgentRequest, pk: int) -> HttpResponse:
    """How far it is, and what came of each; for our script only what changes of it."""
    job = access.bulk_job_for(actor_of(request), pk)
    if by_script(request):
        return render(request, "workspace/job_live.html", _context(request, job))
    return show(request, job)


@require_safe
@for_agents
def job_list(request: AgentRequest) -> HttpResponse:
    """What somebody did to many at once, the newest first."""
    rows = access.bulk_jobs_for(actor_of(request)).select_related("undoes", "undone_by")
    page = _JOBS.page(rows, request.GET.get("from", "")[:200], size=SHOWN)
    context = views.list_context(request, Selection(View.WAITING))
    context |= {"jobs": page.rows, "next_jobs": page.next}
    return render(request, "workspace/jobs.html", context)


def show(request: AgentRequest, job: BulkJob, *, unseen: Sequence[str] = ()) -> HttpResponse:
    """The page of a job; with the references that were not found when it began."""
    selection = Selection.from_query(_sent(job.came_from))
    context = views.list_context(request, selection) | _context(request, job, unseen)
    return render(request, "workspace/job.html", context)


@posted_from("workspace")
@for_agents
def stop(request: AgentRequest, pk: int) -> HttpResponse:
    """Leave it at what is done."""
    job = access.bulk_job_for(actor_of(request), pk)
    actions.end_bulk(actor=actor_of(request), job=job)
    return redirect("workspace-job", job.pk)


@posted_from("workspace")
@for_agents
def undo(request: AgentRequest, pk: int) -> HttpResponse:
    """Take back what it changed, by a job of its own."""
    job = access.bulk_job_for(actor_of(request), pk)
    try:
        back = actions.undo_bulk(actor=actor_of(request), job=job)
    except ActionError as error:
        context = views.list_context(request, Selection.from_query(_sent(job.came_from)))
        context |= {**_context(request, job), "problem": error.message}
        return render(request, "workspace/job.html", context, status=409)
    goes_on(back)
    return redirect("workspace-job", back.pk)


def goes_on(job: BulkJob) -> bool:
    """Work at a new job for a moment, at a small one to its end; whether the rest is done behind it."""
    if not working.work(job, at_least=AT_ONCE):
        return False
    working.send(job.pk, job.chain)
    return True


def _sent(address: str) -> Any:
    return QueryDict(address)


def _context(request: AgentRequest, job: BulkJob, unseen: Sequence[str] = ()) -> dict[str, Any]:
    job = BulkJob.objects.select_related("undoes", "undone_by", "problem").get(pk=job.pk)
    numbers = BulkItem.objects.numbers(job)
    wanted = request.GET.get("show", "")
    outcome = Outcome.DONE if wanted == Outcome.DONE else Outcome.NOT_DONE
    items = BulkItem.objects.filter(job=job, outcome=outcome).select_related("ticket")
    page = _ITEMS.page(items, request.GET.get("from", "")[:200], size=PAGE)
    visible = access.tickets_for(actor_of(request)).filter(
        pk__in=[item.ticket_id for item in page.rows]
    )
    seen = set(visible.values_list("pk", flat=True))
    unanswered = BulkItem.objects.filter(job=job, outcome=Outcome.NOT_DONE, code=UNANSWERED)
    may_go_on = job.act == Act.RESOLVE and not (job.is_running or job.undoes_id)
    undone_by = getattr(job, "undone_by", None)
    return {
        "job": job,
        "act_label": job.get_act_display(),
        "done": numbers[Outcome.DONE],
        "not_done": numbers[Outcome.NOT_DONE] + len(unseen),
        "to_do": numbers[Outcome.TO_DO],
        "handled": job.total - numbers[Outcome.TO_DO],
        "results": [
            *(
                Result(item.ticket.reference, item.why, item.ticket_id in seen)
                for item in page.rows
            ),
            *(Result(reference, _("Not found."), found=False) for reference in unseen),
        ],
        "outcome": outcome,
        "next_items": page.next,
        "unanswered": unanswered.count() if may_go_on else 0,
        "undone_by": undone_by,
        "may_undo": not job.is_running
        and job.undoes_id is None
        and undone_by is None
        and job.created_at > clock.now() - KEPT_FOR
        and (job.act != Act.ANSWER or job.values["resolves"])
        and BulkItem.objects.filter(job=job, outcome=Outcome.DONE).exclude(was={}).exists(),
    }
