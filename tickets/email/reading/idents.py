"""The ids of mails, as headers name them, and when a mail was sent."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from tickets.email.reading.charsets import decoded

MOST = 50  # ids of one header; of more the newest count
_LONGEST = 250
_ID = re.compile(rb"<([^<>\s]{1,%d})>" % _LONGEST)
_BARE = re.compile(rb"[^<>\s\"]{1,%d}@[^<>\s\"]{1,%d}" % (_LONGEST, _LONGEST))
_LARGEST = 64 * 1024
_COMMENTS = re.compile(r"\([^()]*\)")


def ids(values: list[bytes]) -> tuple[str, ...]:
    """The ids in the values of a header, each once, the newest last."""
    found = [
        f"<{decoded(match[1])}>" for value in values for match in _ID.finditer(value[-_LARGEST:])
    ]
    if not found:
        found = [
            f"<{decoded(match[0][:_LONGEST])}>" for value in values if (match := _BARE.match(value))
        ]
    printable = [one for one in found if one.isprintable()]
    newest_first = dict.fromkeys(reversed(printable))
    return tuple(reversed(list(newest_first)[:MOST]))


def own_id(values: list[bytes]) -> str:
    """The id of the mail itself, "" if it has none."""
    found = ids(values[:1])
    return found[0] if found else ""


def moment(value: bytes) -> datetime | None:
    """When a header says that it was, in UTC; None if it says nothing that can be understood."""
    said = _COMMENTS.sub(" ", decoded(value[:100])).strip()
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            found = read(said)
            found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        if found.year >= 1970:
            return found
    return None
