"""Tasks done by an agent for the customer: the same steps, filled in as far as they are known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from bots import actions
from bots.doing import facts as answers
from bots.doing.asker import active_tasks
from bots.doing.deciding import RECORD
from bots.doing.runs import in_words
from bots.models import Task, TaskRun
from bots.models.tasks import LONGEST_VALUE, Does, FactKind, TaskFact
from tickets import access
from tickets.models import Customer, Fact, Permission, Record, Ticket
from tickets.workspace import acts, views
from tickets.workspace.guard import AgentRequest, actor_of, by_script, for_agents, needs

MOST_RUNS = 5
MOST_RECORDS = 20


class DoForm(forms.Form):
    """What a task needs, in its order: the record, then the facts."""

    def __init__(self, *args: Any, task: Task, records: Sequence[Record], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = {fact.key: fact for fact in task.asks()}
        if task.record_type is not None:
            self.fields[RECORD] = forms.ChoiceField(
                label=task.record_type.name,
                choices=[(one.reference, one.reference) for one in records],
                error_messages={"required": _("This customer has none that is known here.")},
            )
        for key, fact in self.asked.items():
            self.fields[f"fact-{key}"] = _field(fact)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for key, fact in self.asked.items():
            given = str(cleaned.get(f"fact-{key}") or "")
            if given and not answers.read(fact, given):
                self.add_error(f"fact-{key}", _("That cannot be read as an answer to this."))
        return cleaned

    def facts(self) -> dict[str, str]:
        """As a run keeps them."""
        named = {RECORD: self.cleaned_data[RECORD]} if RECORD in self.fields else {}
        read = {
            key: answers.read(fact, str(self.cleaned_data[f"fact-{key}"]))
            for key, fact in self.asked.items()
        }
        return {**named, **read}


def _field(fact: TaskFact) -> forms.Field:
    if fact.kind == FactKind.CHOICE:
        return forms.ChoiceField(label=fact.question, choices=[(one, one) for one in fact.options])
    return forms.CharField(label=fact.question, max_length=LONGEST_VALUE)


@require_safe
@for_agents
def tasks(request: AgentRequest, reference: str) -> HttpResponse:
    """What was begun in a conversation, and what an agent may do: the panel, or a page of its own."""
    ticket = access.ticket_for(actor_of(request), reference)
    runs = TaskRun.objects.filter(ticket=ticket).select_related("task", "agent")
    context: dict[str, object] = {
        "ticket": ticket,
        "runs": [(run, in_words(run)) for run in runs.order_by("-pk")[:MOST_RUNS]],
        "tasks": _offered(),
    }
    if by_script(request):
        return render(request, "workspace/tasks_list.html", context)
    return render(
        request, "workspace/tasks.html", {**views.ticket_list(request, ticket), **context}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
@needs(Permission.REPLY, Permission.CONTACTS)
def do(request: AgentRequest, reference: str, key: str) -> HttpResponse:
    """The form of one task, filled in as far as the conversation says it; sent, it is done."""
    ticket = access.ticket_for(actor_of(request), reference)
    task = next((one for one in _offered() if one.key == key), None)
    if task is None:
        raise Http404
    posted = request.POST if request.method == "POST" else None
    form = DoForm(posted, task=task, records=_records(ticket, task), initial=_known(ticket, task))
    if form.is_valid():
        return acts.answer(
            request,
            ticket,
            lambda: actions.do_for_customer(
                actor=actor_of(request), ticket=ticket, task=task, facts=form.facts()
            ),
        )
    context = {"ticket": ticket, "task": task, "form": form}
    status = 422 if posted is not None else 200
    page = {**views.ticket_list(request, ticket), **context}
    return render(request, "workspace/task.html", page, status=status)


def _offered() -> list[Task]:
    """Those that come to something without a person, who is here already."""
    return [task for task in active_tasks() if task.does != Does.HAND_OVER]


def _records(ticket: Ticket, task: Task) -> Sequence[Record]:
    if task.record_type is None:
        return []
    person = Customer.objects.of_person(ticket.customer.person).values("pk")
    theirs = Record.objects.filter(type=task.record_type, customer__in=person)
    return list(theirs.order_by("-changed_at", "-pk")[:MOST_RECORDS])


def _known(ticket: Ticket, task: Task) -> dict[str, str]:
    """What was collected: by the newest run, else what was noted in the conversation."""
    noted = dict(Fact.objects.filter(ticket=ticket).order_by("pk").values_list("key", "value"))
    run = TaskRun.objects.filter(ticket=ticket, task=task).order_by("-pk").first()
    known = {**noted, **(run.facts if run else {})}
    kind = task.record_type
    named = known.get(RECORD) or (noted.get(f"{kind.key}_number", "") if kind else "")
    return {RECORD: named, **{f"fact-{key}": value for key, value in known.items()}}
