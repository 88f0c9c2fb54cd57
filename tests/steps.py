"""How many steps a regular expression takes over a text, counted by a matcher of our own.

It goes through a pattern as Python's own does, trying and going back, and counts; so a test can say
that the work grows no faster than the text, without a clock.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Any

# Python's own parser of patterns, which no type description knows.
ops: Any = import_module("re._constants")
_parser: Any = import_module("re._parser")

Rest = Callable[[int], int | None]
Node = tuple[Any, Any]

_ONE_CHARACTER = (ops.LITERAL, ops.NOT_LITERAL, ops.ANY, ops.IN)
_REPEATS = (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT)
_WITHIN: dict[Any, Callable[[str], bool]] = {
    ops.CATEGORY_DIGIT: str.isdigit,
    ops.CATEGORY_NOT_DIGIT: lambda one: not one.isdigit(),
    ops.CATEGORY_SPACE: str.isspace,
    ops.CATEGORY_NOT_SPACE: lambda one: not one.isspace(),
    ops.CATEGORY_WORD: lambda one: one.isalnum() or one == "_",
    ops.CATEGORY_NOT_WORD: lambda one: not (one.isalnum() or one == "_"),
}
_TRIED = ("1", ".", " ", "\n", "!", "a", "-", "I", "n", "(", "\U0001f600")


class TooMany(Exception):
    """The text took more steps than the test allows."""


def steps(pattern: re.Pattern[str], text: str, *, at_most: int = 5_000_000) -> int:
    """The steps of finding every match of `pattern` in `text`. Raises TooMany."""
    matcher = _Matcher(pattern, text, at_most)
    start = 0
    while start <= len(text):
        matcher.count()
        end = matcher.match(matcher.nodes, 0, start, lambda place: place)
        start = end if end is not None and end > start else start + 1
    return matcher.taken


def hardest(pattern: re.Pattern[str], length: int) -> Iterator[str]:
    """Texts that lead into each repetition without an end, and keep it going for `length`."""
    for before, node in _endless("", list(_parser.parse(pattern.pattern, pattern.flags))):
        taken = [one for one in _TRIED if _Matcher(pattern, one, 100).takes(node, one)]
        for one in taken[:3]:
            yield before + one * length


def _endless(before: str, nodes: Sequence[Node]) -> Iterator[tuple[str, Node]]:
    for op, value in nodes:
        if op in _REPEATS:
            if value[1] == ops.MAXREPEAT and len(value[2]) == 1:
                yield before, value[2][0]
            yield from _endless(before, list(value[2]))
            before += _sample(list(value[2])) * value[0]
            continue
        for inner in _parts(op, value):
            yield from _endless(before, inner)
        before += _sample([(op, value)])


def _parts(op: Any, value: Any) -> list[list[Node]]:
    if op is ops.SUBPATTERN:
        return [list(value[3])]
    if op is ops.BRANCH:
        return [list(each) for each in value[1]]
    if op in (ops.ASSERT, ops.ASSERT_NOT):
        return [list(value[1])]
    return [list(value)] if op is ops.ATOMIC_GROUP else []


def _sample(nodes: Sequence[Node]) -> str:
    """A short text that the nodes match, as far as that is easily told."""
    found = ""
    for op, value in nodes:
        if op is ops.LITERAL:
            found += chr(value)
        elif op in (ops.ANY, ops.NOT_LITERAL):
            found += "x"
        elif op is ops.IN:
            pattern = re.compile("")
            found += next(
                (
                    one
                    for one in (*_TRIED, "x")
                    if _Matcher(pattern, one, 9).takes((op, value), one)
                ),
                "",
            )
        elif op in _REPEATS:
            found += _sample(list(value[2])) * value[0]
        elif op not in (ops.ASSERT, ops.ASSERT_NOT) and (parts := _parts(op, value)):
            found += _sample(parts[0])
    return found


class _Matcher:
    def __init__(self, pattern: re.Pattern[str], text: str, at_most: int) -> None:
        self.nodes: list[Node] = list(_parser.parse(pattern.pattern, pattern.flags))
        self.folds = bool(pattern.flags & re.IGNORECASE)
        self.lines = bool(pattern.flags & re.MULTILINE)
        self.text, self.taken, self.at_most = text, 0, at_most
        sys.setrecursionlimit(100_000)

    def count(self) -> None:
        self.taken += 1
        if self.taken > self.at_most:
            raise TooMany(f"more than {self.at_most:,} steps")

    def match(self, nodes: Sequence[Node], at: int, place: int, rest: Rest) -> int | None:
        """Where `rest` ends after the nodes from `at` on have matched at `place`."""
        if at == len(nodes):
            return rest(place)
        op, value = nodes[at]

        def go_on(after: int) -> int | None:
            return self.match(nodes, at + 1, after, rest)

        if op in _ONE_CHARACTER:
            if place < len(self.text) and self.takes(nodes[at], self.text[place]):
                self.count()
                return go_on(place + 1)
            return None
        self.count()
        if op is ops.AT:
            return go_on(place) if self.stands(value, place) else None
        if op in _REPEATS:
            low, high, inner = value
            return self.repeat(
                inner, low, high, place, go_on, possessive=op is ops.POSSESSIVE_REPEAT
            )
        if op is ops.SUBPATTERN:
            return self.match(value[3], 0, place, go_on)
        if op is ops.BRANCH:
            for each in value[1]:
                if not self.may_begin(each, place):
                    continue
                if (end := self.match(each, 0, place, go_on)) is not None:
                    return end
            return None
        if op is ops.ATOMIC_GROUP:
            end = self.match(value, 0, place, lambda after: after)
            return None if end is None else go_on(end)
        if op in (ops.ASSERT, ops.ASSERT_NOT):
            return go_on(place) if self.looks(value, place) is (op is ops.ASSERT) else None
        raise NotImplementedError(op)

    def may_begin(self, nodes: Sequence[Node], place: int) -> bool:
        """Whether the first of the nodes, if it is one character, stands there: most do not."""
        if not len(nodes) or nodes[0][0] not in _ONE_CHARACTER:
            return True
        return place < len(self.text) and self.takes(nodes[0], self.text[place])

    def looks(self, value: Any, place: int) -> bool:
        direction, inner = value
        width = inner.getwidth()[0] if direction < 0 else 0
        if place < width:
            return False
        return self.match(inner, 0, place - width, lambda after: after) is not None

    def repeat(
        self,
        inner: Sequence[Node],
        low: int,
        high: int,
        place: int,
        rest: Rest,
        *,
        possessive: bool,
    ) -> int | None:
        if len(inner) == 1 and inner[0][0] in _ONE_CHARACTER:
            end = place
            while (
                end < len(self.text) and end - place < high and self.takes(inner[0], self.text[end])
            ):
                self.count()
                end += 1
            for after in range(end, place + low - 1, -1):
                self.count()
                if (found := rest(after)) is not None or possessive:
                    return found
            return None

        def again(number: int, here: int) -> int | None:
            self.count()
            if number < high:
                more = self.match(
                    inner,
                    0,
                    here,
                    lambda after: (
                        again(number + 1, after) if after > here or number < low else None
                    ),
                )
                if more is not None:
                    return more
            return rest(here) if number >= low else None

        return again(0, place)

    def takes(self, node: Node, one: str) -> bool:
        op, value = node
        if op is ops.ANY:
            return one != "\n"
        if op in (ops.LITERAL, ops.NOT_LITERAL):
            return self.same(one, value) is (op is ops.LITERAL)
        if op is not ops.IN:
            return False
        items = list(value)
        negated = items[0][0] is ops.NEGATE
        return any(self.among(each, one) for each in items[negated:]) is not negated

    def among(self, item: Node, one: str) -> bool:
        op, value = item
        if op is ops.LITERAL:
            return self.same(one, value)
        if op is ops.RANGE:
            forms = (one, one.lower(), one.upper()) if self.folds else (one,)
            return any(len(form) == 1 and value[0] <= ord(form) <= value[1] for form in forms)
        return bool(_WITHIN[value](one))

    def same(self, one: str, code: int) -> bool:
        return one == chr(code) or (self.folds and one.lower() == chr(code).lower())

    def stands(self, where: Any, place: int) -> bool:
        text = self.text
        if where in (ops.AT_BEGINNING, ops.AT_BEGINNING_STRING):
            return place == 0 or (self.lines and text[place - 1] == "\n")
        if where in (ops.AT_END, ops.AT_END_STRING):
            last = text[place:] in ("", "\n")
            return last or (self.lines and text[place] == "\n")
        word = _WITHIN[ops.CATEGORY_WORD]
        left = place > 0 and word(text[place - 1])
        right = place < len(text) and word(text[place])
        return (left != right) is (where is ops.AT_BOUNDARY)
