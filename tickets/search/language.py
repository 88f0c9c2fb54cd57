"""Reads what somebody typed into the search: words, phrases, operators; or says kindly what is wrong.

    status:open team:"Returns" "lost parcel" from:customer -refund refu

Whatever is typed is data: words go to the database as parameters, operators become conditions. What
cannot be read is refused as a whole, so that nothing that was meant to narrow a search is passed over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from django.utils.translation import gettext as _

from tickets.models import User
from tickets.models.tickets import ENDED, REFERENCE_LETTERS
from tickets.search import operators
from tickets.search.operators import OPERATORS, Misread
from tickets.search.words import words_of

LONGEST = 400  # characters
MOST_WORDS = 16
MOST_OPERATORS = 10
_NAMES = {"customer", "organization"}  # slow to compare, so that the index comes first
SHORTEST_BEGINNING = 2  # letters: what begins with one is nearly everything

_PART = re.compile(
    r"""(?P<minus>-)?(?:(?P<name>[^\W\d_]+):)?(?:"(?P<quoted>[^"]*)"|(?P<plain>[^\s"]*))(?=\s|$)"""
)
_REFERENCE = re.compile(rf"#?([{REFERENCE_LETTERS}]{{8}})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand side by side; the last of them is only a beginning, if `begins`."""

    words: tuple[str, ...]
    begins: bool = False
    negative: bool = False
    heading: bool = False  # only in what identifies the ticket: it belongs to an operator

    def as_tsquery(self, weights: str = "") -> str:
        """As PostgreSQL reads it. Words hold no quotation marks and no backslashes."""
        weights = "A" if self.heading else weights
        marks = [f":{weights}" if weights else ""] * len(self.words)
        if self.begins:
            marks[-1] = f":*{weights}"
        return " <-> ".join(f"'{word}'{mark}" for word, mark in zip(self.words, marks, strict=True))


@dataclass(slots=True)
class Query:
    """A search that was read. Without anything in it, it finds nothing."""

    text: str = ""
    reference: str = ""
    terms: list[Term] = field(default_factory=list)
    conditions: list[dict[str, Any]] = field(default_factory=list)
    before: datetime | None = None
    after: datetime | None = None
    weights: str = ""  # whose words count; of everybody if ""

    @property
    def is_empty(self) -> bool:
        bounds = self.before is not None or self.after is not None
        return not (self.terms or self.conditions or bounds)

    @property
    def is_a_list(self) -> bool:
        """Whether it is asked for by the tickets' columns alone: without words, or of what is open and
        has a tag. Open tickets are few, and have an index.
        """
        fields = {condition["field"] for condition in self.conditions}
        is_open = any(
            condition["field"] == "turn"
            and condition["op"] == "any_of"
            and not set(ENDED) & set(condition["value"])
            for condition in self.conditions
        )
        only_tags = all(term.heading for term in self.terms) and not fields & _NAMES
        return not self.terms or (is_open and only_tags)

    @property
    def wanted(self) -> list[Term]:
        """The terms that a match has and that somebody typed: what is highlighted and weighed."""
        return [term for term in self.terms if not term.negative and not term.heading]


def read(text: str, user: User | None = None) -> Query:
    """What somebody typed. `user` is who asks, for "me".

    Raises:
        Misread: with a sentence for whoever typed it.
    """
    if len(text) > LONGEST:
        raise Misread(
            _("Keep a search under %(most)d characters: a few words are enough.")
            % {"most": LONGEST}
        )
    query = Query(text)
    if found := _REFERENCE.fullmatch(text.strip()):
        query.reference = found[1].upper()
    parts = _parts(text)
    named = [part for part in parts if part["name"]]
    if len(named) > MOST_OPERATORS:
        raise Misread(_("Use at most %(most)d operators.") % {"most": MOST_OPERATORS})
    for place, part in enumerate(parts):
        if part["name"]:
            _operator(query, part, user)
        else:
            _words(query, part, is_last=place == len(parts) - 1)
    if sum(len(term.words) for term in query.terms) > MOST_WORDS:
        raise Misread(_("Use at most %(most)d words.") % {"most": MOST_WORDS})
    if query.weights and not query.wanted:
        raise Misread(_("Add the words that they said, for example: from:customer parcel"))
    if query.is_empty:
        raise Misread(_("Write a word or a number to look for."))
    return query


def _parts(text: str) -> list[dict[str, str]]:
    found, place = [], 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        match = _PART.match(text, place)
        if match is None:
            raise _unclosed(text[place:])
        found.append({name: value or "" for name, value in match.groupdict().items()})
        place = match.end()
    return found


def _unclosed(rest: str) -> Misread:
    if rest.count('"') % 2:
        return Misread(_('A quotation mark is missing: write a phrase as "lost parcel".'))
    return Misread(_('Write a space before and after a phrase: -"lost parcel" refund'))


def _operator(query: Query, part: dict[str, str], user: User | None) -> None:
    name = part["name"].lower()
    operator = OPERATORS.get(name)
    if operator is None:
        raise _unknown(name)
    values = [part["quoted"]] if part["quoted"] else part["plain"].split(",")
    values = [value for value in map(str.strip, values) if value]
    if not values:
        raise Misread(
            _("Write something after %(name)s, for example %(example)s.")
            % {"name": f"{name}:", "example": operator.example}
        )
    negative = bool(part["minus"])
    if operator.compile is None:
        _bound(query, name, values, negative)
        return
    condition = operator.compile(values, user)
    query.conditions.append(operators.negated(condition) if negative else condition)
    if operator.words and not negative and len(values) == 1:
        words = tuple(words_of(values[0]))
        if words:
            query.terms.append(Term(words, heading=True))


def _bound(query: Query, name: str, values: list[str], negative: bool) -> None:
    """What is no condition of the ticket: from when to when, and whose words."""
    if negative or len(values) > 1:
        raise Misread(
            _("Write %(name)s without a minus and with one value.") % {"name": f"{name}:"}
        )
    if name == "from":
        query.weights = operators.author(values[0])
    elif name == "before":
        query.before = operators.moment(values[0], name)
    else:
        query.after = operators.moment(values[0], name)


def _words(query: Query, part: dict[str, str], *, is_last: bool) -> None:
    words = tuple(words_of(part["quoted"] or part["plain"]))
    if not words:
        return
    begins = is_last and not part["quoted"] and len(words[-1]) >= SHORTEST_BEGINNING
    query.terms.append(
        Term(words, begins=begins and not part["minus"], negative=bool(part["minus"]))
    )


def _unknown(name: str) -> Misread:
    close = get_close_matches(name, OPERATORS, n=1, cutoff=0.5)
    if close:
        return Misread(
            _(
                "There is no operator %(name)s. Do you mean %(close)s? Put it into quotes to look for it."
            )
            % {"name": f"{name[:40]}:", "close": f"{close[0]}:"}
        )
    return Misread(
        _(
            "There is no operator %(name)s. Put it into quotes to look for it, or choose one of: %(known)s."
        )
        % {"name": f"{name[:40]}:", "known": ", ".join(OPERATORS)}
    )
