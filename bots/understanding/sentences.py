"""A message as sentences, and the few of them that are worth encoding."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

MOST_ENCODED = 12
_MOST_READ = 200  # sentences of a message that are looked at, from both of its ends
_LONGEST_TEXT = 20_000
_LONGEST = 400
_END = re.compile(r"(?<=[.!?;…。！？])[\s\"'”)]+|\n+")
_HAS_WORD = re.compile(r"[^\W\d_]{2}")


def split(text: str) -> list[str]:
    """The sentences that have a word, as written; a very long text keeps its two ends."""
    text = text.replace("\0", " ")
    if len(text) > _LONGEST_TEXT:
        text = f"{text[: _LONGEST_TEXT // 2]}\n{text[-_LONGEST_TEXT // 2 :]}"
    found = [
        " ".join(part[:_LONGEST].split()) for part in _END.split(text) if _HAS_WORD.search(part)
    ]
    if len(found) > _MOST_READ:
        found = found[: _MOST_READ // 2] + found[-_MOST_READ // 2 :]
    return list(dict.fromkeys(found))


def telling(sentences: Sequence[str], tells: Callable[[str], bool]) -> list[str]:
    """The sentences to encode, in their order: those that tell something, then the longest."""
    if len(sentences) <= MOST_ENCODED:
        return list(sentences)
    ranked = sorted(sentences, key=lambda one: (not tells(one), -len(one)))[:MOST_ENCODED]
    chosen = set(ranked)
    return [one for one in sentences if one in chosen]
