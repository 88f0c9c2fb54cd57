"""Detectors in the admin: their examples and thresholds, and a page on which they are tried out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bots.actions import teach_detector
from bots.models import Detector, DetectorExample
from bots.understanding import installed, sentences, vectors
from bots.understanding.catalogue import WANTS_PERSON, shipped
from tickets.admin import AuditedForm, going_live, site
from tickets.admin.audit.audited import AuditedInline, actor_of
from tickets.admin.audit.live import LiveAdmin
from tickets.admin.going_live import Change

MOST_SENTENCES = 10
MOST_SHOWN = 4  # detectors that are shown with a sentence beside those that notice it
LONGEST = 500


class DetectorForm(AuditedForm):
    class Meta:
        model = Detector
        fields = ("name", "slug", "kind", "description", "threshold", "active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if (kind := self.fields.get("kind")) is not None and self.instance.pk is None:
            # Rules look at the signals by name, so only the helpdesk itself can bring new ones.
            chosen = [Detector.Kind.SENSITIVE, Detector.Kind.TOPIC]
            kind.choices = [(one.value, one.label) for one in chosen]  # type: ignore[attr-defined]  # a ChoiceField
            kind.help_text = _(
                "Sensitive: a subject that people should answer; an escalation rule of yours asks for "
                "it. Topic: what a message is about; a rule sends each to its team. Signals, like an "
                "outage or a wish to cancel, come with the helpdesk, which acts on them itself, so new "
                "ones cannot be made. For something else that rules should look at, make a topic."
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.instance.shipped and self.instance.slug == WANTS_PERSON:
            highest = shipped()[WANTS_PERSON].threshold
            if not cleaned.get("active") or (cleaned.get("threshold") or 0) > highest:
                raise forms.ValidationError(
                    _(
                        "Whoever asks for a person gets one: this detector stays switched on, and "
                        "notices from %(highest)s at the latest. Counter-examples teach it better."
                    )
                    % {"highest": highest}
                )
        return cleaned


class ExampleInline(AuditedInline):
    model = DetectorExample
    fields = ("text", "positive", "source")
    readonly_fields = ("source",)
    extra = 3
    verbose_name = gettext_lazy("example")
    verbose_name_plural = gettext_lazy("Examples of your own, and corrections of agents")


@admin.register(Detector, site=site)
class DetectorAdmin(LiveAdmin):
    form = DetectorForm
    many = ("examples",)
    unversioned: ClassVar[frozenset[str]] = frozenset({"updated_at"})
    inlines = (ExampleInline,)
    fields = ("name", "slug", "kind", "description", "threshold", "active", "comes_with")
    readonly_fields = ("comes_with",)
    list_display = ("name", "kind", "threshold", "active", "own_examples")
    list_filter = ("kind", "active")
    search_fields = ("name", "slug")
    prepopulated_fields: ClassVar = {"slug": ("name",)}
    list_before_template = "admin/assistant/detectors_intro.html"

    class Media:
        css: ClassVar = {"all": ["css/admin-assistant.css"]}

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        rows: models.QuerySet[Any] = super().get_queryset(request)
        counted: models.QuerySet[Any] = rows.annotate(own=models.Count("examples"))
        return counted

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Rules, and what is stored of past messages, name a detector by its slug."""
        return self.readonly_fields if obj is None else (*self.readonly_fields, "slug", "kind")

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.prepopulated_fields if obj is None else {}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What came with the helpdesk is switched off rather than deleted."""
        return super().has_delete_permission(request, obj) and not (obj and obj.shipped)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        transaction.on_commit(installed.forget)

    def change_by(
        self, request: HttpRequest, before: Any, form: Any, formsets: Sequence[Any]
    ) -> Change | None:
        """With the examples as the form would leave them."""
        if not (form.has_changed() or any(one.has_changed() for one in formsets)):
            return None
        kept = [
            (row.cleaned_data["text"], row.cleaned_data["positive"])
            for formset in formsets
            for row in formset.forms
            if row.cleaned_data and not row.cleaned_data.get("DELETE")
        ]
        return Change(before, form.instance, _parted(kept))

    def removal(self, request: HttpRequest, row: Any) -> Change | None:
        return Change(row, None, ((), ()))

    def get_actions(self, request: HttpRequest) -> Any:
        """One at a time is deleted, on its page: there stands what would break."""
        return {}

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view
        return [
            path("try/", guarded(try_out), name="bots_try_detectors"),
            path("teach/", guarded(teach), name="bots_teach_detector"),
            *super().get_urls(),
        ]

    @admin.display(description=gettext_lazy("own examples and corrections"))
    def own_examples(self, detector: Any) -> int:
        return int(detector.own)

    @admin.display(description=gettext_lazy("comes with"))
    def comes_with(self, detector: Detector) -> str:
        base = shipped().get(detector.slug) if detector.shipped else None
        if base is None:
            return _("No examples: it knows what you write below. Five are enough to begin with.")
        return _("%(phrases)d phrases, %(shown)d examples and %(not_shown)d counter-examples") % {
            "phrases": base.phrases,
            "shown": len(base.examples),
            "not_shown": len(base.counter_examples),
        }


class TryForm(forms.Form):
    """A few sentences, one to a line."""

    texts = forms.CharField(
        label=gettext_lazy("Sentences, one to a line"),
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        max_length=5_000,
    )


def try_out(request: HttpRequest) -> HttpResponse:
    """Sentences, and each detector's score of them against its threshold."""
    form = TryForm(request.GET if "texts" in request.GET else None)
    tried: list[dict[str, Any]] = []
    ready = True
    if form.is_valid():
        lines = [line[:LONGEST] for line in sentences.split(form.cleaned_data["texts"])]
        tried, ready = _tried(lines[:MOST_SENTENCES])
    context = {
        **site.each_context(request),
        "title": _("Try the detectors"),
        "form": form,
        "tried": tried,
        "ready": ready,
        "texts": request.GET.get("texts", ""),
    }
    return TemplateResponse(request, "admin/assistant/try_detectors.html", context)


