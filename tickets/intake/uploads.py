"""Files on their way in: where the disk takes no more, the file is lost and not the words beside it."""

from __future__ import annotations

import logging
from contextlib import suppress
from io import SEEK_END, BytesIO
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import MemoryFileUploadHandler, TemporaryFileUploadHandler

logger = logging.getLogger(__name__)

CUT_SHORT = "cut_short"  # set on a request's body of which the end could not be kept


class LostFile(UploadedFile):  # type: ignore[type-arg]  # generic for the type checker only
    """A file that was sent and of which nothing could be kept."""

    def __init__(self, name: str | None) -> None:
        super().__init__(BytesIO(), name)


def _is_cut_short(input_data: Any) -> bool:
    return getattr(getattr(input_data, "_stream", input_data), CUT_SHORT, False)


class SmallFiles(MemoryFileUploadHandler):
    """Django's, which leaves the files of a body that was cut short to be told lost."""

    def handle_raw_input(self, input_data: Any, *args: Any, **kwargs: Any) -> None:
        super().handle_raw_input(input_data, *args, **kwargs)
        self.activated = self.activated and not _is_cut_short(input_data)


class TemporaryFiles(TemporaryFileUploadHandler):
    """Django's, with a `LostFile` in the place of one for which there was no room."""

    lost = False
    cut_short = False

    def handle_raw_input(
        self, input_data: Any, meta: Any, length: int, boundary: Any, encoding: Any = None
    ) -> None:
        self.cut_short = _is_cut_short(input_data)
        if self.cut_short:
            # Else the file in which it was cut would be passed over, as if none had been sent.
            stream = input_data._stream
            stream.seek(0, SEEK_END)
            stream.write(b"\r\n--" + boundary + b"--\r\n")
            stream.seek(0)

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        self.lost = self.cut_short
        if not self.lost:
            try:
                super().new_file(*args, **kwargs)
                return
            except OSError as error:
                self._lose(error)
        super(TemporaryFileUploadHandler, self).new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self.lost:
            return
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError as error:
            self._lose(error)

    def file_complete(self, file_size: int) -> UploadedFile[Any] | None:
        if not self.lost:
            try:
                return super().file_complete(file_size)  # what is not yet written is written now
            except OSError as error:
                self._lose(error)
        return LostFile(self.file_name)

    def upload_interrupted(self) -> None:
        with suppress(OSError):
            super().upload_interrupted()

    def _lose(self, error: OSError) -> None:
        logger.error("A file that was sent cannot be kept: %s", error)
        self.lost = True
        self.upload_interrupted()  # leave nothing of it on a full disk
        self.__dict__.pop("file", None)
