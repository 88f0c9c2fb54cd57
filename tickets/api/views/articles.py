"""The published articles: listed, read, searched."""

from __future__ import annotations

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from knowledgebase.models import Article
from knowledgebase.search import search
from tickets.api.paging import next_page
from tickets.api.queries import CursorQuery, SearchQuery
from tickets.api.schema import operation
from tickets.api.serializers import (
    ArticleOut,
    ArticlePage,
    ArticleWithBodyOut,
    SearchOut,
)
from tickets.api.views.base import ApiView
from tickets.lists.keyset import Order
from tickets.models import Scope

BY_AGE = Order("articles", ("pk",))


class ArticleList(ApiView):
    scopes = {"GET": Scope.ARTICLES_READ}
    query = {"GET": CursorQuery}

    @operation(
        "List articles",
        "The published ones, in the order they were made.",
        scope=Scope.ARTICLES_READ,
        query=CursorQuery,
        answer=ArticlePage,
    )
    def get(self, request: Request) -> Response:
        articles = Article.objects.public().select_related("category", "published")
        page = BY_AGE.page(articles, self.parameters["cursor"], size=self.parameters["page_size"])
        return Response(
            {
                "results": ArticleOut(page.rows, many=True).data,
                **next_page(request, page.next),
            }
        )


class ArticleDetail(ApiView):
    scopes = {"GET": Scope.ARTICLES_READ}

    @operation("Read an article", scope=Scope.ARTICLES_READ, answer=ArticleWithBodyOut)
    def get(self, request: Request, slug: str) -> Response:
        articles = Article.objects.public().select_related("category", "published")
        article = articles.filter(slug=slug).first()
        if article is None:
            raise Http404
        return Response(ArticleWithBodyOut(article).data)


class ArticleSearch(ApiView):
    scopes = {"GET": Scope.ARTICLES_READ}
    query = {"GET": SearchQuery}

    @operation(
        "Search articles",
        "By meaning and by words. Each result is an article with the passage that fits best; the "
        "best comes first.",
        scope=Scope.ARTICLES_READ,
        query=SearchQuery,
        answer=SearchOut,
    )
    def get(self, request: Request) -> Response:
        found = search(self.parameters["q"], limit=self.parameters["limit"])
        return Response(SearchOut(found).data)
