"""Reading a request's JSON, and refusing what nothing behind it could keep or should have to bear."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

MAX_BYTES = 512 * 1024  # the longest message, every letter of it escaped, fits twice
MAX_DEPTH = 32
MAX_DIGITS = 18  # of a whole number; what has more is no count of anything here
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")


class TooLarge(APIException):
    """The body has more bytes than any request needs."""

    status_code = 413
    default_code = "too_large"

    def __init__(self) -> None:
        super().__init__(
            _("The body is too large. Keep it under %(size)d KB.") % {"size": MAX_BYTES // 1024}
        )


class SafeJSONParser(BaseParser):
    """JSON in UTF-8: no NaN, NUL, lone surrogate, repeated name, or endless number or nesting.

    Raises ParseError (400) or TooLarge (413).
    """

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        raw = stream.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise TooLarge
        try:
            found = json.loads(
                raw.decode("utf-8"),
                parse_constant=_no_number,
                parse_float=_float,
                parse_int=_int,
                object_pairs_hook=_object,
            )
        except UnicodeDecodeError:
            raise ParseError(_("The body is not valid UTF-8.")) from None
        except RecursionError:
            raise _too_deep() from None
        except json.JSONDecodeError as error:
            raise ParseError(
                _("The body is not valid JSON: line %(line)d, column %(column)d.")
                % {"line": error.lineno, "column": error.colno}
            ) from None
        _check(found)
        return found


def _no_number(name: str) -> NoReturn:
    raise ParseError(_("“%(name)s” is not a JSON number.") % {"name": name})


def _float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ParseError(_("A number in the body is too large."))
    return number


def _int(digits: str) -> int:
    if len(digits.lstrip("-")) > MAX_DIGITS:
        raise ParseError(_("A number in the body is too large."))
    return int(digits)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ParseError(_("A name stands twice in the same object."))
    return found


def _check(found: Any) -> None:
    """Look at every name and text, level by level."""
    level, depth = [found], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise _too_deep()
        below: list[Any] = []
        for value in level:
            if isinstance(value, str):
                _check_text(value)
            elif isinstance(value, dict):
                for name in value:
                    _check_text(name)
                below.extend(value.values())
            elif isinstance(value, list):
                below.extend(value)
        level = below


def _check_text(value: str) -> None:
    if _UNKEEPABLE.search(value):
        raise ParseError(_("The body has a NUL or half a surrogate pair in a text."))


def _too_deep() -> ParseError:
    return ParseError(_("The body is nested deeper than %(depth)d levels.") % {"depth": MAX_DEPTH})
