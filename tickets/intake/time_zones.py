"""The viewer's time zone: what staff chose, else what the browser named in its cookie, else UTC."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import timezone

COOKIE = "timezone"  # set by the page's script


def shown_to(user: object, cookies: Mapping[str, str]) -> AbstractContextManager[None]:
    """Show times in the viewer's zone while this context lasts. A zone that is none is ignored."""
    name = getattr(user, "timezone", "") or cookies.get(COOKIE, "")
    try:
        zone = ZoneInfo(name[:64]) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone = None
    return timezone.override(zone)
