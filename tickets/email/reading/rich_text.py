"""Compressed RTF (MS-OXRTFCP), Outlook's own form of a text, as plain text."""

from __future__ import annotations

import re
import struct

_LARGEST = 2_000_000  # bytes of RTF that are read
_START = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript "
    rb"\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0" + b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_TOKEN = re.compile(
    rb"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)",
    re.DOTALL,
)
_SKIPPED = {
    b"fonttbl",
    b"colortbl",
    b"stylesheet",
    b"info",
    b"pict",
    b"themedata",
    b"listtable",
    b"generator",
}
_BREAKS = {
    b"par": "\n",
    b"line": "\n",
    b"tab": "\t",
    b"cell": "\t",
    b"row": "\n",
    b"emdash": "—",
    b"endash": "–",
    b"lquote": "‘",
    b"rquote": "’",
    b"ldblquote": "“",
    b"rdblquote": "”",
    b"bullet": "•",
}


def uncompressed(content: bytes) -> str:
    """The text of compressed RTF, without its form; "" if it is none."""
    if len(content) < 16:
        return ""
    _size, raw_size, kind = struct.unpack_from("<II4s", content)
    if kind == b"MELA":
        return plain(content[16 : 16 + raw_size])
    return plain(_expanded(content, min(raw_size, _LARGEST))) if kind == b"LZFu" else ""


def _expanded(content: bytes, size: int) -> bytes:
    window = bytearray(4096)
    window[: len(_START)] = _START
    at = len(_START)
    out = bytearray()
    position = 16
    while position < len(content) and len(out) < size:
        control = content[position]
        position += 1
        for bit in range(8):
            if position >= len(content) or len(out) >= size:
                break
            if not control >> bit & 1:
                out.append(content[position])
                window[at] = content[position]
                at = (at + 1) % 4096
                position += 1
                continue
            if position + 1 >= len(content):
                return bytes(out)
            pair = content[position] << 8 | content[position + 1]
            position += 2
            start, length = pair >> 4, (pair & 15) + 2
            if start == at:
                return bytes(out)
            for step in range(length):
                byte = window[(start + step) % 4096]
                out.append(byte)
                window[at] = byte
                at = (at + 1) % 4096
    return bytes(out)


def plain(rtf: bytes) -> str:
    """The text of RTF: destinations that hold no text are left out."""
    found: list[str] = []
    silent = 0  # how many groups deep in one that holds no text
    skip = 0  # letters that stand in for the one before
    for match in _TOKEN.finditer(rtf[:_LARGEST]):
        word, number, code, sign, brace, text = match.groups()
        if brace:
            silent = _depth(silent, brace)
        elif silent:
            continue
        elif word in _SKIPPED or sign == b"*":
            silent = 1
        elif word == b"u" and number:
            found.append(chr(int(number) % 0x10000))
            skip = 1
        elif word in _BREAKS:
            found.append(_BREAKS[word])
        elif code:
            if not skip:
                found.append(bytes.fromhex(code.decode()).decode("cp1252", "replace"))
            skip = 0
        elif sign:
            found.append(
                {b"~": " ", b"_": "-"}.get(sign, sign.decode("cp1252") if sign in b"\\{}" else "")
            )
        elif text:
            said = text.decode("cp1252", "replace")
            found.append(said[skip:])
            skip = 0
    return "".join(found).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _depth(silent: int, brace: bytes) -> int:
    if not silent:
        return 0
    return silent + (1 if brace == b"{" else -1)
