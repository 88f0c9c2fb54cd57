"""The data that programs keep beside our rows: what they send, put into what is there, within bounds."""

from __future__ import annotations

import json
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tickets.intake import text
from tickets.models.metadata import LONGEST_NAME, LONGEST_VALUE, MOST_BYTES, MOST_NAMES


def merged(kept: Mapping[str, str], told: Mapping[str, str | None]) -> dict[str, str]:
    """What is kept, with each name that is told: its text, or gone where it is None.

    Raises:
        ValidationError: there would be too many of them, or too much.
    """
    named = {text.line(name, limit=LONGEST_NAME): value for name, value in told.items()}
    found = {name: value for name, value in kept.items() if name not in named}
    found |= {
        name: text.clean(value[: LONGEST_VALUE * 4])[:LONGEST_VALUE]
        for name, value in named.items()
        if name and value is not None
    }
    # In bytes as PostgreSQL counts them: it writes letters as they are, where a space follows a comma.
    if len(found) > MOST_NAMES or len(json.dumps(found, ensure_ascii=False).encode()) > MOST_BYTES:
        raise ValidationError(
            _("Keep at most %(most)d names with %(size)d KB in all.")
            % {"most": MOST_NAMES, "size": MOST_BYTES // 1024},
            code="too_much",
        )
    return found
