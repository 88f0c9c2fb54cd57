"""A short piece of a passage for a list of results, with the words that were asked for marked."""

import re
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

CHARACTERS: Final = 240
_WORD: Final = re.compile(r"\w{3,}")
_MOST_WORDS: Final = 24
_STEM: Final = 5  # "returned" also marks "returns"


def excerpt(passage: str, query: str, *, characters: int = CHARACTERS) -> SafeString:
    """About `characters` of `passage`, from just before the first word of `query`, as HTML."""
    text = " ".join(passage.split())
    words = {word.lower()[:_STEM] for word in _WORD.findall(query)[:_MOST_WORDS]}
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(words)))})\w*", re.IGNORECASE)
    first = pattern.search(text) if words else None
    start = 0
    if first and first.start() > characters // 2:
        start = text.rfind(" ", 0, first.start() - characters // 4) + 1
    end = len(text)
    if end - start > characters:
        end = text.rfind(" ", start, start + characters)
        end = end if end > start else start + characters
    piece = text[start:end]
    parts: list[str] = ["\u2026 "] if start else []
    at = 0
    for match in pattern.finditer(piece) if words else ():
        parts += [piece[at : match.start()], format_html("<mark>{}</mark>", match.group())]
        at = match.end()
    parts.append(piece[at:])
    if end < len(text):
        parts.append(" \u2026")
    return format_html_join("", "{}", ((part,) for part in parts))
