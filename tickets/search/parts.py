"""The parts of a search, as they stand in each other: words, operators, OR, brackets and a minus.

What stands side by side has to hold all together; OR is between its two neighbours. A minus before
brackets is taken inside at once (all becomes any, each part its opposite), so that nothing is left of
it. Groups in groups of the same kind are one, so that only what is really nested counts as deep.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from django.utils.translation import gettext as _

from tickets.conditions.groups import DEEPEST
from tickets.models import Match, User
from tickets.search import operators
from tickets.search.field_operators import operator_named
from tickets.search.operators import OPERATORS, Condition, Misread, without_minus
from tickets.search.words import words_of

MOST_OPERATORS = 10
MOST_BRACKETS = 8  # open at once; what they say may still be flatter than they are
SHORTEST_BEGINNING = 2  # letters: what begins with one is nearly everything
OR, AND, OPEN, CLOSE = "OR", "AND", "(", ")"

# In brackets a word ends before those that close them.
_NAME = r"""(?P<minus>-)?(?:(?P<name>[^\W\d_][\w.]*):)?"""
_PART = re.compile(rf"""{_NAME}(?:"(?P<quoted>[^"]*)"|(?P<plain>[^\s"]*))(?=\s|$)""")
_INSIDE = re.compile(rf"""{_NAME}(?:"(?P<quoted>[^"]*)"|(?P<plain>[^\s"]*?))(?=\)*(?:\s|$))""")


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


@dataclass(frozen=True, slots=True)
class Either:
    """Words and conditions of which all or any have to hold; those of a minus are its opposite."""

    match: Match
    members: tuple[Part, ...]

    @property
    def terms(self) -> Iterator[Term]:
        for member in self.members:
            if isinstance(member, Term):
                yield member
            elif isinstance(member, Either):
                yield from member.terms


# A condition of the one language (or a group of them), words, or both in brackets.
Part = Condition | Term | Either


@dataclass(frozen=True, slots=True)
class Token:
    """A word, an operator with its value, a phrase, OR, or a bracket; and where it stands."""

    kind: str  # "" for what is read, else OR, AND, OPEN or CLOSE
    start: int
    end: int
    minus: bool = False
    name: str = ""
    quoted: str = ""
    plain: str = ""


@dataclass(slots=True)
class _Open:
    """Brackets that are open, with what stands in them so far."""

    minus: bool = False
    members: list[Part] = field(default_factory=list)
    joins: bool = False  # OR was written, and its second neighbour is to come

    def add(self, part: Part) -> None:
        if self.joins:
            part = group(Match.ANY, [self.members.pop(), part])
        self.members.append(part)
        self.joins = False


@dataclass(slots=True)
class Reader:
    """Reads a search for `user`; `weights`: whose words count, where that was said."""

    user: User | None
    weights: str = ""
    _open: list[_Open] = field(default_factory=lambda: [_Open()])

    def read(self, text: str) -> list[Part]:
        """The parts that have to hold all together. Raises Misread."""
        tokens = list(tokens_of(text))
        if sum(bool(token.name) for token in tokens) > MOST_OPERATORS:
            raise Misread(_("Use at most %(most)d operators.") % {"most": MOST_OPERATORS})
        for place, token in enumerate(tokens):
            self._take(token, is_last=place == len(tokens) - 1)
        if len(self._open) > 1:
            raise Misread(_("A bracket is not closed: write (tag:a OR tag:b) in full."))
        whole = group(Match.ALL, self._closed().members)
        _refuse_too_deep(whole)
        return members_of(whole, Match.ALL)

    def _take(self, token: Token, *, is_last: bool) -> None:
        if token.kind == OPEN:
            if len(self._open) > MOST_BRACKETS:
                raise _too_deep()
            self._open.append(_Open(token.minus))
        elif token.kind == CLOSE:
            self._close()
        elif token.kind == OR:
            if not self._open[-1].members or self._open[-1].joins:
                raise _or_alone()
            self._open[-1].joins = True
        elif token.kind != AND and (part := self._part(token, is_last=is_last)) is not None:
            self._open[-1].add(part)

    def _close(self) -> None:
        if len(self._open) == 1:  # it closes nothing: a smile, say
            return
        closed = self._closed()
        if closed.members:
            whole = group(Match.ALL, closed.members)
            self._open[-1].add(opposite(whole) if closed.minus else whole)

    def _closed(self) -> _Open:
        closed = self._open.pop()
        if closed.joins:
            raise _or_alone()
        return closed

    def _part(self, token: Token, *, is_last: bool) -> Part | None:
        if not token.name:
            return _words(token, is_last=is_last)
        if token.name.lower() == "from":
            self._author(token)
            return None
        return _condition(token, self.user)

    def _author(self, token: Token) -> None:
        """Whose words count is said of the whole search."""
        values = _values(token, OPERATORS["from"].example)
        if token.minus or len(values) > 1:
            raise without_minus("from")
        if len(self._open) > 1 or self._open[0].joins:
            raise Misread(_("Write from: outside of brackets, and not beside OR."))
        self.weights = operators.author(values[0])


def tokens_of(text: str) -> Iterator[Token]:
    """What a search consists of, in its order. Raises Misread."""
    place = depth = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        token = _token(text, place, inside=depth > 0)
        depth += {OPEN: 1, CLOSE: -1}.get(token.kind, 0)
        yield token
        place = token.end


def _token(text: str, place: int, *, inside: bool) -> Token:
    if text.startswith((OPEN, "-("), place):
        minus = text[place] == "-"
        return Token(OPEN, place, place + 1 + minus, minus=minus)
    if inside and text[place] == CLOSE:
        return Token(CLOSE, place, place + 1)
    match = (_INSIDE if inside else _PART).match(text, place)
    if match is None:
        raise _unclosed(text[place:])
    if match.group() in (OR, AND):
        return Token(match.group(), place, match.end())
    found = {name: match[name] or "" for name in ("name", "quoted", "plain")}
    return Token("", place, match.end(), minus=bool(match["minus"]), **found)


def stretches(text: str) -> list[tuple[int, int]]:
    """From where to where each part stands that can be taken out alone. Raises Misread.

    What OR or brackets keep together is one.
    """
    found: list[tuple[int, int]] = []
    depth, joins = 0, False
    for token in tokens_of(text):
        depth += {OPEN: 1, CLOSE: -1}.get(token.kind, 0)
        if token.kind in (OR, AND) and depth == 0:
            joins = token.kind == OR and bool(found)
            continue
        begins = (
            depth == 0 if token.kind not in (OPEN, CLOSE) else token.kind == OPEN and depth == 1
        )
        if begins and not joins:
            found.append((token.start, token.end))
        else:
            found[-1] = (found[-1][0], token.end)
            joins = False
    return found


def group(match: Match, members: Iterable[Part]) -> Part:
    """Parts of which all or any have to hold, as flat as possible: of conditions alone it is one."""
    flat = [inner for member in members for inner in members_of(member, match)]
    if len(flat) == 1:
        return flat[0]
    if flat and all(isinstance(member, dict) for member in flat):
        return {"match": match, "conditions": flat}
    return Either(match, tuple(flat))


def members_of(part: Part, match: Match) -> list[Part]:
    """What has to hold of a part, one by one, if it is a group of that kind; else the part."""
    if isinstance(part, Either):
        return list(part.members) if part.match == match else [part]
    if isinstance(part, dict) and part.get("match") == match:
        return list(part["conditions"])
    return [part]


def opposite(part: Part) -> Part:
    """What holds where a part does not; of what is unknown neither does."""
    if isinstance(part, Term):
        return replace(part, negative=not part.negative, begins=False)
    if isinstance(part, dict) and "conditions" not in part:
        return operators.negated(part)
    match = part.match if isinstance(part, Either) else Match(part["match"])
    turned = Match.ANY if match == Match.ALL else Match.ALL
    return group(turned, [opposite(member) for member in members_of(part, match)])


def _refuse_too_deep(part: Part) -> None:
    if max(map(_depth, members_of(part, Match.ALL)), default=0) > DEEPEST - 1:
        raise _too_deep()


def _depth(part: Part) -> int:
    if isinstance(part, Term):
        return 0
    inner = part.members if isinstance(part, Either) else part.get("conditions", ())
    return 1 + max(map(_depth, inner), default=0) if inner else 0


def _words(token: Token, *, is_last: bool) -> Term | None:
    words = tuple(words_of(token.quoted or token.plain))
    if not words:
        return None
    begins = is_last and not token.quoted and len(words[-1]) >= SHORTEST_BEGINNING
    return Term(words, begins=begins and not token.minus, negative=token.minus)


def _condition(token: Token, user: User | None) -> Condition:
    name = token.name.lower()
    operator = operator_named(name)
    if operator is None or operator.compile is None:
        raise _unknown(name)
    values = _values(token, operator.example)
    if token.minus and name in ("before", "after"):
        raise without_minus(name)
    condition = operator.compile(values, user)
    return operators.negated(condition) if token.minus else condition


def _values(token: Token, example: str) -> list[str]:
    values = [token.quoted] if token.quoted else token.plain.split(",")
    if found := [value for value in map(str.strip, values) if value]:
        return found
    raise Misread(
        _("Write something after %(name)s, for example %(example)s.")
        % {"name": f"{token.name.lower()}:", "example": example}
    )


# --- what is said where it cannot be read


def _too_deep() -> Misread:
    return Misread(
        _("Nest brackets less: with the search itself at most %(most)d deep.") % {"most": DEEPEST}
    )


def _or_alone() -> Misread:
    return Misread(_("OR stands between two: tag:refund OR tag:return"))


def _unclosed(rest: str) -> Misread:
    if rest.count('"') % 2:
        return Misread(_('A quotation mark is missing: write a phrase as "lost parcel".'))
    return Misread(_('Write a space before and after a phrase: -"lost parcel" refund'))


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
