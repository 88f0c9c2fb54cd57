"""The help centre: its topics, their articles, an article, and what a search finds."""

from typing import Final

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from knowledgebase import markdown, visits
from knowledgebase.excerpts import excerpt
from knowledgebase.models import Article, ArticleVersion, Category
from knowledgebase.models.articles import ArticleQuerySet
from knowledgebase.search import ArticleHit, SearchResult, readable, related, search
from knowledgebase.visits import Visit

POPULAR: Final = 8
PER_PAGE: Final = 50
RESULTS: Final = 10
OTHER: Final = "other"  # the address of what stands on no shelf
# Where a list ends: half of the questions far from all articles have a best score under 0.24, and 95
# of 100 that an article answers have one over 0.35 (CLINC150).
_LEAST_SCORE: Final = 0.25
_LEAST_OF_BEST: Final = 0.5
_LONGEST_QUESTION_SHOWN: Final = 300


@require_safe
def help_centre(request: HttpRequest) -> HttpResponse:
    public = Article.objects.public()
    return render(
        request,
        "knowledgebase/help_centre.html",
        {
            "section": "help",
            "categories": Category.objects.annotate(
                count=Count("articles", filter=Q(articles__in=public))
            ).filter(count__gt=0),
            "popular": public.filter(popular=True).select_related("published")[:POPULAR],
            "elsewhere": public.filter(category=None).count(),
        },
    )


@require_safe
def help_category(request: HttpRequest, slug: str) -> HttpResponse:
    category = Category.objects.filter(slug=slug).first()
    articles = Article.objects.public().filter(category=category)
    if category is None and slug != OTHER:
        raise Http404(_not_found())
    after = request.GET.get("after", "")
    if after.isascii() and after.isdigit() and len(after) < 19:
        articles = _after(articles, int(after))
    rows = list(
        articles.select_related("published").order_by("published__title", "pk")[: PER_PAGE + 1]
    )
    if category is None and not rows:
        raise Http404(_not_found())
    return render(
        request,
        "knowledgebase/category.html",
        {
            "section": "help",
            "category": category,
            "articles": rows[:PER_PAGE],
            "more_after": rows[PER_PAGE - 1].pk if len(rows) > PER_PAGE else None,
        },
    )


@require_safe
def help_article(request: HttpRequest, slug: str) -> HttpResponse:
    """A published article; for staff also one that is not, marked as such."""
    article = (
        Article.objects.visible_to(request.user)
        .select_related("category", "published")
        .filter(slug=slug)
        .first()
    )
    version: ArticleVersion | None = None
    if article is not None:
        version = article.published or article.versions.first()
    if article is None or version is None:
        raise Http404(_not_found())
    page = markdown.page(version.pk, version.body)
    response = render(
        request,
        "knowledgebase/article.html",
        {
            "section": "help",
            "article": article,
            "version": version,
            "page": page,
            "contents": [heading for heading in page.headings if heading.level in (2, 3)],
            "related": related(article.pk) if article.published_id else [],
        },
    )
    if article.published_id:
        visits.tell(request, response, Visit(article=article.pk))
    return response


@require_safe
def help_search(request: HttpRequest) -> HttpResponse:
    """What a question finds; only the list for htmx, while somebody types."""
    query = readable(request.GET.get("q", ""))
    found = search(query, limit=RESULTS)
    hits = _worth_showing(found)
    context = {
        "section": "help",
        "query": query[:_LONGEST_QUESTION_SHOWN],
        "hits": [(hit, excerpt(hit.passage, query)) for hit in hits],
        "by_meaning": found.by_meaning,
    }
    live = request.headers.get("HX-Request") == "true"
    template = "knowledgebase/results.html" if live else "knowledgebase/search.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    if query:
        visits.tell(request, response, Visit(words=query, hits=len(hits)))
    return response


def _worth_showing(found: SearchResult) -> list[ArticleHit]:
    if not found.hits:
        return []
    least = found.hits[0].score * _LEAST_OF_BEST
    if found.by_meaning:
        least = max(least, _LEAST_SCORE)
    return [hit for hit in found.hits if hit.score >= least]


def _after(articles: ArticleQuerySet, pk: int) -> ArticleQuerySet:
    """The rows that follow an article in the order of titles, if it is one of them."""
    last = articles.filter(pk=pk).values_list("published__title", flat=True).first()
    if last is None:
        return articles
    return articles.filter(Q(published__title__gt=last) | Q(published__title=last, pk__gt=pk))


def _not_found() -> str:
    return _("There is no such article.")
