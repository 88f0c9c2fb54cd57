"""Custom fields that a macro or a rule fills in: as people write them, a line for each, and as they are kept.

A line is "Reason: too late". The field is called by its name or its key; of a choice of several the
values have commas between them. Kept is {key: [value]}, so that a field may get another name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tickets.intake import text
from tickets.models import CustomField
from tickets.models.custom_fields import LONGEST_TEXT, About, FieldKind

Wanted = Mapping[str, Sequence[str] | str]
MOST = 10
MOST_SHOWN = 30
LONGEST = 4 * LONGEST_TEXT  # characters of a value as it is sent; what is too long of it is refused


class Unknown(ValueError):
    """A field is not there any more, or does not take this value; with a sentence."""


def offered() -> list[CustomField]:
    """Those that can be filled in: of the conversation itself, in their order."""
    return list(CustomField.objects.filter(about=About.TICKET))


def help_text(fields: Sequence[CustomField]) -> str:
    """How a line is written, and what may be: shown with the form."""
    there = "; ".join(
        f"{field.name} ({', '.join(field.options[:12])})" if field.options else field.name
        for field in fields[:MOST_SHOWN]
    )
    words = _("One on each line, like “Reason: too late”. There are: %(fields)s.")
    return words % {"fields": there or _("none")}


def sent(lines: str) -> dict[str, str]:
    """What was written, by the name that was written; a line without a value has an empty one."""
    parted = (line.partition(":") for line in lines.splitlines() if line.strip())
    return {text.line(name, limit=80): value.strip()[:LONGEST] for name, _colon, value in parted}


def written(kept: Any) -> str:
    """The lines of what is kept, as a form shows them."""
    if not isinstance(kept, Mapping) or not kept:
        return ""
    names = {field.key: field.name for field in offered()}
    return "\n".join(f"{names.get(key, key)}: {', '.join(value)}" for key, value in kept.items())


def named(wanted: Wanted) -> list[tuple[CustomField, list[str]]]:
    """The fields with the values that they are to have. One query.

    Raises:
        Unknown: one of them is not there, or does not take its value.
    """
    if not wanted:
        return []
    if len(wanted) > MOST:
        raise Unknown(_("Fill in at most %(most)d fields.") % {"most": MOST})
    fields = offered()
    found = [_named(fields, name, value) for name, value in wanted.items()]
    return list({field.pk: (field, values) for field, values in found}.values())


def in_words(filled: Iterable[tuple[CustomField, Sequence[str]]]) -> list[str]:
    return [f"{field.name}: {', '.join(values)}" for field, values in filled]


def _named(
    fields: Sequence[CustomField], name: str, value: Sequence[str] | str
) -> tuple[CustomField, list[str]]:
    field = _called(fields, name, by_name=isinstance(value, str))
    if field is None:
        raise Unknown(_("There is no field “%(name)s” of conversations.") % {"name": name})
    values = _values(field, value) if isinstance(value, str) else [str(one) for one in value]
    try:
        kept = field.read(values, None)
    except ValidationError as error:
        words = {"name": field.name, "problem": " ".join(error.messages)}
        raise Unknown(_("%(name)s: %(problem)s") % words) from error
    if kept is None:
        raise Unknown(_("Write what “%(name)s” is to be.") % {"name": field.name})
    return field, values


def _called(fields: Sequence[CustomField], name: str, *, by_name: bool) -> CustomField | None:
    """What is kept names its field by the key alone: another one may be called like that."""
    called = name.casefold()
    named_so = [one for one in fields if by_name and one.name.casefold() == called]
    return next(iter([*named_so, *(one for one in fields if one.key == called)]), None)


def _values(field: CustomField, value: str) -> list[str]:
    several = field.kind == FieldKind.CHOICES and value not in field.options
    parts = value.split(",") if several else [value]
    return [one for part in parts if (one := text.line(part, limit=LONGEST))]
