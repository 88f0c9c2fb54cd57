"""What people type, made safe to keep: one normaliser for every way in.

Raises `TextError`, whose message tells the sender what to do.
"""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MESSAGE_LIMIT = 20_000  # characters; a long mail fits, a pasted log file belongs in an attachment
LINE_LIMIT = 200
MOST_MARKS = 30  # on one letter, as in Unicode's stream-safe text (UAX #15): no language has more
_MAY_HEAP = re.compile(rf"[^\x00-\u02ff]{{{MOST_MARKS + 1}}}")  # U+0300 is the first mark

# Control characters but tab and line feed; and lone surrogates, which UTF-8 cannot carry.
_UNWANTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
# Shown as nothing at all: a text of these alone is an empty text.
_INVISIBLE = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad\u3164]+")


class TextError(ValidationError):
    """A text that cannot be taken; `code` is `empty` or `too_long`."""


def clean(text: str) -> str:
    """Normalise to NFC with line feeds, without characters that no text needs."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _with_few_marks(_UNWANTED.sub("", text))).strip()


def _with_few_marks(text: str) -> str:
    """Without marks that are heaped on one letter: to put them in order takes their square."""
    if not _MAY_HEAP.search(text):
        return text
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def message(text: str, *, may_be_empty: bool = False) -> str:
    """The body of a message or note. Empty is refused unless something else (a file) came along."""
    if len(text) > MESSAGE_LIMIT * 4:  # refuse before the work of normalising
        raise TextError(_too_long(MESSAGE_LIMIT), code="too_long")
    text = clean(text)
    if len(text) > MESSAGE_LIMIT:
        raise TextError(_too_long(MESSAGE_LIMIT), code="too_long")
    if says_nothing(text):
        if may_be_empty:
            return ""
        raise TextError(_("Write a message first."), code="empty")
    return text


def says_nothing(text: str) -> bool:
    """Whether nothing of a text would be seen."""
    return not _INVISIBLE.sub("", _UNWANTED.sub("", text))


def line(text: str, *, limit: int = LINE_LIMIT) -> str:
    """One line (a subject, a name), cut to `limit` characters."""
    return " ".join(clean(text[: limit * 4]).split())[:limit]


def first_line(text: str, *, limit: int = 90) -> str:
    """A subject made from a message: its first line, cut between words."""
    found = line(clean(text).split("\n", 1)[0], limit=1000)
    if len(found) <= limit:
        return found
    return found[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,.;:") + "…"


def _too_long(limit: int) -> str:
    return _("Your message is too long. Keep it under %(limit)s characters, or attach a file.") % {
        "limit": f"{limit:,}"
    }
