"""Who stands in a header: names and addresses, taken apart before anything is decoded.

An encoded word is a name and nothing else. Whatever it says, it adds no address, since the servers
that checked the sender have not decoded it either.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tickets import addresses
from tickets.email.reading import words
from tickets.email.reading.charsets import decoded
from tickets.email.reading.mail import Person

MOST = 200  # people of one header
_LARGEST = 64 * 1024
_TOKEN = re.compile(
    rb"""(?P<quoted>"(?:[^"\\]|\\.)*+"?)|(?P<opens>\()|(?P<angle><[^<>]*+>?)"""
    rb"""|(?P<sign>[,;:])|(?P<plain>[^"(<,;:]++)""",
    re.DOTALL,
)
_COMMENT_SIGN = re.compile(rb"[()\\]")
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_ADDRESS = re.compile(rb"[^@<>\"(),:;]{1,100}@[^@<>\"(),:;]{1,255}")


def people(values: list[bytes]) -> tuple[Person, ...]:
    """Everybody in the values of a header, groups taken apart; nobody with neither name nor address."""
    found: list[Person] = []
    for value in values:
        for name, address in _entries(value[:_LARGEST]):
            person = Person(name, _form(address))
            if (person.name or person.address) and len(found) < MOST:
                found.append(person)
    return tuple(found)


_form = lru_cache(maxsize=2_048)(addresses.to_look_up)  # the same few stand in mail after mail


def _entries(value: bytes) -> list[tuple[str, str]]:
    """Names and what stands in the place of their addresses."""
    found: list[tuple[str, str]] = []
    name: list[bytes] = []  # quoted and plain pieces of the entry that is read
    angle, comment = b"", b""

    def end() -> None:
        nonlocal angle, comment
        if len(found) < MOST:
            found.extend(_entry(name, angle, comment))
        name.clear()
        angle, comment = b"", b""

    position = 0
    while (token := _TOKEN.match(value, position)) is not None:
        position = token.end()
        match token.lastgroup:
            case "opens":
                inner = position
                position = _comment_end(value, position)
                comment = comment or value[inner : position - 1]
            case "angle":
                angle = angle or token[0]
            case "sign" if token[0] == b":" and not angle:
                name.clear()  # the name of a group
            case "sign":
                end()
            case _:
                name.append(token[0])
    end()
    return found


def _comment_end(value: bytes, position: int) -> int:
    """Where a comment ends, with those within it; at the end if it is never closed."""
    depth = 1
    while depth and (sign := _COMMENT_SIGN.search(value, position)) is not None:
        position = sign.end() + (sign[0] == b"\\")
        depth += {b"(": 1, b")": -1}.get(sign[0], 0)
    return position if not depth else len(value) + 1


def _entry(pieces: list[bytes], angle: bytes, comment: bytes) -> list[tuple[str, str]]:
    """One person: `name <address>`, or `address (name)`."""
    joined = b" ".join(piece.strip() for piece in pieces if piece.strip())
    if angle:
        return [(_name(pieces) or _name([comment]), _said(angle.strip(b"<> \t")))]
    for word in joined.split():
        if _ADDRESS.fullmatch(word) and b"=?" not in word:
            rest = joined.replace(word, b" ", 1)
            return [(_name([comment]) or _name([rest]), _said(word))]
    return [(_name(pieces) or _name([comment]), "")]


def _said(address: bytes) -> str:
    return decoded(address[:400]).strip("'\"")


def _name(pieces: list[bytes]) -> str:
    """The name, decoded; quotation marks and signs that make it look like a second address stay text."""
    shown = []
    for piece in pieces:
        piece = piece.strip()
        if piece.startswith(b'"'):
            piece = _ESCAPED.sub(rb"\1", piece.strip(b'"'))
        shown.append(words.unencoded(piece))
    return words.line(" ".join(shown), 200).strip("'\" ")
