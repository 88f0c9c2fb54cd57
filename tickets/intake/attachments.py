"""Files that come with a message, wait in a draft or were sent ahead: what is taken, and how it is kept.

What a file is, its bytes decide; the sender's name and type are only hints. Whatever it is, it is
served as a download (`tickets.web.downloads`), so nothing here is ever run in a browser.
"""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import puremagic
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.intake import text
from tickets.intake.uploads import LostFile
from tickets.models import ApiKey, Attachment, Draft, Message
from tickets.models.attachments import FOLDER, storage_key

logger = logging.getLogger(__name__)

MAX_FILES = 5
MAX_BYTES = 10 * 1024 * 1024
ORPHANS_KEPT_FOR = timedelta(days=1)  # longer than any transaction that still writes its row
TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "heic": "image/heic",
    "pdf": "application/pdf",
    "txt": "text/plain",
    "log": "text/plain",
    "csv": "text/csv",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "zip": "application/zip",
}
IMAGES = {"png", "jpg", "jpeg", "gif", "webp"}
# Magic bytes that must stand behind these endings; other endings are never shown, only saved.
_FAMILIES = {"png": "png", "jpg": "jp", "jpeg": "jp", "gif": "gif", "webp": "webp", "pdf": "pdf"}


NOT_KEPT = "files_not_kept"


class NotKept(ValidationError):
    """The disk takes no file, or not this one: it is full, say, or read-only (507)."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Your file could not be stored, so nothing was sent. What you wrote is still here: "
                "send it without the file, or try again later."
            ),
            code=NOT_KEPT,
        )


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was looked at and may be kept."""

    name: str
    content_type: str
    size: int
    file: UploadedFile[Any]


Sent = Upload | Attachment  # a file that comes now, or one that was sent ahead


def limits() -> str:
    """What may be sent, in a sentence, to be shown before anything is chosen."""
    return _(
        "Up to %(files)d files of %(size)d MB: pictures, PDF, text, office documents, ZIP."
    ) % {
        "files": MAX_FILES,
        "size": MAX_BYTES // 1024 // 1024,
    }


def check(files: Iterable[UploadedFile[Any]]) -> list[Upload]:
    """Look at each file before anything is written. Raises ValidationError for the first bad one."""
    files = list(files)
    if len(files) > MAX_FILES:
        raise ValidationError(
            _("Send at most %(count)d files with one message.") % {"count": MAX_FILES},
            code="too_many_files",
        )
    return [_check(file) for file in files]


def store(owner: Message | Draft | ApiKey, uploads: Sequence[Sent]) -> list[Attachment]:
    """Keep the files of a message or draft that is being written, or of a key that sends them ahead.

    What was sent ahead becomes the message's. If one fails, none stays on the disk. Raises NotKept if
    the disk does not take them.
    """
    if isinstance(owner, Message):
        hand_on([one for one in uploads if isinstance(one, Attachment)], owner)
    kept: list[Attachment] = []
    try:
        for upload in uploads:
            if isinstance(upload, Attachment):
                continue
            attachment = Attachment(
                message=owner if isinstance(owner, Message) else None,
                draft=owner if isinstance(owner, Draft) else None,
                sent_ahead_by=owner if isinstance(owner, ApiKey) else None,
                name=upload.name,
                content_type=upload.content_type,
                size=upload.size,
            )
            kept.append(attachment)
            attachment.file.save(upload.name, upload.file, save=False)
            attachment.save(force_insert=True)
    except BaseException as error:
        for attachment in kept:
            _remove(storage_key(attachment))
        if isinstance(error, OSError):
            logger.exception("A file that came with a message cannot be stored.")
            raise NotKept from error
        raise
    return kept


def hand_on(kept: Sequence[Attachment], message: Message) -> None:
    """The files of a draft, or those sent ahead, are those of the message that they go with."""
    for attachment in kept:
        attachment.draft, attachment.sent_ahead_by, attachment.message = None, None, message
        attachment.save(update_fields=["draft", "sent_ahead_by", "message"])


def _remove(name: str) -> None:
    """Take away a file of which perhaps only a part was written; `remove_orphans` comes by, too."""
    try:
        default_storage.delete(name)
    except OSError as error:
        logger.warning("What was written of a file cannot be removed: %s", error)


def remove_orphans() -> int:
    """Remove files of messages that were never kept, a day after; returns how many.

    A file is written before its row is committed. Where the transaction failed afterwards, or the
    process was killed, only the file is left.
    """
    storage = default_storage
    if not storage.exists(FOLDER):
        return 0
    before = timezone.now() - ORPHANS_KEPT_FOR
    removed = 0
    for folder in storage.listdir(FOLDER)[0]:
        files = storage.listdir(f"{FOLDER}/{folder}")[1]  # each is named by its row's key
        known = Attachment.objects.filter(pk__in=files).values_list("pk", flat=True)
        for file in set(files) - {pk.hex for pk in known}:
            name = f"{FOLDER}/{folder}/{file}"
            if storage.get_modified_time(name) < before:
                storage.delete(name)
                removed += 1
    return removed


def safe_name(name: str) -> str:
    """A file name to show and to offer: no path, no control or direction characters, 150 long."""
    name = text.line(name.replace("\\", "/").rsplit("/", 1)[-1], limit=1000)
    name = "".join(c for c in name if unicodedata.category(c) not in {"Cf", "Cc"}).strip(". ")
    stem, dot, ending = name.rpartition(".")
    ending = dot + ending[:20] if dot else ""
    return (stem if dot else name)[: 150 - len(ending)] + ending or "file"


def _check(file: UploadedFile[Any]) -> Upload:
    if isinstance(file, LostFile):
        raise NotKept
    name = safe_name(file.name or "file")
    size = file.size or 0
    if size > MAX_BYTES:
        raise ValidationError(
            _("“%(name)s” is too large. A file may have up to %(size)d MB.")
            % {"name": name, "size": MAX_BYTES // 1024 // 1024},
            code="file_too_large",
        )
    if size == 0:
        raise ValidationError(
            _("“%(name)s” is empty. Choose another file.") % {"name": name}, code="file_empty"
        )
    ending = name.rpartition(".")[2].lower()
    if ending not in TYPES:
        raise ValidationError(
            _("“%(name)s” cannot be sent. %(limits)s") % {"name": name, "limits": limits()},
            code="file_type",
        )
    return Upload(name=name, content_type=_sniff(file, ending), size=size, file=file)


def _sniff(file: UploadedFile[Any], ending: str) -> str:
    """The type of the bytes; a file that is not what its ending says is only a stream of bytes."""
    head = file.read(4096)
    file.seek(0)
    if ending in _FAMILIES:
        try:
            found = puremagic.from_string(head).lower()
        except (puremagic.PureError, ValueError):
            found = ""
        if _FAMILIES[ending] not in found:
            return "application/octet-stream"
    elif TYPES[ending].startswith("text/") and b"\0" in head:
        return "application/octet-stream"
    return TYPES[ending]
