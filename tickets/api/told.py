"""What programs tell beside a row's own fields: values of custom fields, and data that only they read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tickets.api.fields import ANY_TEXT, Short, Strict
from tickets.models.custom_fields import LONGEST_TEXT, as_sent
from tickets.models.metadata import LONGEST_NAME, LONGEST_VALUE, MOST_BYTES, MOST_NAMES
from tickets.models.properties import MOST_TAGS, TAG_LENGTH

MOST_VALUES = 50
MOST_FIELDS = 100
ONE_TAG = r"^[^,\u0000]*$"  # how people part them where they type several
METADATA_OUT: dict[str, Any] = {
    "type": "object",
    "additionalProperties": {"type": "string", "maxLength": LONGEST_VALUE},
}
_METADATA_IN: dict[str, Any] = {
    "type": "object",
    "maxProperties": MOST_NAMES,
    "additionalProperties": {
        "type": "string",
        "maxLength": LONGEST_VALUE,
        "pattern": ANY_TEXT,
        "nullable": True,
    },
}
METADATA_HELP = (
    f"Yours: names of up to {LONGEST_NAME} characters, texts of up to {LONGEST_VALUE}, {MOST_NAMES} of them "
    f"and {MOST_BYTES // 1024} KB in all. Nobody here reads it."
)


class CustomValue(TypedDict):
    """A field that an admin added, by its key: a choice of several has several values."""

    key: str
    values: list[str]


@extend_schema_field(METADATA_OUT)
class MetadataOut(serializers.Field[Any, Any, Any, Any]):
    """As it is kept."""

    def to_representation(self, value: Any) -> Any:
        return value


@extend_schema_field(_METADATA_IN)
class MetadataIn(serializers.Field[Any, Any, Any, Any]):
    """What is named is set, or taken out where it is null. What is not named stays."""

    def to_internal_value(self, data: Any) -> dict[str, str | None]:
        if not isinstance(data, Mapping) or len(data) > MOST_NAMES:
            raise _invalid(_("Send up to %(most)d names with their texts.") % {"most": MOST_NAMES})
        for value in data.values():
            if value is not None and not (isinstance(value, str) and len(value) <= LONGEST_VALUE):
                raise _invalid(
                    _("Each has a text of up to %(most)d characters, or null.")
                    % {"most": LONGEST_VALUE}
                )
        return dict(data)


class Tags(serializers.ListField):
    """All tags that there are to be, in the form in which tags are kept."""

    def __init__(self, **kwargs: Any) -> None:
        child = Short(max_length=TAG_LENGTH, pattern=ONE_TAG)
        super().__init__(child=child, max_length=MOST_TAGS, **kwargs)


class CustomValueIn(Strict):
    """A field that an admin added, by its key. No value at all empties it."""

    key = Short(max_length=40)
    values = serializers.ListField(
        child=Short(max_length=LONGEST_TEXT),
        max_length=MOST_VALUES,
        help_text="As people would type them: of a choice of several any number, else one.",
    )


class CustomValues(serializers.ListField):
    """Those that are to be otherwise."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=CustomValueIn(), max_length=MOST_FIELDS, **kwargs)


def as_told(sent: Mapping[str, Any]) -> dict[str, Any]:
    """Values of custom fields as the actions take them, by their keys."""
    if "custom_fields" not in sent:
        return {}
    return {"custom": [(one["key"], one["values"]) for one in sent["custom_fields"]]}


def custom_values(custom: Mapping[str, Any]) -> list[CustomValue]:
    return [{"key": key, "values": as_sent(value)} for key, value in sorted(custom.items())]


def _invalid(words: str) -> serializers.ValidationError:
    return serializers.ValidationError(words, code="invalid")
