"""Scenarios in the admin: written turn by turn, run, and what came of them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bots import actions
from bots.admin.scenario_turns import TurnInline
from bots.models import Scenario, ScenarioResult, ScenarioRun, ScenarioTurn
from bots.scenarios import playing, telling
from knowledgebase.embeddings import EncoderUnavailable
from tickets.admin import AuditedAdmin, site
from tickets.admin.audit.audited import ReadOnlyAdmin, actor_of
from tickets.admin.buttons import Button

RUN_SECONDS = 15.0  # of one request; what is left is run by the next
Against = ScenarioRun.Against


class Outcome(admin.SimpleListFilter):
    """By what came of the newest run as everything is."""

    title = gettext_lazy("last run")
    parameter_name = "last"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("broken", _("Broken")), ("passed", _("Passed")), ("never", _("Never run"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "broken":
                return queryset.exclude(last_broken=None).exclude(last_broken="")
            case "passed":
                return queryset.filter(last_broken="")
            case "never":
                return queryset.filter(last_broken=None)
        return queryset


@admin.register(Scenario, site=site)
class ScenarioAdmin(AuditedAdmin):
    many = ("turns",)
    inlines = (TurnInline,)
    fieldsets = (
        (None, {"fields": ("name", "is_active", "note", "made_from")}),
        (
            gettext_lazy("Who asks"),
            {"fields": ("channel", "tier", "identity", "prefers_person", "is_open")},
        ),
    )
    readonly_fields = ("made_from",)
    list_display = ("name", "last_run", "number_of_turns", "tier", "channel", "is_active")
    list_filter = (Outcome, "is_active", "tier", "channel")
    search_fields = ("name", "turns__text")
    list_before_template = "admin/scenarios/intro.html"
    buttons = (
        Button(
            name="run",
            label=gettext_lazy("Run this"),
            explanation=gettext_lazy(
                "Plays it as everything is now, and shows what comes of each turn."
            ),
            method="run_this",
            in_transaction=False,  # the encoder is asked
        ),
    )

    class Media:
        css: ClassVar = {"all": ["css/admin-assistant.css", "css/admin-scenarios.css"]}

    def get_queryset(self, request: HttpRequest) -> Any:
        results = ScenarioResult.objects.filter(
            scenario=OuterRef("pk"), run__against=Against.AS_IS
        ).order_by("-pk")
        turns = (
            ScenarioTurn.objects.filter(scenario=OuterRef("pk"))
            .order_by()
            .values("scenario")
            .annotate(number=Count("pk"))
        )
        return (
            super()
            .get_queryset(request)
            .select_related("ticket")
            .annotate(
                last_broken=Subquery(results.values("broken")[:1]),
                last_run_pk=Subquery(results.values("run")[:1]),
                count=Coalesce(Subquery(turns.values("number")[:1]), 0),
            )
        )

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        newest = ScenarioRun.objects.filter(against=Against.AS_IS).first()
        return super().changelist_view(request, {"newest": newest, **(extra_context or {})})

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view
        return [
            path("run/", guarded(self.run_all), name="bots_run_scenarios"),
            *super().get_urls(),
        ]

    @admin.display(description=gettext_lazy("last run"))
    def last_run(self, scenario: Any) -> str | SafeString:
        if scenario.last_broken is None:
            return "–"
        url = reverse("admin:bots_scenariorun_change", args=[scenario.last_run_pk])
        if scenario.last_broken:
            return format_html(
                '<a class="mark mark--bad" href="{}#s{}">{}</a> <span class="list-quiet">{}</span>',
                *(url, scenario.pk, _("Broken"), scenario.last_broken),
            )
        return format_html(
            '<a class="mark mark--good" href="{}#s{}">{}</a>', url, scenario.pk, _("Passed")
        )

    @admin.display(description=gettext_lazy("turns"), ordering="count")
    def number_of_turns(self, scenario: Any) -> int:
        return int(scenario.count)

    @admin.display(description=gettext_lazy("made from"))
    def made_from(self, scenario: Any) -> str | SafeString:
        if scenario.ticket is None:
            return _("written by hand")
        url = reverse("workspace-ticket", args=[scenario.ticket.reference])
        return format_html('<a class="plain-link" href="{}">{}</a>', url, scenario.ticket.reference)

    # --- running

    def run_all(self, request: HttpRequest) -> HttpResponse:
        """All that count, as far as the time of a request reaches; by POST only."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        return _run(request, playing.active())

    def run_this(self, request: HttpRequest, scenario: Scenario) -> HttpResponse:
        wanted = playing.loaded(Scenario.objects.filter(pk=scenario.pk))
        return _run(request, list(wanted))


