"""How the value of a field is compared, by its kind: in Python, and the same as a query.

Both halves of a kind stand side by side, and a test with random tickets proves that they agree. What
they have in common: what was wanted is read by the same function, and an unknown value never counts,
which is why no query here turns NULL into true. PostgreSQL is given text as it is stored, without
white space around it; that is how every way in leaves it.

Each Python half returns what shows that the comparison holds, [] if nothing but the value itself
does; None if it does not hold. None of them raises, whatever it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BigIntegerField,
    BooleanField,
    DateTimeField,
    FloatField,
    Q,
    TextField,
)
from django.db.models.expressions import Combinable, ExpressionWrapper
from django.db.models.functions import Cast
from django.db.models.lookups import (
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    In,
    IsNull,
    LessThan,
    LessThanOrEqual,
    Regex,
)
from django.utils import timezone

from tickets.conditions.exact_text import folded, storable, whole_words, words_pattern

Key = type[str] | type[int]  # what the text of a choice is in the database

# Which of them take a list of values.
OF_MANY = frozenset({"any_of", "none_of"})
_NOT = frozenset({"none_of", "is_not"})
LARGEST = 2**63  # no key in the database is as large


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of field: its operators in the order in which they are offered, and both comparisons.

    `holds` gets the operator, what is wanted, and the value; `asks` the operator, what is wanted,
    the expression of the value, and the field's key. Neither of the two gets None or NULL to match.
    """

    operators: tuple[str, ...]
    holds: Callable[[str, Any, Any], list[str] | None]
    asks: Callable[[str, Any, Combinable, Key], Q]


def text_of(value: Any) -> str:
    """A value as a text, without space around it; "" for a number of which there is none."""
    try:
        return value.strip() if isinstance(value, str) else str(value)
    except (ValueError, RecursionError):  # an integer of thousands of digits, a list in itself
        return ""


def texts_of(value: Any) -> list[str]:
    """The same of each in a list, or of one value alone; every text once."""
    values = value if isinstance(value, list | tuple) else [value]
    return list(dict.fromkeys(map(text_of, values)))


# --- true or false


def _bool_holds(op: str, wanted: Any, value: Any) -> list[str] | None:
    return [] if (bool(value) is bool(wanted)) is (op == "is") else None


def _bool_asks(op: str, wanted: Any, value: Combinable, key: Key) -> Q:
    return Q(Exact(_typed(value, BooleanField()), bool(wanted) is (op == "is")))


# --- numbers


def _number_holds(op: str, wanted: Any, value: Any) -> list[str] | None:
    left, right = _number(value), _number(wanted)
    if left is None or right is None:
        return None
    held = {
        "at_least": left >= right,
        "at_most": left <= right,
        "more_than": left > right,
        "less_than": left < right,
        "is": left == right,
        "is_not": left != right,
    }
    return [] if held[op] else None


def _number_asks(op: str, wanted: Any, value: Combinable, key: Key) -> Q:
    number, left = _number(wanted), Cast(value, FloatField())
    if number is None:
        return _nothing()
    if op in _COMPARED:
        return Q(_COMPARED[op](left, number))
    return _unless(op, Q(Exact(left, number)))


_COMPARED: dict[str, Any] = {
    "at_least": GreaterThanOrEqual,
    "at_most": LessThanOrEqual,
    "more_than": GreaterThan,
    "less_than": LessThan,
}


