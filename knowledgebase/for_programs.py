"""The help centre as programs read it: each article as Markdown, a list for assistants, what search
engines and feed readers ask for. What is not published is not there.
"""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from typing import Final

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps import views as sitemaps
from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from knowledgebase.models import Article
from knowledgebase.models.articles import ArticleQuerySet

NEWEST: Final = 30  # articles in the feed
MOST_LISTED: Final = 2_000  # of those in llms.txt; the site map has all


def _published() -> ArticleQuerySet:
    return Article.objects.public().select_related("published", "category")


@require_safe
def article_markdown(request: HttpRequest, slug: str) -> HttpResponse:
    """An article as its author wrote it, with its title above and its address below."""
    article = _published().filter(slug=slug).first()
    if article is None or article.published is None:
        raise Http404(_("There is no such article."))
    version = article.published
    address = settings.SITE_URL + article.get_absolute_url()
    parts = [f"# {version.title}", version.summary, version.body.strip()]
    said = [*filter(None, parts), f"Source: {address} ({version.created_at:%Y-%m-%d})"]
    response = HttpResponse("\n\n".join(said) + "\n", content_type="text/markdown; charset=utf-8")
    response["Link"] = f'<{address}>; rel="canonical"'
    response["Content-Language"] = article.language
    return response


@require_safe
def llms(request: HttpRequest) -> HttpResponse:
    """What there is to read, for assistants, in the form of llmstxt.org."""
    articles = _published().order_by("category__position", "category__name", "category", "pk")
    found = articles[: MOST_LISTED + 1]
    shelves = [
        (category, list(there))
        for category, there in groupby(found[:MOST_LISTED], key=lambda one: one.category)
    ]
    context = {"shelves": shelves, "more": len(found) > MOST_LISTED, "site": settings.SITE_URL}
    return render(
        request, "knowledgebase/llms.txt", context, content_type="text/plain; charset=utf-8"
    )


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines may read: the help centre, and nobody's conversation."""
    return render(
        request,
        "knowledgebase/robots.txt",
        {"site": settings.SITE_URL},
        content_type="text/plain; charset=utf-8",
    )


class _Articles(Sitemap):  # type: ignore[type-arg]  # generic for the type checker only
    limit = 5_000

    def items(self) -> ArticleQuerySet:
        return _published().order_by("pk")

    def lastmod(self, article: Article) -> datetime | None:
        return article.published.created_at if article.published else None


@require_safe
def site_map(request: HttpRequest) -> HttpResponse:
    """Every published article with its last change, 5,000 to a page (`?p=2`)."""
    return sitemaps.sitemap(request, {"help": _Articles()})


class Changes(Feed):  # type: ignore[type-arg]  # generic for the type checker only
    """The articles that were published last, for feed readers."""

    feed_type = Atom1Feed

    def title(self) -> str:
        return str(_("Help centre"))

    def link(self) -> str:
        return reverse("help-centre")

    def items(self) -> ArticleQuerySet:
        return _published().order_by("-published__created_at", "-pk")[:NEWEST]

    def item_title(self, article: Article) -> str:
        return article.published.title if article.published else ""

    def item_description(self, article: Article) -> str:
        return article.published.summary if article.published else ""

    def item_pubdate(self, article: Article) -> datetime | None:
        return article.published.created_at if article.published else None

    def item_updateddate(self, article: Article) -> datetime | None:
        return self.item_pubdate(article)
