"""Values taken out of the answer of a system: only what an admin has named, and only plain values."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from tickets.connectors.owners import OWNER
from tickets.intake import text
from tickets.models import Operation

MOST_ROWS = 50
LONGEST_VALUE = 2000  # characters

Scalar = str | int | float | bool | None


class Rubbish(ValueError):
    """It is no answer that can be read; the message is a sentence for staff."""


def read(body: bytes) -> dict[str, Any]:
    """The JSON object of an answer; an empty answer has nothing in it. Raises Rubbish."""
    if not body.strip():
        return {}
    try:
        found = json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Rubbish(_("The answer is no JSON.")) from error
    if not isinstance(found, dict):
        raise Rubbish(_("The answer is JSON, but no object."))
    return found


def rows_of(operation: Operation, answer: Mapping[str, Any]) -> list[dict[str, Scalar]]:
    """What is taken of an answer: one row, or one for each thing of its list. Raises Rubbish."""
    if not operation.rows_path:
        return [_row(operation, answer)]
    found = at(answer, operation.rows_path)
    if found is None:
        return []
    if not isinstance(found, list):
        raise Rubbish(_("There is no list at “%(path)s”.") % {"path": operation.rows_path})
    return [_row(operation, one) for one in found[:MOST_ROWS] if isinstance(one, dict)]


def at(answer: object, path: str) -> object:
    """What stands at a path like `order.lines.0.name`; None where nothing does."""
    found: object = answer
    for step in path.split("."):
        if isinstance(found, dict):
            found = found.get(step)
        elif isinstance(found, list) and step.isascii() and step.isdecimal() and len(step) < 4:
            found = found[int(step)] if int(step) < len(found) else None
        else:
            return None
    return found


def _row(operation: Operation, thing: Mapping[str, Any]) -> dict[str, Scalar]:
    row = {name: plain(at(thing, path)) for name, path in operation.values.items()}
    if operation.owner_path:
        row[OWNER] = plain(at(thing, operation.owner_path))
    return row


def plain(value: object) -> Scalar:
    """A value as it is kept: a text cleaned and cut, a number, yes or no; nothing of what has parts."""
    if isinstance(value, str):
        return text.clean(value)[:LONGEST_VALUE]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)[:LONGEST_VALUE]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return None


def _refuse(name: str) -> None:
    raise ValueError(name)
