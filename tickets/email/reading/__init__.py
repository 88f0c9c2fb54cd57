"""Stand-in."""

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

__all__ = ["Bounce", "File", "Forwarded", "Incoming", "Nature", "Person", "Unreadable", "read"]
