"""A file as an answer: whole or a part of it, always as a download, never as something that runs."""

from __future__ import annotations

import re
from typing import IO, Any

from django.http import FileResponse, Http404, HttpRequest

from tickets.models import Attachment

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


class OutOfRange(Exception):
    """What was asked for begins after the end of the file, which has `size` bytes (416)."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


class Part:
    """Some bytes of a file, from where it stands now, to be read piece by piece."""

    def __init__(self, stream: IO[bytes], length: int) -> None:
        self.stream, self.left = stream, length

    def read(self, size: int = -1) -> bytes:
        wanted = self.left if size < 0 else min(size, self.left)
        piece = self.stream.read(wanted)
        self.left -= len(piece)
        return piece

    def close(self) -> None:
        self.stream.close()


def download(request: HttpRequest, found: Attachment) -> FileResponse:
    """The file of an attachment that was loaded through access, as far as its `Range` asks for it.

    What a file says never changes, so its key is its tag. Raises Http404 where the disk has lost it,
    and OutOfRange.
    """
    try:
        stream: Any = found.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    tag = f'"{found.pk.hex}"'
    wanted = request.headers.get("Range", "")
    if request.method != "GET" or request.headers.get("If-Range", tag) != tag:
        wanted = ""
    size = found.size
    part = _part(wanted, size)
    if part is None:
        response = FileResponse(
            stream, as_attachment=True, filename=found.name, content_type=found.content_type
        )
    else:
        first, last = part
        if first > last:
            stream.close()
            raise OutOfRange(size)
        stream.seek(first)
        response = FileResponse(
            Part(stream, last - first + 1),
            as_attachment=True,
            filename=found.name,
            content_type=found.content_type,
            status=206,
        )
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
        response["Content-Length"] = str(last - first + 1)
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = tag
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _part(wanted: str, size: int) -> tuple[int, int] | None:
    """The first and the last byte of one range; none for all else, which is answered with the whole.

    One that begins after the end comes back with its first byte after its last.
    """
    asked = _RANGE.fullmatch(wanted.strip())
    if asked is None or asked.groups() == ("", ""):
        return None
    first, last = asked.groups()
    if not first:  # the last so many bytes
        return (max(size - int(last), 0), size - 1) if int(last) else (size, size - 1)
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last), size - 1) if last else size - 1
