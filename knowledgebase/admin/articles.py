"""Articles and their categories: written, previewed, published, and taken back to any version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models, transaction
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from knowledgebase import actions as articles
from knowledgebase import markdown, short_answers
from knowledgebase.admin import article_history
from knowledgebase.admin.article_form import ArticleForm, changed_sections
from knowledgebase.models import Article, ArticleVersion
from tickets.admin import going_live
from tickets.admin.audit.audited import HISTORY_PAGE, actor_of
from tickets.admin.audit.live import LiveAdmin
from tickets.admin.buttons import Button
from tickets.admin.going_live import Change
from tickets.admin.site import site

_GOES_LIVE = ("publish", "unpublish", "archive")


@admin.register(Article, site=site)
class ArticleAdmin(LiveAdmin):
    """Saving writes a version; what customers read changes by publishing only."""

    form = ArticleForm
    fieldsets = (
        (None, {"fields": (*article_history.WORDS, "note")}),
        (
            gettext_lazy("Where it stands"),
            {"fields": ("category", "language", "slug", "popular")},
        ),
    )
    list_display = ("title", "state_label", "category", "on_first_page", "updated_at")
    list_filter = ("state", "category", "popular", "assistant_may_use")
    list_select_related = ("category",)
    search_fields = ("latest_title", "slug")
    ordering = ("-updated_at", "-pk")
    unversioned = frozenset({"index_claimed_at", "updated_at"})
    actions_submit_line = ("save_and_publish",)
    buttons = (
        Button(
            name="publish",
            label=gettext_lazy("Publish"),
            explanation=gettext_lazy(
                "Makes the newest version public. The assistant answers from it within seconds."
            ),
            method="publish",
            shown=lambda article: article.published_id != newest(article),
        ),
        Button(
            name="unpublish",
            label=gettext_lazy("Unpublish"),
            explanation=gettext_lazy(
                "Takes it back to a draft: it is gone from the help centre, the search and the "
                "assistant at once."
            ),
            method="unpublish",
            shown=lambda article: article.state == Article.State.PUBLISHED,
        ),
        Button(
            name="archive",
            label=gettext_lazy("Archive"),
            explanation=gettext_lazy(
                "Puts it away: nobody but admins finds it, and its versions are kept."
            ),
            method="archive",
            shown=lambda article: article.state != Article.State.ARCHIVED,
            dangerous=True,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        latest = ArticleVersion.objects.filter(article=OuterRef("pk")).order_by("-number")
        return (
            super()
            .get_queryset(request)
            .annotate(
                latest_title=Subquery(latest.values("title")[:1]),
                latest_version=Subquery(latest.values("pk")[:1]),
            )
        )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """With a box to tick where short answers have to be read again."""
        (title, words), *others = super().get_fieldsets(request, obj)
        latest = obj.versions.first() if obj else None
        if latest is None or not changed_sections(latest):
            return [(title, words), *others]
        fields = (*article_history.WORDS, "read_again", "note")
        return [(title, {**words, "fields": fields}), *others]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An article is archived: conversations quote it, and its versions are its history."""
        return False

    @admin.display(description=gettext_lazy("title"), ordering="latest_title")
    def title(self, article: Any) -> str:
        return str(article.latest_title or article.slug)

    @admin.display(description=gettext_lazy("popular"), ordering="popular")
    def on_first_page(self, article: Any) -> str:
        return _("Popular") if article.popular else ""

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        """The page that customers read, if there is one."""
        public = obj is not None and obj.state == Article.State.PUBLISHED
        return str(obj.get_absolute_url()) if public else None

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_label(self, article: Any) -> str:
        label = str(article.get_state_display())
        if article.published_id and article.published_id != article.latest_version:
            return _("%(state)s, newer draft") % {"state": label}
        return label

    # --- writing

    def version_of(self, row: models.Model) -> str:
        assert isinstance(row, Article)
        return f"{super().version_of(row)}-{newest(row)}"

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        words = form.cleaned_data
        with article_history.recorded(actor_of(request), form.instance if change else None) as now:
            article = articles.save_article(
                actor=actor_of(request).user,
                article=form.instance if change else None,
                **{name: words[name] for name in article_history.WORDS},
                read_again=words.get("read_again", False),
                category=words["category"],
                language=words["language"],
                slug=words["slug"],
                popular=words["popular"],
                note=words["note"],
            )
            if self._publishes(request):
                article = articles.publish_article(actor=actor_of(request).user, article=article)
                going_live.went_live(request, article)
            now(article)
        form.instance.__dict__.update(article.__dict__)
        form.instance.latest_title = words["title"]
        self._doubt_yes_and_no(request, words["short_answers"])

    def _publishes(self, request: HttpRequest) -> bool:
        return f"{self.opts.app_label}_{self.opts.model_name}_save_and_publish" in request.POST

    def change_by(
        self, request: HttpRequest, before: Any, form: Any, formsets: Sequence[Any]
    ) -> Change | None:
        """A draft goes live by publishing only."""
        held_back = before is not None and not before.assistant_may_use
        if not self._publishes(request) or held_back:
            return None
        words = {name: form.cleaned_data[name] for name in article_history.WORDS}
        read = [""] * len(words["short_answers"])  # which is nothing to the assistant
        version = ArticleVersion(article=form.instance, short_answers_read=read, **words)
        return Change(before, form.instance, version)

    def press(self, request: HttpRequest, object_id: str, button: str) -> HttpResponseBase:
        """What publishing, or taking away, would break is shown first."""
        if request.method == "POST" and button in _GOES_LIVE:
            page = self.look_first(request, object_id, lambda row: _change(row, button))
            if page is not None:
                return page
        return super().press(request, object_id, button)

    def _doubt_yes_and_no(self, request: HttpRequest, lines: list[str]) -> None:
        """Say which short answers may be wrong for the next question."""
        for short in map(short_answers.read, lines):
            if short is not None and short.says_yes_or_no:
                messages.warning(
                    request,
                    _(
                        "“%(text)s” is read by everybody who is shown “%(heading)s”, whatever they "
                        "asked. Without its first word it may be right for all of them."
                    )
                    % {"text": short.text, "heading": short.heading},
                )

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        """To the article itself, where it can be looked at as customers will see it, and published."""
        messages.success(
            request,
            _("“%(title)s” is saved as a draft. Publish it to show it to customers.")
            % {"title": obj},
        )
        return HttpResponseRedirect(reverse("admin:knowledgebase_article_change", args=[obj.pk]))

    @action(description=gettext_lazy("Save and publish"))  # type: ignore[untyped-decorator]  # the theme's
    def save_and_publish(self, request: HttpRequest, obj: Any) -> None:
        """A button of the form; save_related does what it says."""

    def publish(self, request: HttpRequest, article: Article) -> None:
        actor = actor_of(request)
        with article_history.recorded(actor, article) as now:
            now(articles.publish_article(actor=actor.user, article=article))
            going_live.went_live(request, article)
        messages.success(request, _("The newest version is public."))

    def unpublish(self, request: HttpRequest, article: Article) -> None:
        actor = actor_of(request)
        with article_history.recorded(actor, article) as now:
            now(articles.unpublish_article(actor=actor.user, article=article))
            going_live.went_live(request, article)
        messages.success(request, _("It is a draft again."))

    def archive(self, request: HttpRequest, article: Article) -> None:
        actor = actor_of(request)
        with article_history.recorded(actor, article) as now:
            now(articles.archive_article(actor=actor.user, article=article))
            going_live.went_live(request, article)
        messages.success(request, _("It is archived."))

    # --- versions

    def get_urls(self) -> list[URLPattern]:
        def own(route: str, view: Any, name: str) -> Any:
            return path(route, self.admin_site.admin_view(view), name=name)

        return [
            own("<int:pk>/preview/", self.preview, "knowledgebase_article_preview"),
            own("<int:pk>/versions/<int:number>/", self.preview, "knowledgebase_article_version"),
            own("<int:pk>/restore/<int:number>/", self.restore, "knowledgebase_article_restore"),
            *super().get_urls(),
        ]

    def preview(self, request: HttpRequest, pk: int, number: int | None = None) -> Any:
        """A version as customers would see it, the newest one if none is named."""
        version = _version(pk, number)
        response: Any = TemplateResponse(
            request,
            "admin/article_preview.html",
            {
                "version": version,
                "article": version.article,
                "page": markdown.page(version.pk, version.body),
                "is_public": version.article.published_id == version.pk,
            },
        )
        response._csp_update = {}  # no page of the theme: as strict as the help centre
        return response

    def restore(self, request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
        """An earlier version's words as the newest version; what is public stays."""
        if request.method != "POST":
            raise PermissionDenied
        version, actor = _version(pk, number), actor_of(request)
        with transaction.atomic():
            article = Article.objects.select_for_update().get(pk=pk)
            with article_history.recorded(actor, article) as now:
                now(
                    articles.save_article(
                        actor=actor.user,
                        article=article,
                        title=version.title,
                        body=version.body,
                        summary=version.summary,
                        questions=version.questions,
                        short_answers=version.short_answers,
                        category=article.category,
                        language=article.language,
                        note=_("Version %(number)d restored") % {"number": number},
                    )
                )
        messages.success(
            request,
            _("Version %(number)d is the newest again. Publish it to show it to customers.")
            % {"number": number},
        )
        return HttpResponseRedirect(reverse("admin:knowledgebase_article_change", args=[pk]))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Every version with what it changed, and every publishing, the newest first."""
        article = self.get_object(request, unquote(object_id))
        if article is None:
            raise Http404
        page = Paginator(article_history.events_of(article), HISTORY_PAGE).get_page(
            request.GET.get("p")
        )
        context = {
            **self.admin_site.each_context(request),
            "title": _("History"),
            "subtitle": article.latest_title,
            "entries": article_history.entries(article, page.object_list),
            "page": page,
            "object": article,
            "original": article,
            "opts": self.opts,
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/article_history.html", context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        article = context.get("original")
        if article is not None:
            context["subtitle"] = article.latest_title
            context["preview_url"] = reverse(
                "admin:knowledgebase_article_preview", args=[article.pk]
            )
            context["row_links"] = [
                {"label": label, "url": reverse(f"admin:{name}", args=[article.pk])}
                for label, name in (
                    (_("Try it"), "bots_try_article"),
                    (_("How it does"), "bots_article"),
                )
            ]
            context["state_of_row"] = self.state_label(article)
        return super().render_change_form(request, context, *args, **kwargs)


def _change(article: Article, button: str) -> Change | None:
    """What a button of an article changes for the assistant; None if nothing."""
    if not article.assistant_may_use:
        return None
    if button == "publish":
        version = article.versions.first()
        return Change(article, article, version) if version is not None else None
    return Change(article, None) if article.state == Article.State.PUBLISHED else None


def newest(article: Article) -> int | None:
    """The key of an article's newest version."""
    return article.versions.values_list("pk", flat=True).first()


def _version(pk: int, number: int | None) -> ArticleVersion:
    versions = ArticleVersion.objects.filter(article=pk).select_related("article__category")
    found = versions.filter(number=number) if number is not None else versions.order_by("-number")
    version = found.first()
    if version is None:
        raise Http404
    return version
