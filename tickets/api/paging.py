"""Keyset pages of the help centre's articles, and the links from one page of the API to the next."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from urllib.parse import urlencode

from rest_framework.request import Request

from knowledgebase.models import Article
from knowledgebase.models.articles import ArticleQuerySet
from tickets.lists.pages import BadCursor


def articles_after(
    articles: ArticleQuerySet, cursor: str, *, size: int
) -> tuple[Sequence[Article], str | None]:
    """Articles in the order they were made, and the cursor of the page after them.

    Raises BadCursor for one that is not ours.
    """
    if cursor:
        articles = articles.filter(pk__gt=_decode(cursor))
    rows = list(articles.order_by("pk")[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    return rows, _encode(rows[-1].pk) if more else None


def next_link(request: Request, **changes: str | int | None) -> str | None:
    """This address with some parameters changed; None when one of them is None."""
    if None in changes.values():
        return None
    parameters = {**request.query_params.dict(), **changes}
    return request.build_absolute_uri(f"{request.path}?{urlencode(parameters)}")


def _encode(pk: int) -> str:
    return urlsafe_b64encode(f"article {pk}".encode()).decode().rstrip("=")


def _decode(cursor: str) -> int:
    try:
        what, pk = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split(" ")
        if what != "article" or not 0 < int(pk) < 2**63:
            raise BadCursor
        return int(pk)
    except ValueError as error:
        raise BadCursor(str(error)) from error
