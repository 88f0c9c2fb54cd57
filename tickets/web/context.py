"""What every template knows: the company's name and texts."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from tickets.web import reachable


def desk(request: HttpRequest) -> dict[str, Any]:
    """`desk`: the settings row, loaded only by a template that uses it.

    Not `site`: allauth's pages have one of their own, which would hide it.
    """
    return {"desk": SimpleLazyObject(reachable.desk)}
