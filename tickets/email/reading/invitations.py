"""Invitations to a meeting (iCalendar, RFC 5545), in a line that people can read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from tickets.email.reading.words import line

_LARGEST = 200_000
_FOLD = re.compile(r"\r?\n[ \t]")
_ESCAPE = re.compile(r"\\([\\;,nN])")
_STAMP = re.compile(r"(\d{8})(?:T(\d{4}))?\d{0,2}(Z?)")
_MOST_LINES = 5_000


@dataclass(frozen=True, slots=True)
class _Value:
    said: str
    zone: str = ""


def in_words(calendar: str) -> str:
    """What an invitation says: what, when, where; "" if there is no meeting in it."""
    found = _fields(calendar[:_LARGEST])
    if found is None:
        return ""
    what = line(found.get("SUMMARY", _Value("")).said, 200) or _("(no title)")
    parts = [what, _when(found), line(found.get("LOCATION", _Value("")).said, 200)]
    said = ", ".join(part for part in parts if part)
    match found.get("METHOD", _Value("")).said.upper():
        case "CANCEL":
            return _("Cancelled invitation: %(what)s") % {"what": said}
        case "REPLY" | "COUNTER":
            return _("Answer to an invitation: %(what)s") % {"what": said}
        case _:
            return _("Invitation: %(what)s") % {"what": said}


def _fields(calendar: str) -> dict[str, _Value] | None:
    """The fields of the first meeting, and the method; None if there is no meeting."""
    fields: dict[str, _Value] = {}
    within = had = False
    for text in _FOLD.sub("", calendar).splitlines()[:_MOST_LINES]:
        name, _colon, value = _parted(text)
        key, *parameters = name.split(";")
        key = key.strip().upper()
        if key == "BEGIN" and value.strip().upper() == "VEVENT":
            within = had = True
        elif key == "BEGIN" and within:
            break  # an alarm in it
        elif key == "END" and value.strip().upper() == "VEVENT":
            break
        elif within or key == "METHOD":
            zone = next((one[5:] for one in parameters if one.upper().startswith("TZID=")), "")
            fields.setdefault(key, _Value(_ESCAPE.sub(_unescaped, value.strip()), zone.strip('"')))
    return fields if had else None


def _parted(text: str) -> tuple[str, str, str]:
    """A line at its first colon that stands in no quotation marks."""
    if '"' not in text.partition(":")[0]:
        return text.partition(":")
    is_quoted = False
    for place, sign in enumerate(text):
        if sign == '"':
            is_quoted = not is_quoted
        elif sign == ":" and not is_quoted:
            return text[:place], ":", text[place + 1 :]
    return text, "", ""


def _unescaped(match: re.Match[str]) -> str:
    return " " if match[1] in "nN" else match[1]


def _when(fields: dict[str, _Value]) -> str:
    """From when to when, as it was written, with its time zone."""
    start = _moment(fields.get("DTSTART", _Value("")))
    end = _moment(fields.get("DTEND", _Value("")))
    if start is None:
        return ""
    zone = fields["DTSTART"].zone or ("UTC" if start.tzinfo else "")
    if "T" not in fields["DTSTART"].said:
        return f"{start:%Y-%m-%d}"
    said = f"{start:%Y-%m-%d %H:%M}"
    if end is not None and fields["DTEND"].zone == fields["DTSTART"].zone:
        said += f"–{end:%H:%M}" if end.date() == start.date() else f" – {end:%Y-%m-%d %H:%M}"
    return f"{said} ({line(zone, 60)})" if zone else said


def _moment(value: _Value) -> datetime | None:
    match = _STAMP.match(value.said)
    if match is None:
        return None
    try:
        found = datetime.strptime(match[1] + (match[2] or "0000"), "%Y%m%d%H%M")  # noqa: DTZ007 - zone below
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if match[3] else found
