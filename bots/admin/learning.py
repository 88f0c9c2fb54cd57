"""What the assistant learns from, for authors: gaps, wrong answers, new wordings, what did not help."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bots import actions
from bots.actions.reports import article_of
from bots.admin import learning_pages
from bots.admin.playground import try_article
from bots.learning import usage
from bots.models import AnswerReport, KnowledgeGap, QuestionSuggestion
from tickets.actions import ActionError
from tickets.admin import site
from tickets.admin.audit.audited import ReadOnlyAdmin, actor_of
from tickets.admin.buttons import Button
from tickets.models import AuthorKind, Message

WEEKS = 8  # of the small chart
FORTNIGHT = timedelta(days=14)
SHOWN = 100  # questions on the page of a gap
State = KnowledgeGap.State


class OpenFirst(admin.SimpleListFilter):
    """Without a choice, what is still to be decided."""

    title = gettext_lazy("state")
    parameter_name = "state"
    undecided = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        choices = model_admin.model._meta.get_field("state").choices
        return [(value, label) for value, label in choices if value != self.undecided]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        return [{**first, "display": _("To decide")}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(state=self.value() or self.undecided)


class OpenGaps(OpenFirst):
    undecided = State.OPEN


class OpenReports(OpenFirst):
    undecided = AnswerReport.State.OPEN


class OpenSuggestions(OpenFirst):
    undecided = QuestionSuggestion.State.PROPOSED


@admin.register(KnowledgeGap, site=site)
class KnowledgeGapAdmin(ReadOnlyAdmin):
    list_before_template = "admin/learning/gaps_intro.html"
    list_display = ("label", "number", "trend", "weeks", "language", "draft")
    list_filter = (OpenGaps, "language")
    search_fields = ("label",)
    fields = readonly_fields = (
        *("label", "state", "language", "draft", "trend", "asked", "answered"),
    )
    buttons = (
        Button(
            name="start",
            label=gettext_lazy("Start an article from these"),
            explanation=gettext_lazy(
                "Makes a draft: the questions as sample questions, the agents' answers as raw text. "
                "Nothing is public until you publish it."
            ),
            method="start",
            shown=lambda gap: gap.state == State.OPEN and gap.article_id is None,
        ),
        Button(
            name="cover",
            label=gettext_lazy("An article covers it"),
            explanation=gettext_lazy(
                "It leaves the list. If it is asked in vain again, it is back."
            ),
            method="cover",
            shown=lambda gap: gap.state == State.OPEN,
        ),
        Button(
            name="dismiss",
            label=gettext_lazy("Nothing for an article"),
            explanation=gettext_lazy(
                "It leaves the list, and takes in whatever is asked like it from now on."
            ),
            method="dismiss",
            shown=lambda gap: gap.state == State.OPEN,
            dangerous=True,
        ),
        Button(
            name="reopen",
            label=gettext_lazy("Open it again"),
            explanation=gettext_lazy("It is back on the list of what to write about."),
            method="reopen",
            shown=lambda gap: gap.state != State.OPEN,
        ),
    )

    class Media:
        css: ClassVar = {"all": ["css/admin-assistant.css"]}

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the numbers of each week, all of them in the one query of the list."""
        now = timezone.now()
        when = "questions__message__created_at"

        def between(older: timedelta, newer: timedelta) -> Count:
            within = Q(**{f"{when}__gt": now - older, f"{when}__lte": now - newer})
            return Count("questions", filter=within)

        weeks = {
            f"week_{week}": between(timedelta(weeks=week + 1), timedelta(weeks=week))
            for week in range(WEEKS)
        }
        counted = KnowledgeGap.objects.annotate(
            total=Count("questions"),
            lately=between(FORTNIGHT, timedelta()),
            before=between(2 * FORTNIGHT, FORTNIGHT),
            **weeks,
        )
        found = counted.select_related("article").defer("centroid")
        return found.order_by(*self.get_ordering(request))

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """What is asked most is the first to be written about."""
        return ("-total", "-lately", "-pk")

    @admin.display(description=gettext_lazy("asked"), ordering="total")
    def number(self, gap: Any) -> int:
        return int(gap.total)

    @admin.display(description=gettext_lazy("2 weeks, and the 2 before"), ordering="lately")
    def trend(self, gap: Any) -> str:
        arrow = "↗" if gap.lately > gap.before else "↘" if gap.lately < gap.before else "→"
        return f"{gap.lately} {arrow} ({gap.before})"

    @admin.display(description=gettext_lazy("last 8 weeks"))
    def weeks(self, gap: Any) -> SafeString:
        counts = [getattr(gap, f"week_{week}") for week in reversed(range(WEEKS))]
        most = max(counts) or 1
        bars = [
            {"x": index * 8, "y": 20 - round(18 * count / most), "height": round(18 * count / most)}
            for index, count in enumerate(counts)
        ]
        return render_to_string("admin/learning/weeks.html", {"bars": bars, "counts": counts})

    @admin.display(description=gettext_lazy("article"))
    def draft(self, gap: Any) -> str | SafeString:
        if gap.article is None:
            return "–"
        return _link("knowledgebase_article_change", gap.article.pk, str(gap.article))

    @admin.display(description=gettext_lazy("what was asked"))
    def asked(self, gap: Any) -> SafeString:
        rows = gap.questions.select_related("ticket").order_by("-pk")[:SHOWN]
        return render_to_string("admin/learning/questions.html", {"questions": rows})

    @admin.display(description=gettext_lazy("what agents answered where it was solved"))
    def answered(self, gap: Any) -> SafeString:
        rows = usage.answers_of_agents(gap)
        return render_to_string("admin/learning/answers.html", {"answers": rows})

    def start(self, request: HttpRequest, gap: KnowledgeGap) -> HttpResponse:
        article = actions.start_article(
            actor=actor_of(request),
            gap=gap,
            questions=list(gap.questions.order_by("pk").values_list("text", flat=True)),
            texts=[message.body for message in usage.answers_of_agents(gap)],
        )
        messages.success(request, _("A draft was made. Write it, then publish it."))
        return HttpResponseRedirect(
            reverse("admin:knowledgebase_article_change", args=[article.pk])
        )

    def cover(self, request: HttpRequest, gap: KnowledgeGap) -> None:
        actions.cover_gap(actor=actor_of(request), gap=gap)
        messages.success(request, _("It is covered."))

    def dismiss(self, request: HttpRequest, gap: KnowledgeGap) -> None:
        actions.dismiss_gap(actor=actor_of(request), gap=gap)
        messages.success(request, _("It was dismissed."))

    def reopen(self, request: HttpRequest, gap: KnowledgeGap) -> None:
        actions.reopen_gap(actor=actor_of(request), gap=gap)
        messages.success(request, _("It is open again."))

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view
        return [
            path("articles/", guarded(learning_pages.articles), name="bots_articles"),
            path("articles/<int:pk>/", guarded(learning_pages.article), name="bots_article"),
            path("articles/<int:pk>/try/", guarded(try_article), name="bots_try_article"),
            path("asked-again/", guarded(learning_pages.asked_again), name="bots_asked_again"),
            *super().get_urls(),
        ]


