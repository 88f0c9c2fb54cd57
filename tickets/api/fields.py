"""What the API's serializers are made of: nothing is taken that was not asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from tickets import addresses

MAX_NAMED = 20  # of the unknown fields, so that a hostile body gets no long answer


class Strict(serializers.Serializer[Any]):
    """Input of which every name must be known, at every level (RELIABILITY R01, R02, R04)."""

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


@extend_schema_field({"type": "string", "format": "email", "maxLength": addresses.LONGEST})
class Address(Text):
    """An e-mail address, in the one form in which they are compared."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=addresses.LONGEST, **kwargs)

    def run_validation(self, data: Any = empty) -> Any:
        try:
            return addresses.normalised(super().run_validation(data))
        except ValidationError as refused:
            raise serializers.ValidationError(refused.message, code=refused.code) from None


class Moment(serializers.DateTimeField):
    """A time in UTC, whatever zone the caller's cookies name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default_timezone=UTC, **kwargs)
