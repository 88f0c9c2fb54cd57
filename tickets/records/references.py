"""References of records in a text: each type's look, as an expression that costs what its text is long."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from knowledgebase.lately import Lately
from tickets.models import RecordType
from tickets.models.records import LONGEST_REFERENCE, reference_key

READ = 20_000  # characters of a text
MOST = 10  # of one text: a pasted list is about no one of them
_BETWEEN = "-_./ "
# However one writes it: with another dash, a space or nothing.
_DIVIDER = "[-_./ \u00a0\u2010\u2011\u2012\u2013\u2014]?"
# A digit first, so that INV-* is no part of "invoice"; a space ends it.
_REST = rf"[0-9](?:[-_./\u2010-\u2014]?[A-Z0-9]){{0,{LONGEST_REFERENCE}}}"


@dataclass(frozen=True, slots=True)
class Reference:
    """What looks like a reference of a type, as it is compared."""

    type: int
    key: str


def compiled(look: str) -> re.Pattern[str]:
    """A look as an expression. No part of it can stand where its neighbour may: there is one way to match.

    Beside it stands no further letter or digit, so that KM-##### is not found in KM-482134.
    """
    parts = "".join(_part(letter) for letter in look.removesuffix("*"))
    ending = _REST if look.endswith("*") else ""
    return re.compile(rf"(?<![^\W_]){parts}{ending}(?![^\W_])", re.IGNORECASE | re.ASCII)


def _part(letter: str) -> str:
    if letter in _BETWEEN:
        return _DIVIDER
    return {"#": "[0-9]", "@": "[A-Z]"}.get(letter, re.escape(letter))


def _load() -> list[tuple[int, re.Pattern[str]]]:
    looks = RecordType.objects.filter(active=True).exclude(look="")
    return [(each.pk, compiled(each.look)) for each in looks]


_looks = Lately(_load)


def looks_for_any() -> bool:
    """Whether any type in use has references that are looked for."""
    return bool(_looks())


def found_in(text: str) -> list[Reference]:
    """The references of all types in use in a text, in the order of the types, each once."""
    return among(text[:READ], _looks())


def among(text: str, looks: Iterable[tuple[int, re.Pattern[str]]]) -> list[Reference]:
    """The same for looks that are given."""
    found: dict[Reference, None] = {}
    for key, look in looks:
        for match in look.finditer(text):
            found[Reference(key, reference_key(match[0]))] = None
            if len(found) >= MOST:
                return list(found)
    return list(found)
