"""Pages that seek: each begins behind the last row of the one before, so all of them cost the same.

Where a page ended is compared as one row, `(last_message_at, id) < (..., ...)`, which an index finds at
once. With `a < x OR (a = x AND id < y)` PostgreSQL would read everything that comes before.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Generic, TypeVar

from django.db.models import BooleanField, DateTimeField, F, Field, Func, Model, Q, QuerySet, Value

Row = TypeVar("Row", bound=Model)

LONGEST = 200  # characters of a cursor


class BadCursor(ValueError):
    """The cursor is not one of ours."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    rows: list[Row]
    next: str | None  # the cursor of the page after this one


@dataclass(frozen=True, slots=True)
class Order:
    """The order of a list. Its `name` stands in its cursors, so that one of another list is refused.

    `fields` are numbers, times or yes and no, columns or annotations, with "-" before those that
    fall; the last one is unique.
    """

    name: str
    fields: tuple[str, ...]

    def page(self, rows: QuerySet[Row], cursor: str, *, size: int) -> Page[Row]:
        """The page after `cursor` ("" for the first). One query. Raises BadCursor for a forged one."""
        found = list(self.behind(rows, cursor)[: size + 1])
        more = len(found) > size
        found = found[:size]
        return Page(found, self._cursor(found[-1]) if more else None)

    def behind(self, rows: QuerySet[Row], cursor: str) -> QuerySet[Row]:
        """All rows behind a cursor, in their order. Raises BadCursor."""
        if cursor:
            rows = rows.filter(_behind(list(self._parts(rows, cursor))))
        return rows.order_by(*self.fields)

    def cursor(self, *values: Any) -> str:
        """The cursor behind a row with these values, in the order of the fields."""
        plain = [one.isoformat() if isinstance(one, datetime) else one for one in values]
        written = json.dumps([self.name, *plain], separators=(",", ":"))
        return urlsafe_b64encode(written.encode()).decode().rstrip("=")

    def values(self, rows: QuerySet[Any], cursor: str) -> list[Any]:
        """What a cursor was made of. Raises BadCursor."""
        return [value.value for part in self._parts(rows, cursor) for value in part.values.values()]

    def _cursor(self, row: Model) -> str:
        return self.cursor(*(getattr(row, name.lstrip("-")) for name in self.fields))

    def _parts(self, rows: QuerySet[Any], cursor: str) -> Iterator[_Part]:
        """The cursor's values by field, neighbours with the same direction together."""
        values = self._read(cursor)
        columns = [_column(rows, name.lstrip("-")) for name in self.fields]
        read = [_valid(*pair) for pair in zip(columns, values, strict=True)]
        named = zip(self.fields, read, strict=True)
        for falls, run in groupby(named, key=lambda pair: pair[0].startswith("-")):
            yield _Part(falls, {name.lstrip("-"): value for name, value in run})

    def _read(self, cursor: str) -> list[Any]:
        try:
            read = json.loads(urlsafe_b64decode(cursor[:LONGEST] + "=" * (-len(cursor) % 4)))
        except (ValueError, RecursionError) as error:
            raise BadCursor(str(error)) from error
        if not isinstance(read, list) or read[:1] != [self.name]:
            raise BadCursor(cursor)
        if len(read) != len(self.fields) + 1:
            raise BadCursor(cursor)
        return read[1:]


@dataclass(frozen=True, slots=True)
class _Part:
    falls: bool
    values: dict[str, Value]

    def compared(self, *, or_equal: bool = False) -> Q:
        operator = ("<" if self.falls else ">") + ("=" if or_equal else "")
        return Q(_RowCompared(list(self.values), operator, list(self.values.values())))


def _behind(parts: Sequence[_Part]) -> Q:
    first, rest = parts[0], parts[1:]
    if not rest:
        return first.compared()
    # The first is said twice, since only what holds for every row behind can be looked up.
    return first.compared(or_equal=True) & (first.compared() | Q(**first.values) & _behind(rest))


class _RowCompared(Func):
    """`(a, b) < (x, y)`, as SQL compares rows: by the first that differs."""

    def __init__(self, names: Sequence[str], operator: str, values: Sequence[Value]) -> None:
        super().__init__(*(F(name) for name in names), *values, output_field=BooleanField())
        self.operator = operator

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> Any:
        compiled = [compiler.compile(one) for one in self.get_source_expressions()]
        half = len(compiled) // 2
        left, right = (
            ", ".join(sql for sql, _parameters in side)
            for side in (compiled[:half], compiled[half:])
        )
        parameters = [one for _sql, parameters in compiled for one in parameters]
        return f"({left}) {self.operator} ({right})", parameters


def _column(rows: QuerySet[Any], name: str) -> Field[Any, Any]:
    """The column of this name, or the type of what the rows were annotated with."""
    if name in rows.query.annotations:
        return rows.query.annotations[name].output_field
    meta = rows.model._meta
    found = meta.pk if name == "pk" else meta.get_field(name)
    assert isinstance(found, Field)
    return found


def _valid(column: Field[Any, Any], value: Any) -> Value:
    if isinstance(column, BooleanField):
        if type(value) is not bool:
            raise BadCursor(str(value))
        return Value(value)
    if isinstance(column, DateTimeField):
        return Value(_moment(value), output_field=column)
    if type(value) is not int or not 0 <= value < 2**63:
        raise BadCursor(str(value))
    return Value(value)


def _moment(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise BadCursor(str(error)) from error
    if moment.tzinfo != UTC:
        raise BadCursor(str(value))
    return moment
