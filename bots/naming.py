"""What a language is called, in the language of whoever reads it."""

from __future__ import annotations

from contextlib import nullcontext

from django.utils.translation import get_language_info, override

_KNOWN_AS = {"no": "nb"}


def name_of(code: str, language: str = "") -> str:
    """The name of a language; in `language` if that is given, else in that of the screen."""
    try:
        info = get_language_info(_KNOWN_AS.get(code, code))
    except KeyError:
        return code
    with override(language) if language else nullcontext():
        return str(info["name_translated"])
