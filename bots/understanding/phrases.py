"""Phrases: how people say something, as words, classes of words and gaps, compared word by word.

    (talk|speak) to <a>? <person>     alternatives, classes of `classes.toml`, optional parts
    put me ... through                a gap of at most three words
    ^ nope $      , <person> ,        the start and the end of a sentence; the edge of a part of it

All phrases of all detectors are kept in one graph, so that a word is looked up once for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from bots.understanding.words import Spelling, Word

GAP = 3  # words at most
_ITEM = re.compile(r"(?P<group>\()|<(?P<name>\w+)>|(?P<mark>\.\.\.|[\^$,])|(?P<word>[^\s()<>?,|]+)")


class PhraseError(ValueError):
    """A phrase that cannot be read; the message names it."""


@dataclass(slots=True, eq=False)
class _Node:
    words: dict[str, list[_Node]] = field(default_factory=dict)
    marks: list[tuple[str, _Node]] = field(default_factory=list)
    ends: list[tuple[str, bool]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Match:
    """Words of a sentence that are a phrase of a detector: the first, and the one after the last."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Matches:
    """The phrases in one sentence, by detector."""

    sentence: str
    words: Sequence[Word]
    found: Mapping[str, Sequence[Match]]

    def quoted(self, slug: str) -> str:
        """The customer's words that are the longest phrase of a detector; "" if there is none."""
        matches = self.found.get(slug)
        if not matches:
            return ""
        best = max(matches, key=lambda one: (one.last - one.first, -one.first))
        return self.sentence[self.words[best.first].start : self.words[best.last - 1].end]

    def covered(self, slug: str) -> tuple[int, int]:
        """How many of the words are phrases of a detector, and how many words there are."""
        matches = self.found.get(slug, ())
        said = {place for one in matches for place in range(one.first, one.last)}
        return len(said), len(self.words)


class Phrasebook:
    """The phrases of all detectors, of all languages."""

    def __init__(
        self,
        phrases: Mapping[str, Iterable[str]],
        not_phrases: Mapping[str, Iterable[str]],
        *,
        classes: Mapping[str, Sequence[str]],
        same: Mapping[str, str],
        left_out: Iterable[str],
        known: Iterable[str] = (),
    ) -> None:
        left_out = frozenset(left_out)
        self._plain = Spelling(frozenset(), same, left_out)
        self._classes = {
            name: [self._words(one) for one in entries] for name, entries in classes.items()
        }
        self._root = _Node()
        self._targets: set[str] = set()
        for holds, many in ((True, phrases), (False, not_phrases)):
            for slug, texts in many.items():
                for text in texts:
                    for node in self._add([self._root], text, text):
                        if node is self._root:
                            raise PhraseError(f"says nothing: {text!r}")
                        node.ends.append((slug, holds))
        self.spelling = Spelling(frozenset(self._targets), same, left_out, frozenset(known))
        self.match: Callable[[str], Matches] = lru_cache(maxsize=4_000)(self._match)

    def _match(self, sentence: str) -> Matches:
        words = self.spelling.read(sentence)
        found: dict[str, set[Match]] = {}
        denied: dict[str, set[Match]] = {}
        for first in range(len(words)):
            for slug, holds, last in self._walk(self._root, words, first):
                if last > first:
                    (found if holds else denied).setdefault(slug, set()).add(Match(first, last))
        kept = {slug: _without(many, denied.get(slug, ())) for slug, many in found.items()}
        return Matches(sentence, words, {slug: many for slug, many in kept.items() if many})

    def _walk(self, node: _Node, words: list[Word], place: int) -> Iterator[tuple[str, bool, int]]:
        for slug, holds in node.ends:
            yield slug, holds, place
        if place < len(words):
            for after in node.words.get(words[place].text, ()):
                yield from self._walk(after, words, place + 1)
        for mark, after in node.marks:
            if mark == "...":
                for skipped in range(min(GAP, len(words) - place) + 1):
                    yield from self._walk(after, words, place + skipped)
            elif _is_at(mark, words, place):
                yield from self._walk(after, words, place)

    # --- reading phrases --------------------------------------------------------------------------

    def _add(self, nodes: list[_Node], text: str, phrase: str) -> list[_Node]:
        """Let `text` follow each of the nodes; the nodes at which it may end."""
        place = 0
        while place < len(text):
            if text[place].isspace():
                place += 1
                continue
            item = _ITEM.match(text, place)
            if item is None:
                raise PhraseError(f"cannot be read from {text[place:]!r} on: {phrase!r}")
            place = _closing(text, place) if item["group"] else item.end()
            optional = text[place : place + 1] == "?"
            after = self._follow(nodes, item, text[item.end() : place - 1], phrase)
            nodes, place = ([*after, *nodes], place + 1) if optional else (after, place)
        return nodes

    def _follow(
        self, nodes: list[_Node], item: re.Match[str], inside: str, phrase: str
    ) -> list[_Node]:
        after = _Node()
        if item["mark"]:
            for node in nodes:
                node.marks.append((item["mark"], after))
        elif item["group"]:
            ends = [self._add(nodes, one, phrase) for one in _alternatives(inside)]
            if nodes in ends:
                raise PhraseError(f"an alternative in it says nothing: {phrase!r}")
            return [end for several in ends for end in several]
        elif item["name"]:
            if item["name"] not in self._classes:
                raise PhraseError(f"there is no class <{item['name']}>: {phrase!r}")
            for words in self._classes[item["name"]]:
                self._spell(nodes, words, after)
        else:
            if not (words := self._words(item["word"])):
                return nodes
            self._spell(nodes, words, after)
        return [after]

    def _spell(self, nodes: list[_Node], words: Sequence[str], after: _Node) -> None:
        self._targets |= set(words)
        for node in nodes:
            for word in words[:-1]:
                node.words.setdefault(word, []).append(node := _Node())
            node.words.setdefault(words[-1], []).append(after)

    def _words(self, text: str) -> list[str]:
        return [word.text for word in self._plain.read(text)]


def _closing(text: str, place: int) -> int:
    """The place after the bracket that closes the one at `place`."""
    depth = 0
    for end in range(place, len(text)):
        depth += (text[end] == "(") - (text[end] == ")")
        if not depth:
            return end + 1
    raise PhraseError(f"a bracket is left open: {text!r}")


def _alternatives(text: str) -> list[str]:
    found, depth = [""], 0
    for one in text:
        depth += (one == "(") - (one == ")")
        if one == "|" and not depth:
            found.append("")
        else:
            found[-1] += one
    return found


def _is_at(mark: str, words: Sequence[Word], place: int) -> bool:
    if mark == "^":
        return place == 0
    if mark == "$":
        return place == len(words)
    return place in (0, len(words)) or words[place].parted


def _without(many: Iterable[Match], denied: Iterable[Match]) -> list[Match]:
    return [
        one for one in many if not any(no.first < one.last and one.first < no.last for no in denied)
    ]
