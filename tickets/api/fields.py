"""What the API's serializers are made of: nothing is taken that was not asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from tickets import addresses
from tickets.intake import text
from tickets.intake.text import MESSAGE_LIMIT

# How `tickets.intake.text` and the parser judge a text, for the description: no NUL, and something to see.
_ANYTHING = r"[^\u0000]*"
_TO_SEE = r"[^\s\u0000-\u001f\u007f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\u3164\ufeff]"
ANY_TEXT = f"^{_ANYTHING}$"
SOME_TEXT = f"^{_ANYTHING}{_TO_SEE}{_ANYTHING}$"
MAX_NAMED = 20  # of the unknown fields, so that a hostile body gets no long answer


class Strict(serializers.Serializer[Any]):
    """Input of which every name must be known, at every level."""

    def to_internal_value(self, data: Any) -> Any:
        unknown: dict[str, Any] = {}
        if isinstance(data, Mapping):
            detail = serializers.ErrorDetail(_("There is no such field."), code="unknown")
            names = [str(name)[:100] for name in data if name not in self.fields]
            unknown = {name: [detail] for name in names[:MAX_NAMED]}
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as refused:
            known: Any = refused.detail  # by field, as a serializer raises it
            raise serializers.ValidationError({**known, **unknown}) from None
        if unknown:
            raise serializers.ValidationError(unknown)
        return value


class Text(serializers.CharField):
    """A JSON string: a number or a boolean is a mistake of the sender's, not a text."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Whole(Text):
    """A text that is taken as it is, an empty one too: what is behind it judges it."""

    def run_validation(self, data: Any = empty) -> Any:
        return serializers.Field.run_validation(self, data)


@extend_schema_field(
    {"type": "string", "minLength": 1, "maxLength": MESSAGE_LIMIT, "pattern": SOME_TEXT}
)
class Body(Whole):
    """What a message says. `tickets.intake.text.message` refuses it in words of its own."""


@extend_schema_field({"type": "string", "minLength": 1, "maxLength": 500, "pattern": SOME_TEXT})
class Words(Text):
    """What is looked for."""

    def to_internal_value(self, data: Any) -> str:
        words = super().to_internal_value(data)
        if text.says_nothing(words):
            self.fail("blank")
        return words


@extend_schema_field({"type": "string", "maxLength": 200, "pattern": ANY_TEXT, "default": ""})
class Line(Whole):
    """One line, which may be empty."""


class Short(Text):
    """One line of no more than `max_length` characters, which may be empty where its pattern lets it."""

    def __init__(self, *, max_length: int, pattern: str = ANY_TEXT, **kwargs: Any) -> None:
        may_be_empty = re.match(pattern, "") is not None
        super().__init__(
            min_length=None if may_be_empty else 1,
            max_length=max_length,
            allow_blank=may_be_empty,
            trim_whitespace=False,
            **kwargs,
        )
        self.validators.append(RegexValidator(pattern))


@extend_schema_field({"type": "string", "format": "email", "maxLength": addresses.LONGEST})
class Address(Text):
    """An e-mail address, in the one form in which they are compared."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=addresses.LONGEST, **kwargs)

    def run_validation(self, data: Any = empty) -> Any:
        try:
            found = super().run_validation(data)
            return found and addresses.normalised(found)
        except ValidationError as refused:
            raise serializers.ValidationError(refused.message, code=refused.code) from None


class Moment(serializers.DateTimeField):
    """A time in UTC, whatever zone the caller's cookies name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default_timezone=UTC, **kwargs)


@extend_schema_field({"type": "boolean"})
class Yes(serializers.Field[Any, Any, Any, Any]):
    """True or false, and no text or number that means it."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            raise serializers.ValidationError(_("Send true or false."), code="invalid")
        return data

    def to_representation(self, value: Any) -> bool:
        return bool(value)


class Number(serializers.FloatField):
    """A JSON number: a text or a truth value is none."""

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return float(data)


class Key(serializers.IntegerField):
    """The number of a row of ours."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=2**63 - 1, **kwargs)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return data