def teach(request: HttpRequest) -> HttpResponse:
    """Add a tried sentence as an example or a counter-example, and try it again."""
    if request.method == "POST":
        detector = get_object_or_404(Detector, slug=request.POST.get("detector", ""))
        text = request.POST.get("text", "").replace("\0", "").strip()[:LONGEST]
        positive = request.POST.get("positive") == "1"
        if text:
            told = dict(detector.examples.order_by("pk").values_list("text", "positive"))
            change = Change(detector, detector, _parted([*{**told, text: positive}.items()]))
            back = reverse("admin:bots_try_detectors")
            context = {**site.each_context(request), "opts": Detector._meta, "back": back}
            if (page := going_live.held(request, change, context)) is not None:
                return page
            with transaction.atomic():
                teach_detector(
                    actor=actor_of(request), detector=detector, sentence=text, positive=positive
                )
                going_live.went_live(request, detector)
            installed.forget()
            messages.success(request, _("Learned. This is how it looks now."))
    back = reverse("admin:bots_try_detectors")
    texts = request.POST.get("texts", "")[:5_000].replace("\0", "")
    return HttpResponseRedirect(f"{back}?{urlencode({'texts': texts})}" if texts else back)


def _parted(examples: Sequence[tuple[str, bool]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Examples, and counter-examples."""
    shown = tuple(text for text, positive in examples if positive)
    return shown, tuple(text for text, positive in examples if not positive)


def _tried(lines: list[str]) -> tuple[list[dict[str, Any]], bool]:
    detectors = installed.detectors()
    made: dict[str, vectors.Vectors] = {}
    if detectors.ready:
        try:
            made = vectors.of(lines)
        except vectors.EncoderUnavailable:
            made = {}
    scores = detectors.scores(lines, made)
    rows = []
    for line in lines:
        found: list[dict[str, Any]] = []
        for one in detectors.trained:
            score = scores[one.definition.slug][line]
            near = detectors.nearest(one.definition.slug, made[line]) if line in made else None
            found.append(
                {
                    "slug": one.definition.slug,
                    "name": one.definition.name,
                    "score": score,
                    "percent": round(score * 100),
                    "threshold": one.definition.threshold,
                    "noticed": score >= one.definition.threshold,
                    "words": one.says(line),
                    "nearest": near,
                }
            )
        found.sort(key=lambda row: (-row["noticed"], -row["score"]))
        noticed = sum(row["noticed"] for row in found)
        rows.append({"text": line, "detectors": found[: noticed + MOST_SHOWN]})
    return rows, bool(made) or not lines
