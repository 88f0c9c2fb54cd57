"""The turns of a scenario in its form: what the customer says, and what must come of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bots.models import Expected, ScenarioTurn, Task
from bots.models.scenarios import MOST_TURNS, out_of_order
from knowledgebase.models import Article, ArticleVersion
from tickets.admin.audit.audited import AuditedInline
from tickets.admin.theme import InlineFormSet, ModelForm, Textarea
from tickets.intake import text
from tickets.models import EscalationRule

LAST = 10_000  # the place of a turn that has none yet


class TurnForm(ModelForm):
    place = forms.IntegerField(
        label=_("turn"),
        required=False,
        min_value=1,
        max_value=999,
        widget=forms.NumberInput(attrs={"class": "turn-place", "aria-label": _("Turn")}),
    )

    task_key = forms.ChoiceField(
        label=_("or the task"),
        required=False,
        widget=forms.Select(attrs={"aria-label": _("or the task")}),
    )

    class Meta:
        model = ScenarioTurn
        fields = ("text", "expected", "article", "rule", "reason", "task_key")
        widgets = {"text": Textarea(attrs={"rows": 3, "dir": "auto", "class": "turn-text"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            self.fields["place"].initial = self.instance.position
        if "expected" in self.fields:
            self.fields["expected"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
                ("", "---------"),
                *((one.value, one.label) for one in Expected),
            ]

    def clean_text(self) -> str:
        return text.message(self.cleaned_data["text"])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        expected = given.get("expected")
        if expected in (Expected.ANSWERED, Expected.OFFERED) and not given.get("article"):
            self.add_error("article", _("Choose the article."))
        if expected == Expected.HANDED_OVER and not (given.get("rule") or given.get("reason")):
            self.add_error("rule", _("Choose the rule that hands over, or the reason."))
        if expected == Expected.TASK and not given.get("task_key"):
            self.add_error("task_key", _("Choose the task."))
        if expected != Expected.TASK:
            given["task_key"] = ""
            self.instance.facts = {}
        return given

    def save(self, commit: bool = True) -> Any:
        self.instance.keep_names()
        return super().save(commit)


class TurnFormSet(InlineFormSet):
    """The turns in their order: by their numbers, new ones at the end."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._rules: list[tuple[Any, str]] | None = None
        self._tasks: list[tuple[str, str]] | None = None

    def add_fields(self, form: Any, index: int | None) -> None:
        """The rules to choose from are asked for once, not by every turn."""
        super().add_fields(form, index)
        if "rule" in form.fields:
            if self._rules is None:
                rules = EscalationRule.objects.order_by("position", "pk").values_list("pk", "name")
                self._rules = [("", "---------"), *rules]
            form.fields["rule"].choices = self._rules
        if "task_key" in form.fields:
            if self._tasks is None:
                tasks = Task.objects.order_by("name").values_list("key", "name")
                self._tasks = [("", "---------"), *tasks]
            form.fields["task_key"].choices = self._tasks

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        turns = self._kept()
        if problem := out_of_order([form.cleaned_data["expected"] for form in turns]):
            raise ValidationError(problem, code="turns")
        for position, form in enumerate(turns, start=1):
            form.instance.position = position

    def save(self, commit: bool = True) -> Any:
        """Also those that only moved: their form did not change."""
        moved = [form.instance for form in self._kept() if not form.has_changed()]
        for turn in moved:
            turn.save()
        return super().save(commit)

    def _kept(self) -> list[Any]:
        kept = [
            form
            for form in self.forms
            if (form.has_changed() or form.instance.pk)
            and form.cleaned_data
            and not form.cleaned_data.get("DELETE")
        ]
        return sorted(kept, key=lambda form: form.cleaned_data.get("place") or LAST)


class TurnInline(AuditedInline):
    model = ScenarioTurn
    form = TurnForm
    formset = TurnFormSet
    fields = ("place", "text", "expected", "article", "rule", "reason", "task_key")
    autocomplete_fields = ("article",)
    extra = 2
    max_num = MOST_TURNS
    validate_max = True
    verbose_name = _("turn")
    verbose_name_plural = _("Turn by turn")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).select_related("article", "rule")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "article":
            newest = ArticleVersion.objects.filter(article=OuterRef("pk")).order_by("-number")
            title = Subquery(newest.values("title")[:1])
            kwargs["queryset"] = Article.objects.annotate(latest_title=title)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Without buttons beside each choice: articles and rules are written on their own pages."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in ("article", "rule") and field is not None:
            field.widget = field.widget.widget
        return field
