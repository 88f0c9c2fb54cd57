"""From one page of a list to the next: a link to follow, and the cursor in it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from rest_framework import serializers
from rest_framework.request import Request


class PageOut(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last one.")
    next_cursor = serializers.CharField(
        allow_null=True, help_text="What `cursor` is in that address, for who builds it; else null."
    )


def next_page(request: Request, cursor: str | None) -> dict[str, str | None]:
    """The two of them; None on the last page."""
    return {"next": link(request, cursor=cursor), "next_cursor": cursor}


def link(request: Request, **changes: str | int | None) -> str | None:
    """This address with some parameters changed; None when one of them is None."""
    if None in changes.values():
        return None
    parameters = {**request.query_params.dict(), **changes}
    return request.build_absolute_uri(f"{request.path}?{urlencode(parameters)}")
