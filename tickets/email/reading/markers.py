"""Our signed markers in a mail that answers one of ours; whether one is ours is checked elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable

MOST = 20
_MARKER = re.compile(r"##HD-[\w.\-=:>]{1,120}?##", re.ASCII)


def markers(texts: Iterable[str]) -> tuple[str, ...]:
    """The markers in some texts, each once, in order of appearance."""
    found: dict[str, None] = {}
    for text in texts:
        for match in _MARKER.finditer(text):
            found[match[0]] = None
            if len(found) >= MOST:
                return tuple(found)
    return tuple(found)


def stands_alone(line: str) -> bool:
    """Whether a line is a marker and nothing else: it is of the mail that is answered."""
    return _MARKER.fullmatch(line.strip("> \t")) is not None
