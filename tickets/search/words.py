"""Texts taken apart into words, the same way where they are indexed, asked for and highlighted.

It is done here and not by a text configuration of PostgreSQL, for three reasons. Customers write in
many languages, and one ticket has several: no stemming fits, so words are kept as they are and the
last one that somebody types finds every word that begins with it. What PostgreSQL's parser takes for
a letter depends on the database's locale (in "C", a quotation mark is one), and `unaccent` is not
installed everywhere. And a hit can be highlighted with certainty only by what found it.

A word is folded: small letters, without accents ("Café" and "CAFE" are one word, "Straße" and
"strasse", too). Where a script has no spaces between words, every character is one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

LONGEST = 60  # characters of a word; what is longer is no word that anybody types

# Chinese characters, Japanese syllables, Thai, Lao, Burmese and Khmer: written without spaces.
_ALONE = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    r"\U00020000-\U0003ffff"
)
# Marks that belong to the letter before: accents that stand apart, vowel signs of Indian scripts.
_MARKS = r"\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0dff\u200d\u20d0-\u20f0"
_WORD = re.compile(rf"[{_ALONE}]|(?:[^\W{_ALONE}][{_MARKS}]*)+")
_ASCII_WORD = re.compile(r"\w+", re.ASCII)
_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f]")
# Letters that Unicode does not take apart.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ı": "i", "ħ": "h", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
)


@dataclass(frozen=True, slots=True)
class Place:
    """A word of a text, folded, and where it stands there."""

    word: str
    start: int
    end: int


def words_of(text: str) -> list[str]:
    """The words of a text in their order, folded."""
    if text.isascii():
        return [word[:LONGEST] for word in _ASCII_WORD.findall(text.lower())]
    return [found for word in _WORD.findall(text) if (found := _folded(word))]


def places_of(text: str) -> Iterator[Place]:
    """The same words, each with its place in the text."""
    for match in _WORD.finditer(text):
        if word := _folded(match.group()):
            yield Place(word, match.start(), match.end())


@lru_cache(maxsize=20_000)
def _folded(word: str) -> str:
    if word.isascii():
        return word.lower()[:LONGEST]
    apart = unicodedata.normalize("NFKD", word.casefold())
    plain = _ACCENTS.sub("", apart).translate(_PLAIN)
    return unicodedata.normalize("NFC", plain)[:LONGEST]
