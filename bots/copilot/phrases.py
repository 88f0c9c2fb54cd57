"""The sentences around a suggested reply, filled in for one conversation and its agent."""

from __future__ import annotations

from collections.abc import Iterable

from bots.models import Moment, ReplyPhrase
from tickets.conversation import placeholders
from tickets.models import Ticket, User


def around(
    ticket: Ticket, user: User, *, moment: Moment, language: str, said: Iterable[str]
) -> tuple[list[str], list[str]]:
    """What stands before the answer and after it: greeting and opening, ending. A few queries.

    Where a language has no phrases, nothing: one in another language would be worse. An opening that
    they have read already (`said`) is not written again.
    """
    rows = {row.about: row.text for row in ReplyPhrase.objects.filter(language=language[:2])}
    named = bool(ticket.customer.name.split())
    greeting = rows.get(Moment.GREETING if named else Moment.GREETING_NO_NAME, "")
    opening = rows.get(moment, "")
    if opening and any(opening in body for body in said):
        opening = ""
    before = [_filled(text, ticket, user) for text in (greeting, opening) if text]
    return before, [_filled(text, ticket, user) for text in [rows.get(Moment.ENDING, "")] if text]


def _filled(text: str, ticket: Ticket, user: User) -> str:
    filled = placeholders.fill(text, ticket, user)
    for mark in filled.marks:  # what is not known is left out
        filled = placeholders.Filled(filled.text.replace(mark, ""))
    return filled.text
