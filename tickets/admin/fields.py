"""Form fields that several pages share: a time zone, one entry per line."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from tickets.admin.theme import SearchableSelect, Textarea

_REGIONS = (
    *("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic"),
    *("Australia", "Europe", "Indian", "Pacific"),
)


class TimeZoneField(forms.ChoiceField):
    """A time zone by its place, to be searched by typing."""

    def __init__(self, *, nobody: Any = None, **kwargs: Any) -> None:
        zones = [name for name in sorted(available_timezones()) if name.split("/")[0] in _REGIONS]
        choices: list[tuple[str, Any]] = [("", nobody)] if nobody else []
        choices += [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in zones)]
        super().__init__(choices=choices, widget=SearchableSelect, **kwargs)

    def valid_value(self, value: Any) -> bool:
        """Older names of zones, which are not offered, stay valid where they are used."""
        return bool(super().valid_value(value) or value in available_timezones())


class LinesField(forms.CharField):
    """A list of texts, one per line."""

    widget = Textarea

    def __init__(self, *, most: int, longest: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.most, self.longest = most, longest

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        return [line for line in (" ".join(line.split()) for line in text.splitlines()) if line]

    def validate(self, value: Any) -> None:
        super().validate(value)
        if len(value) > self.most:
            raise forms.ValidationError(
                _("Write at most %(most)d lines.") % {"most": self.most}, code="too_many"
            )
        if any(len(line) > self.longest for line in value):
            raise forms.ValidationError(
                _("Keep each line under %(longest)d characters.") % {"longest": self.longest},
                code="too_long",
            )

    def run_validators(self, value: Any) -> None:
        """Each line by itself: the validators of a text take no list."""
        for line in value:
            super().run_validators(line)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(list(initial or []) != self.to_python(data))
