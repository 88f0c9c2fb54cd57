"""The headers of a mail or of a part: raw values by name, and values with parameters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from tickets.email.reading import words
from tickets.email.reading.charsets import decoded

MOST = 1_000  # fields of one block
LARGEST = 512 * 1024  # bytes of one block
_FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]*:[ \t]*(.*)", re.DOTALL)
_LINE_END = re.compile(rb"\r\n|\n|\r")
_PARAMETER = re.compile(
    rb""";\s*+([^\s=;"]{1,60}+)\s*+=\s*+(?:"((?:[^"\\]|\\.){0,4000}+)"?|([^;]{0,4000}))""",
    re.DOTALL,
)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_MOST_PARAMETERS = 100


@dataclass(frozen=True, slots=True)
class Headers:
    """Fields by lower-case name, each with all its values, topmost first; and their order."""

    fields: dict[str, list[bytes]] = field(default_factory=dict)
    order: tuple[str, ...] = ()

    def all(self, name: str) -> list[bytes]:
        """The raw values, unfolded."""
        return self.fields.get(name, [])

    def raw(self, name: str) -> bytes:
        """The first raw value, or b""."""
        return self.fields.get(name, [b""])[0]

    def text(self, name: str, limit: int = 255) -> str:
        """The first value, decoded, as one line."""
        return words.line(words.unencoded(self.raw(name)), limit)

    def __contains__(self, name: str) -> bool:
        return name in self.fields


def parsed(block: bytes) -> Headers:
    """The fields of a block of headers; lines that are no field are passed over."""
    fields: dict[str, list[bytes]] = {}
    order: list[str] = []
    for line in _unfolded(block[:LARGEST]):
        match = _FIELD.match(line)
        if match is None:
            continue
        name = match[1].decode("ascii").lower()
        fields.setdefault(name, []).append(match[2].strip())
        order.append(name)
        if len(order) >= MOST:
            break
    return Headers(fields, tuple(order))


def _unfolded(block: bytes) -> Iterator[bytes]:
    held: list[bytes] = []
    for line in _LINE_END.split(block):
        if line[:1] in (b" ", b"\t") and held:
            held.append(line.strip(b" \t"))
        else:
            if held:
                yield b" ".join(held)
            held = [line]
    if held:
        yield b" ".join(held)


def with_parameters(value: bytes) -> tuple[str, dict[str, str]]:
    """A value like `text/plain; charset=utf-8`: what stands first, and the parameters, decoded.

    Continued and encoded parameters (RFC 2231) are put together, encoded words in a parameter,
    which the standard forbids and clients write, are decoded.
    """
    head, _semicolon, _rest = value.partition(b";")
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[bool, bytes]]] = {}
    for count, match in enumerate(_PARAMETER.finditer(value[:20_000])):
        if count >= _MOST_PARAMETERS:
            break
        name = match[1].decode("ascii", "replace").lower()
        found = (
            match[3].strip().strip(b"'\"") if match[2] is None else _ESCAPED.sub(rb"\1", match[2])
        )
        if "*" in name:
            base, number, is_encoded = _piece(name)
            pieces.setdefault(base, {}).setdefault(number, (is_encoded, found))
        else:
            plain.setdefault(name, words.unencoded(found))
    for base, numbered in pieces.items():
        plain[base] = _joined(numbered)
    return head.strip().decode("ascii", "replace").lower()[:200], plain


def _piece(name: str) -> tuple[str, int, bool]:
    """What `filename*1*` says: the name, the number of the piece, whether it is encoded."""
    base, *rest = name.split("*")
    number = int(rest[0]) if rest[0].isdecimal() and len(rest[0]) < 4 else 0
    return base, number, rest[-1] == ""


def _joined(numbered: dict[int, tuple[bool, bytes]]) -> str:
    charset, content = "", b""
    for place, number in enumerate(sorted(numbered)):
        is_encoded, piece = numbered[number]
        if is_encoded:
            if place == 0 and piece.count(b"'") >= 2:
                name, _language, piece = piece.split(b"'", 2)
                charset = name.decode("ascii", "replace")
            piece = unquote_to_bytes(piece)
        content += piece
    return decoded(content, charset) if charset else words.unencoded(content)