@admin.register(ScenarioRun, site=site)
class ScenarioRunAdmin(ReadOnlyAdmin):
    """What was run, when and against what, and what went live although scenarios break."""

    list_display = ("created_at", "against_what", "by", "checked", "broken", "published_by")
    list_filter = ("against", "created_at")
    list_select_related = ("by", "published_by")
    ordering = ("-pk",)
    fields = readonly_fields = ("summary", "results")
    buttons = (
        Button(
            name="go-on",
            label=gettext_lazy("Go on"),
            explanation=gettext_lazy("The time of one request was over. Runs what is left."),
            method="go_on",
            shown=lambda run: run.against == Against.AS_IS and not run.is_complete,
            in_transaction=False,  # the encoder is asked
        ),
    )

    class Media:
        css: ClassVar = {"all": ["css/admin-assistant.css", "css/admin-scenarios.css"]}

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("by", "published_by")

    @admin.display(description=gettext_lazy("against"), ordering="against")
    def against_what(self, run: ScenarioRun) -> str:
        label = str(Against(run.against).label)
        return f"{label}: {run.change}" if run.change else label

    @admin.display(description=gettext_lazy("run"))
    def summary(self, run: ScenarioRun) -> SafeString:
        context = {"run": run, "against": self.against_what(run)}
        return render_to_string("admin/scenarios/summary.html", context)

    @admin.display(description=gettext_lazy("turn by turn"))
    def results(self, run: ScenarioRun) -> SafeString:
        found = list(run.results.order_by("name", "pk"))
        context = {
            "broken": [one for one in found if one.broken],
            "passed": [one for one in found if not one.broken],
        }
        return render_to_string("admin/scenarios/results.html", context)

    def go_on(self, request: HttpRequest, run: ScenarioRun) -> HttpResponse:
        """What the run has left, and is still there."""
        done = set(run.results.values_list("scenario_id", flat=True))
        left = [one for one in playing.active() if one.pk not in done]
        return _run(request, left[: run.wanted - run.checked], run)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        context["show_history"] = False  # it is the history
        run = context.get("original")
        if run is not None and not run.is_complete and run.against == Against.AS_IS:
            context["state_of_row"] = _("%(checked)d of %(wanted)d were run.") % {
                "checked": run.checked,
                "wanted": run.wanted,
            }
        context["row_links"] = [
            {"label": _("All scenarios"), "url": reverse("admin:bots_scenario_changelist")}
        ]
        return super().render_change_form(request, context, *args, **kwargs)


def _run(
    request: HttpRequest, scenarios: list[Scenario], run: ScenarioRun | None = None
) -> HttpResponse:
    """Run scenarios, or what is left of a run, and show it."""
    if not scenarios:
        messages.info(request, _("There is no scenario to run."))
        return HttpResponseRedirect(reverse("admin:bots_scenario_changelist"))
    try:
        gone = playing.run(scenarios, seconds=RUN_SECONDS)
    except EncoderUnavailable:
        messages.error(
            request,
            _("Nothing was run: the language model does not answer. Try again in a minute."),
        )
        return HttpResponseRedirect(reverse("admin:bots_scenario_changelist"))
    run = actions.record_run(
        actor=actor_of(request),
        run=run or telling.run_of(wanted=len(scenarios)),
        results=telling.results_of(gone.went),
    )
    return HttpResponseRedirect(reverse("admin:bots_scenariorun_change", args=[run.pk]))
