"""What a mail says: the bytes of a raw mail in, a typed value out; no database, no network."""

from tickets.email.reading.mail import (
    Bounce,
    File,
    Forwarded,
    Incoming,
    Nature,
    Person,
    Unreadable,
)
from tickets.email.reading.reader import read

__all__ = [
    "Bounce",
    "File",
    "Forwarded",
    "Incoming",
    "Nature",
    "Person",
    "Unreadable",
    "read",
]
