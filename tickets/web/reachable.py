"""The company's name and the other ways to reach it, also on pages that are shown while PostgreSQL is
away: what this process loaded last is remembered for them.
"""

from __future__ import annotations

from django.db import DatabaseError

from tickets.models import SiteSettings

_last: SiteSettings | None = None


def desk() -> SiteSettings:
    """The settings as they are now, or as they were last known."""
    global _last
    try:
        _last = SiteSettings.load()
    except DatabaseError:
        if _last is None:
            return SiteSettings()
    return _last


def last_known() -> SiteSettings | None:
    """Without asking the database."""
    return _last
