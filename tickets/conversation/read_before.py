"""What a customer read and searched in the day before they began a conversation, in one quiet line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tickets.models import Ticket

TITLES = 3
SEARCHES = 2


@dataclass(frozen=True, slots=True)
class Read:
    """An article by its title; one that is public no more has no address."""

    title: str
    slug: str


@dataclass(frozen=True, slots=True)
class Searched:
    words: str
    in_vain: bool


@dataclass(frozen=True, slots=True)
class ReadBefore:
    """The last of each, the newest first, and how many articles there were beside."""

    articles: list[Read]
    more: int
    searches: list[Searched]


def of(ticket: Ticket) -> ReadBefore | None:
    """Of a ticket that was loaded for an agent (`access.ticket_for`); None where they came at once."""
    visits: list[dict[str, Any]] = getattr(ticket, "read_before", [])
    articles = {
        one["slug"]: Read(one["title"] or one["slug"], one["slug"] if one["title"] else "")
        for one in visits
        if one["slug"]
    }
    words = {
        one["words"].casefold(): Searched(one["words"], in_vain=not one["hits"])
        for one in visits
        if one["words"]
    }
    if not articles and not words:
        return None
    return ReadBefore(
        articles=list(articles.values())[:TITLES],
        more=max(0, len(articles) - TITLES),
        searches=list(words.values())[:SEARCHES],
    )
