"""Two texts as what was taken out, what was put in, and enough of the rest to find one's way."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

CONTEXT = 120  # characters of unchanged text on either side of a change
MOST_WORDS = 1_500  # comparing takes time with the square; longer blocks are shown whole
MOST_LINES = 3_000
MOST_SHOWN = 20_000  # characters; a page is for reading

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")

Kind = Literal["same", "added", "removed", "gap"]


@dataclass(frozen=True, slots=True)
class Piece:
    kind: Kind
    text: str = ""


def pieces(before: str, after: str) -> list[Piece]:
    """The difference, by lines and inside of changed lines by words."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    if len(old) + len(new) > MOST_LINES:
        found = [Piece("removed", before), Piece("added", after)]
    else:
        found = list(_compare(old, new, deeper=True))
    return list(_readable(found))


def _compare(old: Sequence[str], new: Sequence[str], *, deeper: bool) -> Iterator[Piece]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        was, now = "".join(old[start:end]), "".join(new[new_start:new_end])
        if tag == "equal":
            yield Piece("same", was)
        elif tag == "replace" and deeper:
            words, new_words = _WORDS.findall(was), _WORDS.findall(now)
            if len(words) + len(new_words) <= MOST_WORDS:
                yield from _compare(words, new_words, deeper=False)
            else:
                yield from (Piece("removed", was), Piece("added", now))
        else:
            yield from (Piece("removed", was), Piece("added", now))


def _readable(found: list[Piece]) -> Iterator[Piece]:
    shown = 0
    for index, piece in enumerate(piece for piece in found if piece.text):
        if shown > MOST_SHOWN:
            yield Piece("gap")
            return
        text = piece.text[:MOST_SHOWN]
        shown += len(text)
        if piece.kind == "same" and len(text) > 2 * CONTEXT:
            if index:
                yield Piece("same", text[:CONTEXT])
            yield Piece("gap")
            if index < len(found) - 1:
                yield Piece("same", text[-CONTEXT:])
        else:
            yield Piece(piece.kind, text)
            if len(text) < len(piece.text):
                yield Piece("gap")
