"""What every template knows: the company's name and texts."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from tickets.models import SiteSettings


def site(request: HttpRequest) -> dict[str, Any]:
    """`site`: the settings row, loaded only by a template that uses it."""
    return {"site": SimpleLazyObject(SiteSettings.load)}
