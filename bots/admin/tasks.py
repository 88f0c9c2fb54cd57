"""Tasks in the admin: what calls for one, what it needs, does and says; how they did; each run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bots.actions import write_sentences
from bots.doing import examples, wording
from bots.models import Detector, DetectorExample, RunState, Task, TaskFact, TaskRun
from bots.models.tasks import LEFT_AFTER, MOST_FACTS, OPEN, detector_of
from bots.understanding import installed
from bots.understanding.catalogue import shipped
from knowledgebase.markdown import render_message
from tickets.admin import AuditedForm, site
from tickets.admin.audit.audited import AuditedInline, ReadOnlyAdmin, actor_of
from tickets.admin.audit.live import LiveAdmin
from tickets.admin.fields import LinesField
from tickets.admin.going_live import SHOW, Change
from tickets.admin.theme import Textarea
from tickets.models import ConnectorCall, Event, Resolution, Tier

MOST_SENTENCES, LONGEST_SENTENCE = 200, 300
LATELY = timedelta(days=30)
DONE = (RunState.DONE, RunState.UNDONE)  # what was taken back was done before
TEXTS = ("confirmation", "answer", "otherwise")
_FACT_KEY = re.compile(r"(facts-\d+-)key")


class TaskForm(AuditedForm):
    """The task with its sentences, and whether its texts name nothing that is not there."""

    sentences = LinesField(
        most=MOST_SENTENCES,
        longest=LONGEST_SENTENCE,
        required=False,
        label=gettext_lazy("What customers say who want it"),
        help_text=gettext_lazy(
            "One sentence on each line, as customers write. Five are enough to begin with; different "
            "words teach it more than many."
        ),
    )
    others = LinesField(
        most=MOST_SENTENCES,
        longest=LONGEST_SENTENCE,
        required=False,
        widget=Textarea(attrs={"rows": 4}),
        label=gettext_lazy("What is near and is not it"),
        help_text=gettext_lazy("Questions that it must not be taken for, one on each line."),
    )
    tiers = forms.MultipleChoiceField(
        label=gettext_lazy("for customers of"),
        choices=Tier.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen: for everybody."),
    )
    statuses = LinesField(
        most=30,
        longest=80,
        required=False,
        widget=Textarea(attrs={"rows": 3}),
        label=gettext_lazy("only while its status is"),
        help_text=gettext_lazy("One on each line. Empty: whatever it is."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        base = shipped().get(self.instance.key) if self.instance.shipped else None
        if base is not None and "sentences" in self.fields:
            self.fields["sentences"].help_text = _(
                "It comes with %(number)d sentences. Write here what yours say otherwise, one on each line."
            ) % {"number": len(base.examples)}
        detector = detector_of(self.instance) if self.instance.pk else None
        if detector is not None and "sentences" in self.fields:
            own = detector.examples.filter(source=DetectorExample.Source.ADMIN)
            for name, positive in (("sentences", True), ("others", False)):
                said = own.filter(positive=positive).values_list("text", flat=True)
                self.fields[name].initial = list(said)

    def clean_key(self) -> str:
        """What follows from the name has dashes between its words, a key has none."""
        return str(self.cleaned_data["key"]).replace("-", "_").lower()

    def clean(self) -> dict[str, Any]:
        self.instance.drafted = list(self._facts())
        cleaned: dict[str, Any] = self.cleaned_data
        facts = {fact.key for fact in self.instance.drafted}
        about = {"record_type": cleaned.get("record_type"), "key": "shown"}
        for name in TEXTS:
            # What a system answers is known only when it has answered.
            operation = cleaned.get("operation") if name == "answer" else None
            shown = Task(**about, operation=operation)
            unknown = wording.unknown_in(str(cleaned.get(name) or ""), shown, facts)
            if unknown:
                setattr(self.instance, name, cleaned[name])  # it is shown all the same
                known = ", ".join(f"{{{one}}}" for one in wording.names(shown, facts))
                self.add_error(
                    name,
                    _("{%(name)s} is nothing that is known here. These are: %(known)s.")
                    % {"name": unknown[0], "known": known},
                )
        limit = str(cleaned.get("limit_field") or "")
        if limit and limit not in wording.names(Task(**about), facts):
            self.add_error("limit_field", _("It is neither a fact nor a value of the record."))
        if cleaned.get("active") and not self._is_noticed(cleaned):
            self.add_error("sentences", _("Write at least one sentence that calls for it."))
        return super().clean()

    def _facts(self) -> Iterator[TaskFact]:
        """As they stand in the form, also where it cannot be saved like that."""
        for name in self.data:
            if (row := _FACT_KEY.fullmatch(name)) and f"{row[1]}DELETE" not in self.data:
                said = {
                    part: str(self.data.get(f"{row[1]}{part}", "")).strip()
                    for part in ("key", "question", "kind", "options")
                }
                options = [
                    one.strip() for one in re.split(r"[,\n]", said["options"]) if one.strip()
                ]
                if said["key"]:
                    yield TaskFact(**{**said, "options": options})

    def _is_noticed(self, cleaned: dict[str, Any]) -> bool:
        base = shipped().get(str(cleaned.get("key") or self.instance.key))
        return bool(cleaned.get("sentences") or (base and base.examples))


class FactInline(AuditedInline):
    model = TaskFact
    max_num = MOST_FACTS
    fields = ("question", "key", "kind", "options", "position")
    formfield_overrides: ClassVar = {ArrayField: {"widget": Textarea(attrs={"rows": 2})}}
    verbose_name = gettext_lazy("fact")
    verbose_name_plural = gettext_lazy("What it needs to know, in the order in which it is asked")


@admin.register(Task, site=site)
class TaskAdmin(LiveAdmin):
    form = TaskForm
    many = ("facts",)
    unversioned: ClassVar[frozenset[str]] = frozenset({"updated_at"})
    inlines = (FactInline,)
    list_display = ("name", "key", "active", "begun", "finished", "left", "failures", "confirmed")
    list_filter = ("active", "does")
    search_fields = ("name", "key")
    prepopulated_fields: ClassVar = {"key": ("name",)}
    readonly_fields = ("reads",)
    fieldsets = (
        (None, {"fields": ("name", "key", "active")}),
        (gettext_lazy("What calls for it"), {"fields": ("sentences", "others")}),
        (gettext_lazy("For whom"), {"fields": ("tiers", "only_open", "identity")}),
        (gettext_lazy("What it is about"), {"fields": ("record_type", "statuses", "otherwise")}),
        (
            gettext_lazy("What it does"),
            {
                "fields": (
                    *("does", "operation", "team", "confirmation", "answer"),
                    *("limit_field", "limit", "undo_operation", "undo_minutes"),
                )
            },
        ),
        (gettext_lazy("What customers read"), {"fields": ("reads",)}),
    )

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        lately = Q(runs__started_at__gte=timezone.now() - LATELY)
        silent = Q(runs__state__in=OPEN, runs__changed_at__lt=timezone.now() - LEFT_AFTER)
        fell = Q(runs__state__in=[RunState.FAILED, RunState.HANDED_OVER])
        rows: models.QuerySet[Any] = super().get_queryset(request)
        counted: models.QuerySet[Any] = rows.annotate(
            number=Count("runs", filter=lately),
            done=Count("runs", filter=lately & Q(runs__state__in=DONE)),
            away=Count("runs", filter=lately & (Q(runs__state=RunState.LEFT) | silent)),
            fallen=Count("runs", filter=lately & fell),
            solved=Count("runs", filter=lately & Q(runs__ticket__resolution=Resolution.CONFIRMED)),
        )
        return counted

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is stored of past runs, and its detector, name it by its key."""
        return self.readonly_fields if obj is None else (*self.readonly_fields, "key")

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.prepopulated_fields if obj is None else {}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What came with the helpdesk, and what was ever done, is switched off rather than deleted."""
        kept = obj is not None and (obj.shipped or obj.runs.exists())
        return super().has_delete_permission(request, obj) and not kept

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if "sentences" in form.cleaned_data:
            write_sentences(
                actor=actor_of(request),
                task=form.instance,
                sentences=form.cleaned_data["sentences"],
                others=form.cleaned_data["others"],
            )
        transaction.on_commit(installed.forget)

    def change_by(
        self, request: HttpRequest, before: Any, form: Any, formsets: Sequence[Any]
    ) -> Change | None:
        """With the facts and the sentences as the form has them."""
        if not (form.has_changed() or any(one.has_changed() for one in formsets)):
            return None
        task = form.instance
        task.drafted = [
            row.instance
            for formset in formsets
            for row in formset.forms
            if row.cleaned_data and not row.cleaned_data.get("DELETE")
        ]
        detector = detector_of(task) or Detector(
            slug=task.key, name=task.name, kind=Detector.Kind.TASK
        )
        shown, others = form.cleaned_data["sentences"], form.cleaned_data["others"]
        if detector.pk:
            taught = detector.examples.exclude(source=DetectorExample.Source.ADMIN)
            shown = [*shown, *taught.filter(positive=True).values_list("text", flat=True)]
            others = [*others, *taught.filter(positive=False).values_list("text", flat=True)]
        return Change(before, task, (detector, shown, others))

    def removal(self, request: HttpRequest, row: Any) -> Change | None:
        row.active = False
        return Change(row, None, (detector_of(row) or Detector(slug=row.key), (), ()))

    def get_actions(self, request: HttpRequest) -> Any:
        """One at a time is deleted, on its page: there stands what would break."""
        kept = super().get_actions(request)
        kept.pop("delete_selected", None)
        return kept

    @admin.display(description=gettext_lazy("begun in 30 days"), ordering="number")
    def begun(self, task: Any) -> int:
        return int(task.number)

    @admin.display(description=gettext_lazy("done"), ordering="done")
    def finished(self, task: Any) -> str:
        return _share(task.done, task.number)

    @admin.display(description=gettext_lazy("left"), ordering="away")
    def left(self, task: Any) -> str:
        return _share(task.away, task.number)

    @admin.display(description=gettext_lazy("to a person"), ordering="fallen")
    def failures(self, task: Any) -> str:
        return _share(task.fallen, task.number)

    @admin.display(description=gettext_lazy("solved, they said"), ordering="solved")
    def confirmed(self, task: Any) -> str:
        return _share(task.solved, task.number)

    @admin.display(description=gettext_lazy("in this order"))
    def reads(self, task: Task) -> SafeString:
        """All that the assistant may say in a run, with example values; of a draft what its form says."""
        texts = [fact.question for fact in task.asks()]
        known = examples.known(task)
        texts += [
            wording.fill(text, task, known)
            for text in (task.confirmation, task.answer, task.otherwise)
            if text
        ]
        return format_html(
            '<div id="{0}">{1}<p><button class="row-actions__button" name="{2}" value="yes" '
            'formaction="#{0}" formnovalidate>{3}</button></p></div>',
            "what-customers-read",
            format_html_join("", "{}", ((render_message(text),) for text in texts)),
            SHOW,
            _("Show what customers read, without saving"),
        )


@admin.register(TaskRun, site=site)
class TaskRunAdmin(ReadOnlyAdmin):
    """Each time that a task was begun, with its steps and its calls."""

    list_display = ("task", "ticket", "state", "started_at", "took")
    list_filter = ("state", "task")
    list_select_related = ("task", "ticket")
    search_fields = ("ticket__reference",)
    fields = readonly_fields = (
        *("task", "ticket", "state", "agent", "started_at", "took"),
        *("facts", "record", "result", "problem", "undo_until", "steps", "calls"),
    )

    @admin.display(description=gettext_lazy("seconds"))
    def took(self, run: TaskRun) -> str:
        return f"{((run.ended_at or run.changed_at) - run.started_at).total_seconds():.1f}"

    @admin.display(description=gettext_lazy("steps"))
    def steps(self, run: TaskRun) -> SafeString:
        rows = Event.objects.filter(
            ticket=run.ticket_id, kind__startswith="task.", data__run=run.pk
        ).order_by("position")
        return format_html_join(
            "",
            "<p>{} – {}</p>",
            ((f"{one.created_at:%H:%M:%S}", one.get_kind_display()) for one in rows),
        )

    @admin.display(description=gettext_lazy("calls"))
    def calls(self, run: TaskRun) -> SafeString | str:
        rows = ConnectorCall.objects.filter(
            number__in=[run.number("do"), run.number("undo")]
        ).select_related("operation__connector")
        said = [
            format_html(
                "<p>{}: {} ({} ms) {}</p>",
                one.operation,
                one.get_state_display(),
                one.milliseconds,
                one.problem,
            )
            for one in rows
        ]
        return format_html_join("", "{}", ((each,) for each in said)) or "–"


def _share(part: int, whole: int) -> str:
    """A number and what share of all it is."""
    return f"{part} ({round(100 * part / whole)} %)".replace(" ", "\u00a0") if whole else "–"
