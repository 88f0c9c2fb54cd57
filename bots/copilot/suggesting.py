"""A reply that is suggested to an agent: phrases, the sections that answer, what solved the like before.

Every sentence was written by somebody: an author, an agent, an admin. It is text for a composer and
nothing else: no function here can send it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from bots.copilot import phrases
from bots.copilot.articles import Found
from bots.copilot.solved import Solved
from bots.copilot.wanted import Wanted
from bots.naming import name_of
from bots.sources import Source
from tickets.conversation.suggested import CONVERSATION, LONGEST, SECTION, Suggestion
from tickets.models import AuthorKind, Ticket, User

WORTH = 0.4  # how likely a section must answer; an agent reads it first, so less than the assistant's .65
ALSO = 0.55  # the same for a second section, and for one that is not in the article that fits best
MOST_SECTIONS = 2
EXCERPT = 24  # words
# Of words: from here on what solved the like says the same as the section, and is left out.
SAYS_THE_SAME = 0.5
_STEPS = re.compile(r"^[ \t]*(?:\d+[.)]|[-*])\s", re.MULTILINE)
_LINK = re.compile(r"\[([^\[\]\n]+)\]\(([^()\s]+)\)")
_MARKS = re.compile(r"\*\*([^*\n]+)\*\*|`([^`\n]+)`")
_WORD = re.compile(r"\w{4,}")


@dataclass(frozen=True, slots=True)
class Suggested:
    """What is suggested, or why nothing is."""

    suggestion: Suggestion | None
    why_none: str = ""
    sure: int | None = None  # percent: how likely its first section answers
    answer: str = ""  # its beginning, after greeting and opening


def suggest(
    ticket: Ticket, user: User, wanted: Wanted, found: Sequence[Found], solved: Solved | None
) -> Suggested:
    """A reply for what the customer wants now. A few queries.

    `found` are the articles beside the ticket; of those held back nothing is taken.
    """
    if wanted.sensitive:
        return Suggested(None, _("This needs your own words."))
    taken = _worth_it(found, wanted.language)
    if not taken and solved is None:
        return Suggested(None, _why_none(found, wanted.language))
    said = ticket.messages.filter(author_kind=AuthorKind.AGENT).order_by("-position")
    before, after = phrases.around(
        ticket,
        user,
        moment=wanted.moment,
        language=wanted.language or settings.LANGUAGE_CODE,
        said=said.values_list("body", flat=True)[:20],
    )
    answers = [told(one.source) for one in taken]
    origins = [section(one.source, one.version) for one in taken]
    if solved is not None and not _says_the_same(solved.text, answers):
        answers.append(solved.text)
        origins.append(conversation(solved))
    text = "\n\n".join([*before, *answers, *after])[:LONGEST]
    sure = taken[0].percent if taken else None
    suggestion = Suggestion(text, tuple(origins))
    return Suggested(suggestion, sure=sure, answer=Truncator(answers[0]).words(EXCERPT))


def told(source: Source) -> str:
    """A section as a person would tell it: the short answer, then its steps, then where to read on."""
    text = _as_typed(_without_tables(source.text.strip()))
    short = _as_typed(source.short_answer.strip())
    parts = [short] if short else []
    if not short or _STEPS.search(text):
        parts.append(text)
    return "\n\n".join([*parts, link(source)])


def link(source: Source) -> str:
    """The article by its title, with its address."""
    path = reverse("help-article", args=[source.slug])
    anchor = f"#{source.anchor}" if source.anchor else ""
    return f"{source.title}: {settings.SITE_URL}{path}{anchor}"


def section(source: Source, version: int) -> dict[str, Any]:
    """Where a text came from, as it is kept with a reply."""
    return {
        "kind": SECTION,
        "article": source.article_id,
        "version": version,
        "slug": source.slug,
        "title": source.title,
        "heading": source.heading,
        "anchor": source.anchor,
    }


def conversation(solved: Solved) -> dict[str, Any]:
    return {"kind": CONVERSATION, "reference": solved.reference, "position": solved.position}


def _worth_it(found: Sequence[Found], language: str) -> list[Found]:
    """The section that answers, and another one for something else that was asked, each by its query."""
    usable = [
        one
        for one in found
        if one.sure is not None
        and one.sure >= WORTH
        and not one.held_back
        and _same_language(one.source.language, language)
    ]
    best = found[0].source.article_id if found else None
    usable = [one for one in usable if one.source.article_id == best or (one.sure or 0) >= ALSO]
    usable.sort(key=lambda one: -(one.sure or 0))
    first = usable[:1]
    others = [one for one in usable[1:] if (one.sure or 0) >= ALSO and one.query.endswith("?")]
    others = [one for one in others if one.query != first[0].query]
    return [*first, *others][:MOST_SECTIONS]


def _why_none(found: Sequence[Found], language: str) -> str:
    fitting = [one for one in found if one.sure is not None and one.sure >= WORTH]
    if fitting and all(one.held_back for one in fitting):
        return _("What fits is held back from the assistant: nothing is suggested from it.")
    if fitting and not any(_same_language(one.source.language, language) for one in fitting):
        return _("Nothing to suggest in %(language)s.") % {"language": name_of(language)}
    return _("Nothing that is sure enough to suggest.")


def _same_language(one: str, other: str) -> bool:
    return not one or not other or one[:2] == other[:2]


def _says_the_same(text: str, answers: Sequence[str]) -> bool:
    mine = set(_WORD.findall(text.casefold()))
    theirs = set(_WORD.findall(" ".join(answers).casefold()))
    return not mine or len(mine & theirs) >= SAYS_THE_SAME * len(mine)


def _as_typed(text: str) -> str:
    """As somebody would type it into a mail: no marks of Markdown but lists, addresses in brackets."""
    return _MARKS.sub(r"\1\2", _LINK.sub(_link_as_typed, text))


def _link_as_typed(match: re.Match[str]) -> str:
    words, address = match.groups()
    site = settings.SITE_URL if address.startswith("/") else ""
    return f"{words} ({site}{address})"


def _without_tables(text: str) -> str:
    """A table as a list, a line for each row: in a mail its bars are read as they are typed."""
    lines: list[str] = []
    table: list[str] = []
    for line in [*text.split("\n"), ""]:
        if line.lstrip().startswith("|"):
            table.append(line)
            continue
        lines += _as_list(table)
        table = []
        lines.append(line)
    return "\n".join(lines).strip()


def _as_list(table: Sequence[str]) -> list[str]:
    """The rows below the head; of more than two columns each value with its heading."""
    rows = [[cell.strip() for cell in row.strip().strip("|").split("|")] for row in table]
    if len(rows) < 3:
        return list(table)
    head, _bars, *body = rows
    listed = []
    for first, *others in body:
        named = zip(head[1:], others, strict=False)
        told = others if len(head) <= 2 else [f"{name.lower()} {cell}" for name, cell in named]
        listed.append(f"- {first}: {', '.join(cell for cell in told if cell)}")
    return listed