def _number(value: Any) -> float | None:
    """A finite number; None for all that is none."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if isfinite(number) else None


# --- moments


def _moment_holds(op: str, wanted: Any, value: Any) -> list[str] | None:
    moment = moment_of(wanted)
    if moment is None or not isinstance(value, datetime):
        return None
    return [] if (value < moment) is (op == "before") else None


def _moment_asks(op: str, wanted: Any, value: Combinable, key: Key) -> Q:
    moment = moment_of(wanted)
    if moment is None:
        return _nothing()
    left = _typed(value, DateTimeField())
    return Q(LessThan(left, moment) if op == "before" else GreaterThanOrEqual(left, moment))


def moment_of(wanted: Any) -> datetime | None:
    """A moment, or the beginning of a day where we are; None for all that is none."""
    try:
        found = datetime.fromisoformat(wanted)
        if timezone.is_naive(found):
            found = timezone.make_aware(found)
        return found.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None


# --- one of several choices


def _choice_holds(op: str, wanted: Any, value: Any) -> list[str] | None:
    return _among(op, texts_of(wanted), {text_of(value)})


def _choice_asks(op: str, wanted: Any, value: Combinable, key: Key) -> Q:
    keys = [found for text in texts_of(wanted) if (found := _key(key, text)) is not None]
    column = BigIntegerField() if key is int else TextField()
    return _one_of(op, _typed(value, column), keys)


def _key(key: Key, text: str) -> str | int | None:
    """What a text is in the database; None if nothing there is written like this."""
    try:
        found = key(text)
    except (ValueError, OverflowError):
        return None
    if text_of(found) != text:
        return None
    fits = -LARGEST <= found < LARGEST if isinstance(found, int) else storable(found)
    return found if fits else None


# Of choices that rise: those from one on, up to one, above one, below one. See `Field.compared`.
RISING: dict[str, Callable[[list[str], int], list[str]]] = {
    "at_least": lambda known, place: known[place:],
    "at_most": lambda known, place: known[: place + 1],
    "more_than": lambda known, place: known[place + 1 :],
    "less_than": lambda known, place: known[:place],
}


# --- several short values at once


def _list_holds(op: str, wanted: Any, value: Any) -> list[str] | None:
    return _among(op, texts_of(wanted), set(texts_of(value)))


def _list_asks(op: str, wanted: Any, value: Combinable, key: Key) -> Q:
    texts = list(filter(storable, texts_of(wanted)))
    if not texts:
        return _known(value) if op in _NOT else _nothing()
    # As texts of any length: the column's own type would cut what is wanted to its length.
    overlap = ArrayField(TextField()).get_lookup("overlap")
    assert overlap is not None
    return _unless(op, Q(overlap(Cast(value, ArrayField(TextField())), texts)))


# --- one short text, or words to search in


def _text_holds(op: str, wanted: Any, value: Any) -> list[str] | None:
    if op == "contains":
        return _words_hold(op, wanted, value)
    folds = {text_of(value).casefold()}
    return _among(op, [each.casefold() for each in texts_of(wanted)], folds)


def _text_asks(op: str, wanted: Any, value: Combinable, key: Key) -> Q:
    if op == "contains":
        return _words_ask(op, wanted, value, key)
    texts = [each.casefold() for each in texts_of(wanted) if storable(each)]
    return _one_of(op, folded(_typed(value, TextField()), texts), texts)


def _words_hold(op: str, wanted: Any, value: Any) -> list[str] | None:
    """Whole words or phrases, whatever their case; what was found, as it was written."""
    text = value if isinstance(value, str) else text_of(value)
    found = [
        match.group() for phrase in _phrases(wanted) if (match := whole_words(phrase).search(text))
    ]
    if op == "none_of":
        return None if found else []
    return found or None


def _words_ask(op: str, wanted: Any, value: Combinable, key: Key) -> Q:
    phrases = list(filter(storable, _phrases(wanted)))
    if not phrases:
        return _known(value) if op in _NOT else _nothing()
    return _unless(op, Q(Regex(_typed(value, TextField()), words_pattern(phrases))))


def _phrases(wanted: Any) -> list[str]:
    return [phrase for each in texts_of(wanted) if (phrase := each.strip())]


# --- what they share


def _among(op: str, wanted: list[str], values: set[str]) -> list[str] | None:
    common = bool(values.intersection(wanted))
    return [] if common is (op not in _NOT) else None


def _one_of(op: str, value: Combinable, keys: Iterable[Any]) -> Q:
    found = list(keys)
    if not found:
        return _known(value) if op in _NOT else _nothing()
    return _unless(op, Q(In(value, found)))


def _unless(op: str, asked: Q) -> Q:
    """Its opposite for an operator that denies; of NULL neither is true."""
    return ~asked if op in _NOT else asked


def _nothing() -> Q:
    return Q(pk__in=[])


def _known(value: Combinable) -> Q:
    return Q(IsNull(value, False))


def _typed(value: Combinable, field: Any) -> Combinable:
    return ExpressionWrapper(value, output_field=field)


KINDS: dict[str, Kind] = {
    "bool": Kind(("is", "is_not"), _bool_holds, _bool_asks),
    "choice": Kind(("any_of", "none_of", "is", "is_not"), _choice_holds, _choice_asks),
    "level": Kind((*RISING, "any_of", "none_of", "is", "is_not"), _choice_holds, _choice_asks),
    "number": Kind(
        ("at_least", "at_most", "is", "is_not", "more_than", "less_than"),
        _number_holds,
        _number_asks,
    ),
    "moment": Kind(("since", "before"), _moment_holds, _moment_asks),
    "words": Kind(("contains", "none_of"), _words_hold, _words_ask),
    "list": Kind(("any_of", "none_of", "contains"), _list_holds, _list_asks),
    "text": Kind(("any_of", "none_of", "contains", "is", "is_not"), _text_holds, _text_asks),
}
