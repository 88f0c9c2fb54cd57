"""The files of a mail as files of a message: what may be kept, looked at like any upload."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from tickets.email.reading.mail import File
from tickets.intake import attachments
from tickets.intake.attachments import MAX_FILES, Upload

# A picture within the text that is smaller is a logo or a line of somebody's signature; it is seen
# in the original.
SMALL_PICTURE = 10 * 1024


def taken(files: Sequence[File]) -> tuple[list[Upload], tuple[File, ...]]:
    """The files that are kept with the message, and those that are not: of a kind or a size that is
    not taken, or too many. These stay in the mail as it came.
    """
    uploads: list[Upload] = []
    left: list[File] = []
    for file in files:
        if file.is_inline and len(file.content) < SMALL_PICTURE:
            continue
        try:
            (upload,) = attachments.check([_uploaded(file)])
        except ValidationError:
            left.append(file)
            continue
        if len(uploads) == MAX_FILES:
            left.append(file)
        else:
            uploads.append(upload)
    return uploads, tuple(left)


def _uploaded(file: File) -> SimpleUploadedFile:
    return SimpleUploadedFile(file.name, file.content, content_type=file.content_type)
