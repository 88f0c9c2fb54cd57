"""`winmail.dat`, in which Outlook wraps a mail (MS-OXTNEF): the files and the text that are in it."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from tickets.email.reading.charsets import decoded
from tickets.email.reading.mail import File
from tickets.email.reading.rich_text import uncompressed

SIGNATURE = b"\x78\x9f\x3e\x22"
_MOST = 20_000  # attributes, and properties of one
_MOST_FILES = 200

_BODY, _PROPERTIES, _CODE_PAGE = 0x800C, 0x9003, 0x9007
_RENDERING, _TITLE, _DATA, _ATTACHMENT = 0x9002, 0x8010, 0x800F, 0x9005
_P_BODY, _P_HTML, _P_RTF = 0x1000, 0x1013, 0x1009
_P_DATA, _P_NAME, _P_LONG_NAME, _P_TYPE, _P_CID = 0x3701, 0x3704, 0x3707, 0x370E, 0x3712
_SIZES = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_TEXTS = {0x1E: "", 0x1F: "utf-16-le"}
_LONG = (*_TEXTS, 0x102, 0x0D)


@dataclass(slots=True)
class Unwrapped:
    """What was in it."""

    plain: str = ""
    html: str = ""
    files: list[File] = field(default_factory=list)


@dataclass(slots=True)
class _File:
    name: str = ""
    long_name: str = ""
    content_type: str = ""
    content_id: str = ""
    content: bytes = b""


def unwrapped(content: bytes) -> Unwrapped | None:
    """What is in a `winmail.dat`, as far as it can be read; None if it is none."""
    if not content.startswith(SIGNATURE):
        return None
    found = Unwrapped()
    files: list[_File] = []
    charset = "cp1252"
    for name, data in _attributes(content):
        if name == _CODE_PAGE and len(data) >= 4:
            charset = f"cp{struct.unpack_from('<I', data)[0]}"
        elif name == _BODY:
            found.plain = decoded(data.rstrip(b"\0"), charset)
        elif name == _PROPERTIES:
            _read_mail(found, data, charset)
        elif name == _RENDERING and len(files) < _MOST_FILES:
            files.append(_File())
        elif files and name == _TITLE:
            files[-1].name = decoded(data.rstrip(b"\0"), charset)
        elif files and name == _DATA:
            files[-1].content = data
        elif files and name == _ATTACHMENT:
            _read_file(files[-1], data, charset)
    found.files = [
        File(one.long_name or one.name, one.content_type, one.content, one.content_id)
        for one in files
        if one.content
    ]
    return found


def _attributes(content: bytes) -> Iterator[tuple[int, bytes]]:
    position = 6
    for _number in range(_MOST):
        if position + 9 > len(content):
            return
        name, _kind, length = struct.unpack_from("<HHI", content, position + 1)
        start = position + 9
        if start + length > len(content):
            return
        yield name, content[start : start + length]
        position = start + length + 2


def _read_mail(found: Unwrapped, data: bytes, charset: str) -> None:
    for name, kind, value in _properties(data):
        if name == _P_BODY:
            found.plain = found.plain or _text(kind, value, charset)
        elif name == _P_HTML:
            found.html = decoded(value.rstrip(b"\0"), _TEXTS.get(kind) or charset)
        elif name == _P_RTF and not found.plain:
            found.plain = uncompressed(value)


def _read_file(file: _File, data: bytes, charset: str) -> None:
    for name, kind, value in _properties(data):
        if name == _P_LONG_NAME:
            file.long_name = _text(kind, value, charset)
        elif name == _P_NAME:
            file.name = file.name or _text(kind, value, charset)
        elif name == _P_TYPE:
            file.content_type = _text(kind, value, charset).lower()
        elif name == _P_CID:
            file.content_id = _text(kind, value, charset).strip("<> ")
        elif name == _P_DATA and not file.content:
            file.content = value[16:] if kind == 0x0D else value


def _text(kind: int, value: bytes, charset: str) -> str:
    return decoded(value, _TEXTS.get(kind) or charset).rstrip("\0")


def _properties(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """The properties with their kind and first value; the end of what makes sense is the end."""
    position = 4
    try:
        for _number in range(min(_MOST, struct.unpack_from("<I", data)[0])):
            kind, name = struct.unpack_from("<HH", data, position)
            position += 4
            if name >= 0x8000:
                position = _behind_name(data, position)
            many, kind = kind & 0x1000, kind & 0x0FFF
            if not many and kind in _SIZES:
                yield name, kind, data[position : position + _SIZES[kind]]
                position += _SIZES[kind]
                continue
            count = struct.unpack_from("<I", data, position)[0]
            position += 4
            for number in range(min(count, _MOST)):
                if kind in _LONG:
                    length = struct.unpack_from("<I", data, position)[0]
                    position += 4
                else:
                    length = _SIZES[kind]
                if number == 0:
                    yield name, kind, data[position : position + length]
                position += length + -length % 4
                if position > len(data):
                    return
    except (struct.error, KeyError):
        return


def _behind_name(data: bytes, position: int) -> int:
    """A named property says its name first: by number, or in words."""
    is_words = struct.unpack_from("<I", data, position + 16)[0] == 1
    length = struct.unpack_from("<I", data, position + 20)[0]
    return position + 24 + (length + -length % 4 if is_words else 0)
