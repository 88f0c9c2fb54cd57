"""A mail as it was read: the value that everything else of the helpdesk works with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Unreadable(Exception):
    """A mail that cannot be read; the message is a sentence that says why."""


class Nature(StrEnum):
    """What a mail is."""

    PERSON = "person"
    AUTOMATIC = "automatic"
    BOUNCE = "bounce"
    LIST = "list"  # sent by a mailing list or as a newsletter


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a header. The address is in the one form of tickets.addresses, or ""."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class File:
    """What came along with a mail. An inline image is shown where the HTML names its content id."""

    name: str
    content_type: str
    content: bytes
    content_id: str = ""
    is_inline: bool = False


@dataclass(frozen=True, slots=True)
class Bounce:
    """That a mail of ours did not arrive; or, where it `is_delayed`, not yet. `message_id` is of that
    mail, "" if it is not known.
    """

    recipient: str
    is_permanent: bool
    status: str
    diagnostic: str
    message_id: str
    is_delayed: bool = False


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The mail of somebody else that was passed on in this one."""

    sender: Person
    subject: str
    said: str
    date: datetime | None


@dataclass(frozen=True, slots=True)
class Incoming:
    """One mail. All texts are decoded, in NFC, with line feeds and without control characters."""

    message_id: str
    in_reply_to: tuple[str, ...]  # with their <>, the newest last
    references: tuple[str, ...]
    date: datetime | None
    subject: str  # one line of at most 255 characters
    sender: Person  # of From; of Sender only if there is no From
    reply_to: tuple[Person, ...]
    to: tuple[Person, ...]
    cc: tuple[Person, ...]
    envelope_to: tuple[str, ...]  # Delivered-To, X-Original-To and the like
    said: str  # what the person wrote now; may be empty
    folded: str  # quoted text, signatures, and what was not taken
    html: str  # sanitised; remote images in data-src, inline ones in data-cid
    remote_images: int
    trackers: tuple[str, ...]  # hosts of images that look like tracking pixels
    files: tuple[File, ...]
    nature: Nature
    why: str  # the header or fact by which it is so
    bounce: Bounce | None
    forwarded: Forwarded | None
    authentication: Mapping[str, str]  # of a trusted server only: {"dmarc": "fail", ...}
    marker: tuple[str, ...]  # signed markers in the body, unchecked, in order of appearance
