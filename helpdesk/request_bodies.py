"""The body of a request while it comes in: where the disk takes no more, its beginning is kept.

A long body is put into a temporary file. If that fails, the words of a form are in what came before
its files, and of those `tickets.intake.uploads` says that they are lost.
"""

import logging
from contextlib import suppress
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler

from tickets.intake.uploads import CUT_SHORT

logger = logging.getLogger(__name__)


class Body:
    """What has come so far: the first part in memory, all of it in a file once it is longer."""

    def __init__(self) -> None:
        self.head = BytesIO()
        self.whole: IO[bytes] | None = None
        self.cut_short = False

    def take(self, part: bytes) -> None:
        if self.cut_short:
            return
        try:
            self._take(part)
        except OSError as error:
            logger.error("A request's body cannot be kept: %s", error)
            self.close()
            self.whole, self.cut_short = None, True

    def _take(self, part: bytes) -> None:
        if self.whole is None:
            if self.head.tell() + len(part) <= settings.FILE_UPLOAD_MAX_MEMORY_SIZE:
                self.head.write(part)
                return
            self.whole = TemporaryFile()  # noqa: SIM115  # Django closes it with the request
            self.whole.write(self.head.getvalue())
        self.whole.write(part)
        self.whole.flush()  # so that what cannot be written is known here

    def read_from_the_start(self) -> IO[bytes]:
        stream = self.whole or self.head
        stream.seek(0)
        if self.cut_short:
            setattr(stream, CUT_SHORT, True)
        return stream

    def close(self) -> None:
        if self.whole is not None:
            with suppress(OSError):
                self.whole.close()


class Handler(ASGIHandler):
    """Django's, whose requests outlive a full disk."""

    async def read_body(self, receive: Any) -> IO[bytes]:
        body = Body()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                body.close()
                raise RequestAborted
            body.take(message.get("body", b""))
            if not message.get("more_body", False):
                return body.read_from_the_start()
