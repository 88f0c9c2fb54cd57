"""A tag as somebody types it, made the one form in which it is kept."""

from __future__ import annotations

from tickets.intake import text
from tickets.models.properties import TAG_LENGTH


def tag(words: str) -> str:
    """Lower case, single spaces, no # before it; "" for what is none."""
    if text.says_nothing(words[: TAG_LENGTH * 4]):
        return ""
    return text.line(text.line(words, limit=TAG_LENGTH * 2).lower().lstrip("#"), limit=TAG_LENGTH)
