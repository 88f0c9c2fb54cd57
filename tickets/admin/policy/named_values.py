"""A field of forms for names with values, one on a line: `status = order.status`."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from tickets.admin.theme import Textarea
from tickets.intake import text

MOST = 50  # lines
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)


class NamedValuesField(forms.CharField):
    """Gives a dict of the names and their values, both texts."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", Textarea(attrs={"rows": 6, "spellcheck": "false"}))
        super().__init__(max_length=10_000, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return "\n".join(f"{name} = {where}" for name, where in value.items())
        return value

    def clean(self, value: Any) -> Any:
        lines = [line for line in str(super().clean(value)).splitlines() if line.strip()]
        if len(lines) > MOST:
            raise forms.ValidationError(_("At most %(most)d lines.") % {"most": MOST})
        found: dict[str, str] = {}
        for line in lines:
            name, sign, rest = line.partition("=")
            name = name.strip()
            if not sign or not _NAME.fullmatch(name):
                raise forms.ValidationError(
                    _(
                        "“%(line)s” is not a name, = and a value. Names are small letters without spaces."
                    )
                    % {"line": line.strip()[:80]}
                )
            if name in found:
                raise forms.ValidationError(_("“%(name)s” stands there twice.") % {"name": name})
            found[name] = text.line(rest)
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)
