"""What a draft keeps of the macros that were applied to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tickets.acts import ENDINGS, Acts
from tickets.models import Macro


def left_in_draft(macro: Macro, note: str, marks: Iterable[str], applied: str) -> dict[str, Any]:
    """What a draft keeps of a macro as it was applied: later changes of the macro do not reach it."""
    return {
        "used": [[macro.pk, macro.name]],
        "acts": macro.acts,
        "words": [],  # the acts as its author reads them, so that a page loads nothing for them
        "note": note,
        "marks": list(marks),
        "applied": [applied],
    }


def with_another(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What a draft keeps of several macros."""
    if not before or not after:
        return dict(before or after)
    return {
        "used": [*before["used"], *(one for one in after["used"] if one not in before["used"])],
        "acts": together(before["acts"], after["acts"]),
        "words": [*before["words"], *after["words"]],
        "note": "\n\n".join(filter(None, [before["note"], after["note"]])),
        "marks": list(dict.fromkeys([*before["marks"], *after["marks"]])),
        "applied": [*before["applied"], *after["applied"]],
    }


def together(before: Mapping[str, Any], after: Mapping[str, Any]) -> Acts:
    """The acts of two macros in one reply: all tags and fields, and of what excludes each other the later."""
    merged = {**before, **after}
    if any(name in after for name in ENDINGS):
        merged = {name: merged[name] for name in merged if name not in ENDINGS or name in after}
    for name, other in (("add_tags", "remove_tags"), ("remove_tags", "add_tags")):
        kept = [each for each in before.get(name, ()) if each not in after.get(other, ())]
        merged[name] = list(dict.fromkeys([*kept, *after.get(name, ())]))
    merged["fields"] = {**before.get("fields", {}), **after.get("fields", {})}
    return {name: value for name, value in merged.items() if value not in ([], {})}