@admin.register(AnswerReport, site=site)
class AnswerReportAdmin(ReadOnlyAdmin):
    list_before_template = "admin/learning/reports_intro.html"
    list_display = ("asked", "article", "note", "reporter", "created_at", "held_back")
    list_filter = (OpenReports, "held_back")
    ordering = ("-pk",)
    fields = readonly_fields = (
        *("state", "held_back", "conversation", "question", "answered", "article", "note"),
        *("reporter", "created_at", "decided_by", "decided_at"),
    )
    buttons = (
        Button(
            name="uphold",
            label=gettext_lazy("It was wrong"),
            explanation=gettext_lazy(
                "It counts as a wrong answer from now on. An article that is held back stays so, "
                "until you release it."
            ),
            method="uphold",
            shown=lambda report: report.state == AnswerReport.State.OPEN,
        ),
        Button(
            name="dismiss",
            label=gettext_lazy("It was right"),
            explanation=gettext_lazy("The report is closed, and an article held back is released."),
            method="dismiss",
            shown=lambda report: report.state == AnswerReport.State.OPEN,
        ),
        Button(
            name="release",
            label=gettext_lazy("Release the article"),
            explanation=gettext_lazy(
                "The assistant quotes it again, unless another report holds it back."
            ),
            method="release",
            shown=lambda report: report.held_back,
        ),
    )

    class Media:
        css: ClassVar = {"all": ["css/admin-assistant.css"]}

    def get_queryset(self, request: HttpRequest) -> Any:
        found = super().get_queryset(request).prefetch_related("answer__citations__article")
        return found.select_related("answer__message__ticket", "reporter", "decided_by")

    @admin.display(description=gettext_lazy("conversation"))
    def asked(self, report: Any) -> str:
        ticket = report.answer.message.ticket
        return str(ticket.subject or ticket.reference)

    @admin.display(description=gettext_lazy("conversation"))
    def conversation(self, report: Any) -> SafeString:
        message = report.answer.message
        url = reverse("workspace-ticket", args=[message.ticket.reference])
        return format_html(
            '<a class="plain-link" href="{}#m{}">{}</a>',
            url,
            message.position,
            message.ticket.reference,
        )

    @admin.display(description=gettext_lazy("question"))
    def question(self, report: Any) -> str:
        message = report.answer.message
        before = Message.objects.filter(
            ticket=message.ticket,
            position__lt=message.position,
            author_kind=AuthorKind.CUSTOMER,
        )
        found = before.order_by("-position").first()
        return found.body[:2000] if found else "–"

    @admin.display(description=gettext_lazy("answer"))
    def answered(self, report: Any) -> SafeString:
        return render_to_string("admin/learning/answer.html", {"answer": report.answer})

    @admin.display(description=gettext_lazy("article"))
    def article(self, report: Any) -> str | SafeString:
        source = next(iter(report.answer.citations.all()), None)
        if source is None:
            return "–"
        return _link("knowledgebase_article_change", source.article_id, source.title)

    def uphold(self, request: HttpRequest, report: AnswerReport) -> None:
        actions.decide_report(actor=actor_of(request), report=report, upheld=True)
        messages.success(request, _("It counts as a wrong answer."))

    def dismiss(self, request: HttpRequest, report: AnswerReport) -> None:
        actions.decide_report(actor=actor_of(request), report=report, upheld=False)
        messages.success(request, _("The report is closed."))

    def release(self, request: HttpRequest, report: AnswerReport) -> None:
        actions.release_article(actor=actor_of(request), report=report)
        article = article_of(report.answer)
        if article is not None and not article.assistant_may_use:
            messages.warning(request, _("Another report still holds the article back."))
        else:
            messages.success(request, _("The assistant quotes the article again."))


