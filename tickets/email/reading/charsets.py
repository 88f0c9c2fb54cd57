"""Bytes of a mail as text, whatever character set they claim to be in."""

from __future__ import annotations

import codecs
from functools import lru_cache

# What clients name differently, or name wrongly: the second set has all letters of the first.
_MEANT = {
    "ascii": "utf-8",
    "us-ascii": "utf-8",
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "iso8859-1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "big5": "big5hkscs",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "unicode-1-1-utf-7": "utf-7",
    "unicode": "utf-16",
}
# Codecs of Python that are no character sets of mails, and slow on hostile ones.
_NOT_MEANT = {
    "idna",
    "punycode",
    "unicode-escape",
    "raw-unicode-escape",
    "undefined",
    "mbcs",
    "oem",
}
_LONGEST_NAME = 40


def decoded(content: bytes, charset: str = "") -> str:
    """The text of some bytes: in UTF-8 if they are, in the set that is named, or a near one.

    Without NUL, which says nothing and which no browser and no row of PostgreSQL takes.
    """
    return _decoded(content, charset).replace("\0", "")


def _decoded(content: bytes, charset: str) -> str:
    known = _known(charset.strip().strip("\"'").lower()[:_LONGEST_NAME])
    for codec in (known, "utf-8"):
        if codec:
            try:
                return content.decode(codec)
            except (UnicodeError, ValueError):
                continue
    # 8-bit Western text without a name is far more frequent than any other.
    fallback = known if known and known != "utf-8" else "cp1252"
    if known == "utf-8" and _is_mostly_utf8(content):
        fallback = "utf-8"
    return content.decode(fallback, errors="replace")


def _is_mostly_utf8(content: bytes) -> bool:
    """Whether few of the letters beyond ASCII are broken, as in a text that was cut somewhere."""
    broken = content.decode("utf-8", errors="replace").count("\ufffd")
    beyond = sum(content.count(bytes([lead])) for lead in range(0xC2, 0xF5))
    return beyond > 2 * broken


@lru_cache(maxsize=256)
def _known(name: str) -> str:
    """The codec for a name, "" if there is none."""
    name = _MEANT.get(name, name)
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError, UnicodeError):
        return ""
    is_text = getattr(found, "_is_text_encoding", False)
    return found.name if is_text and found.name.replace("_", "-") not in _NOT_MEANT else ""
