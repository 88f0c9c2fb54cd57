"""In which language a message is written, as far as so few words can tell."""

from __future__ import annotations

import re
import threading
from functools import cache
from typing import Any

# The languages that are told apart. Among all that the library knows, short English turns into
# languages that no customer of a shop writes.
_TOLD_APART = [
    *("en", "de", "fr", "es", "it", "nl", "pt", "pl", "sv", "da", "nb", "no", "fi", "cs", "tr"),
    *("ru", "uk", "el", "ar", "he", "ja", "zh", "ko", "hu", "ro"),
]
_SAME = {"nb": "no", "nn": "no"}
SURE_FROM = 0.7
_FEWEST_WORDS = 3
_READ = 2_000
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_NOT_WORDS = re.compile(r"https?://\S+|(?<!\S)\S+@\S+|\b\w*\d\w*\b|`[^`]*`|<[^>]{1,200}>")
# One word is a sentence where words are not separated.
_ONE_IS_ENOUGH = re.compile("[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]{3}")
_loading = threading.Lock()


def detect(text: str) -> str:
    """The ISO code of the language, or "" if it is too short or too unlike any to tell."""
    text = " ".join(_NOT_WORDS.sub(" ", text[:_READ].replace("\0", " ")).split())
    words = _WORD.findall(text)
    if len(words) < _FEWEST_WORDS and not _ONE_IS_ENOUGH.search(text):
        return ""
    if not words:
        return ""
    low = [word.lower() for word in words]
    with _loading:
        code, sure = _identifier().classify(" ".join(low))
    code = _SAME.get(str(code), str(code))
    if sure < (SURE_FROM if len(words) > 4 else 0.5) and not _is_english(low):
        return ""
    return "en" if code != "en" and _is_english(low) and sure < 0.95 else code


_COMMON = """
the is are was my your i you it this that not don't can't how what when where why do does did please
with for and of to have has a an me we
"""
_ENGLISH = frozenset(_COMMON.split())


def _is_english(words: list[str]) -> bool:
    known = sum(word in _ENGLISH for word in words)
    return known >= 2 and known * 5 >= len(words) * 2


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([code for code in _TOLD_APART if code in identifier.labels])
    return identifier
