"""The links from one page of a list to the next."""

from __future__ import annotations

from urllib.parse import urlencode

from rest_framework.request import Request


def next_link(request: Request, **changes: str | int | None) -> str | None:
    """This address with some parameters changed; None when one of them is None."""
    if None in changes.values():
        return None
    parameters = {**request.query_params.dict(), **changes}
    return request.build_absolute_uri(f"{request.path}?{urlencode(parameters)}")