@admin.register(QuestionSuggestion, site=site)
class QuestionSuggestionAdmin(ReadOnlyAdmin):
    list_before_template = "admin/learning/suggestions_intro.html"

    class Media:
        css: ClassVar = {"all": ["css/admin-assistant.css"]}

    list_display = ("text", "of_article", "source", "created_at", "state")
    list_filter = (OpenSuggestions, "source")
    list_select_related = ("article__published", "ticket")
    search_fields = ("text",)
    ordering = ("-pk",)
    fields = readonly_fields = (
        *("text", "of_article", "source", "conversation", "state", "decided_by", "decided_at"),
    )
    actions = ("approve_all", "decline_all")
    buttons = (
        Button(
            name="approve",
            label=gettext_lazy("Approve"),
            explanation=gettext_lazy(
                "Adds it to the article's sample questions, as a new version that is public at once "
                "unless a newer draft waits."
            ),
            method="approve",
            shown=lambda row: row.state == QuestionSuggestion.State.PROPOSED,
        ),
        Button(
            name="decline",
            label=gettext_lazy("Decline"),
            explanation=gettext_lazy("The article stays as it is."),
            method="decline",
            shown=lambda row: row.state == QuestionSuggestion.State.PROPOSED,
        ),
    )

    @admin.display(description=gettext_lazy("article"))
    def of_article(self, row: Any) -> SafeString:
        title = row.article.published.title if row.article.published else row.article.slug
        return _link("knowledgebase_article_change", row.article_id, title)

    @admin.display(description=gettext_lazy("conversation"))
    def conversation(self, row: Any) -> str | SafeString:
        if row.ticket is None:
            return "–"
        url = reverse("workspace-ticket", args=[row.ticket.reference])
        return format_html('<a class="plain-link" href="{}">{}</a>', url, row.ticket.reference)

    def approve(self, request: HttpRequest, row: QuestionSuggestion) -> None:
        self._decide(request, [row], approved=True)

    def decline(self, request: HttpRequest, row: QuestionSuggestion) -> None:
        self._decide(request, [row], approved=False)

    @admin.action(description=gettext_lazy("Approve"))
    def approve_all(self, request: HttpRequest, queryset: QuerySet[QuestionSuggestion]) -> None:
        self._decide(request, list(queryset), approved=True)

    @admin.action(description=gettext_lazy("Decline"))
    def decline_all(self, request: HttpRequest, queryset: QuerySet[QuestionSuggestion]) -> None:
        self._decide(request, list(queryset), approved=False)

    def _decide(
        self, request: HttpRequest, rows: list[QuestionSuggestion], *, approved: bool
    ) -> None:
        decide = actions.approve_question if approved else actions.decline_question
        done = 0
        for row in rows:
            try:
                decide(actor=actor_of(request), suggestion=row)
                done += 1
            except ValidationError as error:
                messages.error(request, f"{row}: {' '.join(error.messages)}")
            except ActionError as error:
                messages.warning(request, f"{row}: {error.message}")
        if done:
            text = ngettext("%(number)d was decided.", "%(number)d were decided.", done)
            messages.success(request, text % {"number": done})


def _link(name: str, pk: object, text: str) -> SafeString:
    url = reverse(f"admin:{name}", args=[pk])
    return format_html('<a class="plain-link" href="{}">{}</a>', url, text)
