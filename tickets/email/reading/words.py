"""Values of headers as text: encoded words, bytes beyond ASCII, one line."""

from __future__ import annotations

import binascii
import re

from tickets.email.reading.charsets import decoded
from tickets.intake import text as texts

_ENCODED = re.compile(rb"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]{0,4000})\?=")
_PIECE = re.compile(rb"([^=]++)(=*+)")
_MOST_PIECES = 1_000
_MOST = 20_000  # bytes of one value that are looked at; more than any client writes
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# What reorders text or is not seen: in a name or a subject it only deceives.
_UNSEEN = re.compile(r"[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")


def unencoded(value: bytes) -> str:
    """The text of a value. Words in one set that stand side by side are decoded together."""
    value = value[:_MOST]
    pieces: list[str] = []
    pending, pending_set, end = b"", "", 0
    for match in _ENCODED.finditer(value):
        between = value[end : match.start()]
        charset = match[1].split(b"*")[0].decode("ascii", "replace").lower()
        content = _content(match[2].lower(), match[3])
        if end and not between.strip() and charset == pending_set:
            pending += content
        else:
            pieces.append(decoded(pending, pending_set))
            if between.strip() or not end:
                pieces.append(decoded(between))
            pending, pending_set = content, charset
        end = match.end()
    pieces.append(decoded(pending, pending_set))
    pieces.append(decoded(value[end:]))
    return "".join(pieces)


def line(text: str, limit: int = 255) -> str:
    """One line without control characters, cut to `limit` characters."""
    text = _UNSEEN.sub("", _CONTROL.sub(" ", text[: limit * 20]))
    return texts.line(" ".join(text.split())[: limit * 4], limit=limit)


def _content(encoding: bytes, content: bytes) -> bytes:
    if encoding == b"q":
        return binascii.a2b_qp(content, header=True)
    return base64(content)


_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NOT_BASE64 = bytes(byte for byte in range(256) if byte not in _BASE64)


def base64(content: bytes) -> bytes:
    """What Base64 stands for; letters that are none of it, and a broken end, are passed over.

    Some clients put several pieces one behind another, each with its own end; what stands behind
    an end and is no whole piece is no part of it.
    """
    content = content.translate(None, _NOT_BASE64)
    first, padding, rest = content.partition(b"=")
    whole = [_from_base64(first)]
    if rest:
        pieces = _PIECE.findall((padding + rest).lstrip(b"="))[:_MOST_PIECES]
        whole.extend(_from_base64(one) for one, end in pieces if (len(one) + len(end)) % 4 == 0)
    return b"".join(whole)


def _from_base64(content: bytes) -> bytes:
    if len(content) % 4 == 1:
        content = content[:-1]
    return binascii.a2b_base64(content + b"=" * (-len(content) % 4))
