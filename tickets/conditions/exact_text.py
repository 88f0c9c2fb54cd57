"""Texts compared in PostgreSQL exactly as Python compares them, whatever the database's locale is.

Neither `lower()` nor `\\w` or `~*` can be used for that: what they do depends on the locale, and in
"C" they know no letter but those of English. So everything here is spelled out from Python's own
tables of Unicode: the letters that a text could be written with, and the letters of which words are.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache

from django.db.models import CharField, Func, TextField, Value
from django.db.models.expressions import Combinable

LAST_CASED = 0x1FFFF  # no character beyond has a case; a test looks


def storable(text: str) -> bool:
    """Whether PostgreSQL can hold this text; if not, it holds nothing that is equal to it."""
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def folded(expression: Combinable, texts: Iterable[str]) -> Combinable:
    """The expression such that it is one of `texts` where `str.casefold` of it would be.

    `texts` are folded already. Only letters that fold to a part of one of them are replaced: a
    text with any other letter that folds to something else is equal to none of them, before and
    after, because nothing that is folded contains such a letter.
    """
    wanted = set("".join(texts))
    letters = {
        letter: fold for letter, fold in _folds().items() if len(fold) == 1 and fold in wanted
    }
    found: Combinable = expression
    if letters:
        found = Func(
            found,
            Value("".join(letters), CharField()),
            Value("".join(letters.values()), CharField()),
            function="translate",
            output_field=TextField(),
        )
    for letter, fold in _folds().items():
        if len(fold) > 1 and any(fold in text for text in texts):
            found = Func(
                found,
                Value(letter, CharField()),
                Value(fold, CharField()),
                function="replace",
                output_field=TextField(),
            )
    return found


def words_pattern(phrases: Iterable[str]) -> str:
    """A regular expression of PostgreSQL that finds any of these phrases as `whole_words` does."""
    found = "|".join(
        rf"[{_SPACE}]+".join("".join(map(_any_case, word)) for word in phrase.split())
        for phrase in phrases
    )
    return f"(?<![{_word_letters()}])(?:{found})(?![{_word_letters()}])"


@lru_cache(maxsize=2048)
def whole_words(phrase: str) -> re.Pattern[str]:
    """What finds a phrase in Python: whole words, whatever their case and the space between them."""
    words = r"\s+".join(re.escape(word) for word in phrase.split())
    return re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE)


@lru_cache(maxsize=1)
def _folds() -> Mapping[str, str]:
    """Every character that `str.casefold` changes, and what becomes of it."""
    letters = map(chr, range(LAST_CASED + 1))
    return {letter: fold for letter in letters if (fold := letter.casefold()) != letter}


def _any_case(letter: str) -> str:
    """A letter and those that Python takes for the same when it ignores the case."""
    same = re.compile(re.escape(letter), re.IGNORECASE)
    near = {letter}.union(*(_relatives().get(form, ()) for form in _forms(letter)))
    alike = near.union(*(_relatives().get(each, ()) for each in near))  # ı is I, and I is İ
    return f"[{''.join(_escaped(each) for each in sorted(alike) if same.fullmatch(each))}]"


@lru_cache(maxsize=1)
def _relatives() -> Mapping[str, set[str]]:
    """The letters that share a form: a capital, a small letter, or what both fold to."""
    found: dict[str, set[str]] = defaultdict(set)
    for letter in map(chr, range(LAST_CASED + 1)):
        forms = _forms(letter)
        if len(forms) > 1:
            for form in forms:
                found[form].add(letter)
                found[form] |= {each for each in forms if len(each) == 1}
    return found


def _forms(letter: str) -> set[str]:
    # The first of two, as well: a dotted capital I is an i with a dot, and an i to expressions.
    return {letter, letter.lower(), letter.lower()[0], letter.upper(), letter.casefold()}


@lru_cache(maxsize=1)
def _word_letters() -> str:
    r"""What `\w` is in Python, as ranges for a bracket expression."""
    ranges: list[list[int]] = []
    for code in range(sys.maxunicode + 1):
        if chr(code).isalnum() or code == ord("_"):
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


def _escaped(letter: str) -> str:
    """A character as both an expression and a bracket expression take it, whatever it is."""
    return f"\\U{ord(letter):08x}"


# What `\s` is in Python.
_SPACE = "".join(_escaped(letter) for letter in map(chr, range(0x3001)) if letter.isspace())
