"""The parts of a mail, found in one pass over its bytes, however deep they are nested.

Nothing here calls itself, and every line is looked at once: a thousand nested parts cost as much
as a thousand lines. Attached mails are not looked into; they are files.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass, field

from tickets.email.reading import words
from tickets.email.reading.headers import LARGEST as LARGEST_BLOCK
from tickets.email.reading.headers import Headers, parsed, with_parameters
from tickets.email.reading.mail import Unreadable

LARGEST = 60 * 1024 * 1024  # bytes of a mail
DEEPEST = 100  # multiparts in each other; what is deeper is a part of its own, unopened
MOST = 2_000  # parts that are looked at

_HEADERS_END = re.compile(rb"\r\n\r\n|\n\n|\n\r\n|\r\r")
_BLANK = re.compile(rb"\r?\n")
_FIELD = re.compile(rb"[!-9;-~]{1,100}[ \t]*:|[ \t]")
_LARGEST_HEADERS = 64 * 1024  # bytes of those of a part
_FENCE = re.compile(rb"^--[^\r\n]{1,250}", re.MULTILINE)
_MOST_LINES = 500_000
_UUENCODED = re.compile(rb"^begin [0-7]{3} [^\r\n]{1,200}\r?\n", re.MULTILINE)


@dataclass(slots=True)
class Part:
    """A part that has no parts: where it stands, what it says it is, and its bytes."""

    headers: Headers
    kind: str  # "text/plain"
    parameters: dict[str, str]
    disposition: str
    name: str
    body: bytes  # as it was sent, in its transfer encoding
    place: tuple[Multipart, ...] = ()  # what it stands in, the outermost first

    @property
    def content(self) -> bytes:
        """The bytes, out of their transfer encoding."""
        return out_of(self.headers.raw("content-transfer-encoding"), self.body)

    @property
    def content_id(self) -> str:
        """The name by which the HTML shows it, without <>."""
        return self.headers.text("content-id").strip("<> \"'")


@dataclass(slots=True, eq=False)
class Multipart:
    """Parts that stand together: `alternative`, `related`, `mixed`, `report` ..."""

    kind: str
    parameters: dict[str, str]


@dataclass(slots=True)
class Parts:
    """A mail taken apart. `passed_over` counts the parts beyond MOST."""

    headers: Headers
    kind: str
    parameters: dict[str, str]
    leaves: list[Part] = field(default_factory=list)
    passed_over: int = 0


@dataclass(slots=True)
class _Open:
    multipart: Multipart
    fence: bytes


def taken_apart(raw: bytes) -> Parts:
    """The headers of a mail and its parts in their order.

    Raises:
        Unreadable: it is empty, or larger than LARGEST.
    """
    if len(raw) > LARGEST:
        raise Unreadable(f"The mail is larger than {LARGEST // 1024 // 1024} MB.")
    raw = _without_envelope(raw)
    if not raw.strip(b"\0 \t\r\n"):
        raise Unreadable("The mail is empty.")
    return _Taking(raw).all()


def out_of(encoding: bytes, body: bytes) -> bytes:
    """Some bytes out of the transfer encoding that a header names; unknown ones change nothing."""
    name = encoding.split(b";")[0].strip().lower().replace(b" ", b"")
    if name == b"base64":
        return words.base64(body)
    if name in (b"quoted-printable", b"quotedprintable"):
        return binascii.a2b_qp(body)
    if name in (b"x-uuencode", b"uuencode", b"x-uue", b"uue"):
        return _out_of_uuencode(body)
    return body


def _out_of_uuencode(body: bytes) -> bytes:
    match = _UUENCODED.search(body)
    lines = body[match.end() if match else 0 :].splitlines()
    found = []
    for line in lines:
        if line.strip() in (b"end", b"`"):
            break
        try:
            found.append(binascii.a2b_uu(line))
        except binascii.Error:
            length = ((line[0] - 32 & 63) * 4 + 5) // 3
            try:
                found.append(binascii.a2b_uu(line[:length]))
            except binascii.Error:
                continue
    return b"".join(found)


def _without_envelope(raw: bytes) -> bytes:
    """Without what a mailbox file or a BOM puts before the first header."""
    raw = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if raw.startswith((b"From ", b">From ")):
        raw = raw.partition(b"\n")[2]
    return raw


class _Taking:
    """The pass over a mail: which multiparts are open, and which part is being read."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.open: list[_Open] = []
        self.fences: dict[bytes, int] = {}  # the place in `open`
        self.seen = 0
        self.leaf: tuple[Headers, str, dict[str, str], int] | None = None

    def all(self) -> Parts:
        headers, start = self._headers(0, min(len(self.raw), LARGEST_BLOCK))
        kind, parameters = _kind(headers, "text/plain")
        self.found = Parts(headers, kind, parameters)
        self._begin(headers, kind, parameters, start)
        position, lines = start, 0
        while self.open and (fence := _FENCE.search(self.raw, position)) is not None:
            position = self._at(fence)
            lines += 1
            if lines > _MOST_LINES:
                raise Unreadable("The mail has too many lines that look like the edge of a part.")
        self._end(len(self.raw))
        if not self.found.leaves:  # the boundary that the header names is nowhere
            self.found.leaves.append(Part(headers, "text/plain", {}, "", "", self.raw[start:]))
        return self.found

    def _at(self, fence: re.Match[bytes]) -> int:
        """What a line that begins with -- does; where to read on."""
        place, closes = self._known(fence)
        if place is None:
            return fence.end()
        self._end(fence.start())
        self._close(place if closes else place + 1)
        if closes:
            return fence.end()
        if self.seen >= MOST:
            self.found.passed_over += 1
            return fence.end()
        start = _after_line(self.raw, fence.end())
        headers, body = self._headers(start, self._next_fence(start))
        kind = self.open[-1].multipart.kind
        usual = "message/rfc822" if kind == "digest" else "text/plain"
        self._begin(headers, *_kind(headers, usual), body)
        return body

    def _known(self, fence: re.Match[bytes]) -> tuple[int | None, bool]:
        """Which open multipart a line belongs to, and whether it closes it."""
        said = fence[0].rstrip()
        place = self.fences.get(said)
        if place is None and said.endswith(b"--"):
            return self.fences.get(said[:-2].rstrip()), True
        return place, False

    def _next_fence(self, start: int) -> int:
        """Where the part's headers end at the latest: they never go beyond the next fence."""
        limit = min(len(self.raw), start + _LARGEST_HEADERS)
        position = start
        while (fence := _FENCE.search(self.raw, position, limit)) is not None:
            if self._known(fence)[0] is not None:
                return fence.start()
            position = fence.end()
        return limit

    def _headers(self, start: int, stop: int) -> tuple[Headers, int]:
        """The headers from a place on, and where their body begins."""
        blank = _BLANK.match(self.raw, start, stop)
        if blank is not None:
            return Headers(), blank.end()
        if not _FIELD.match(self.raw, start, stop):
            return Headers(), start  # somebody left out the blank line, or the headers
        end = _HEADERS_END.search(self.raw, start, stop)
        if end is None:
            return parsed(self.raw[start:stop]), stop
        return parsed(self.raw[start : end.start()]), end.end()

    def _begin(self, headers: Headers, kind: str, parameters: dict[str, str], start: int) -> None:
        boundary = parameters.get("boundary", "").strip().encode("utf-8", "replace")
        if kind.startswith("multipart/") and boundary and len(self.open) < DEEPEST:
            fence = b"--" + boundary
            self.fences.setdefault(fence, len(self.open))
            self.open.append(_Open(Multipart(kind.partition("/")[2], parameters), fence))
            self.leaf = None
        else:
            self.leaf = (headers, kind, parameters, start)

    def _end(self, stop: int) -> None:
        """The part that is being read ends: the line break before a fence is the fence's."""
        if self.leaf is None:
            return
        headers, kind, parameters, start = self.leaf
        self.leaf = None
        self.seen += 1
        if self.seen > MOST:
            self.found.passed_over += 1
            return
        body = self.raw[start:stop]
        if stop < len(self.raw):
            body = body[:-2] if body.endswith(b"\r\n") else body.removesuffix(b"\n")
        disposition, said = with_parameters(headers.raw("content-disposition"))
        name = said.get("filename") or parameters.get("name", "")
        place = tuple(one.multipart for one in self.open)
        self.found.leaves.append(Part(headers, kind, parameters, disposition, name, body, place))

    def _close(self, depth: int) -> None:
        for closed in self.open[depth:]:
            if self.fences.get(closed.fence, -1) >= depth:
                del self.fences[closed.fence]
        del self.open[depth:]


def _after_line(raw: bytes, position: int) -> int:
    end = raw.find(b"\n", position)
    return len(raw) if end < 0 else end + 1


def _kind(headers: Headers, usual: str) -> tuple[str, dict[str, str]]:
    """The type of a part: the last that makes sense where a header is there twice."""
    for value in headers.all("content-type"):
        kind, parameters = with_parameters(value)
        kind = kind.split()[0] if kind.split() else ""
        if kind.count("/") == 1 and not kind.startswith("/") and not kind.endswith("/"):
            return kind, parameters
        if kind == "text":
            return "text/plain", parameters
    return usual, {}
