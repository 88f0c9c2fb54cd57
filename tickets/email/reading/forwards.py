"""The mail of somebody else that a person passed on, in the text or attached."""

from __future__ import annotations

import re
from collections.abc import Callable

from tickets.email.reading import idents
from tickets.email.reading.lines import of_text
from tickets.email.reading.mail import Forwarded, Incoming, Person, Unreadable
from tickets.email.reading.parts import Part
from tickets.email.reading.people import people
from tickets.email.reading.quoting import Separated, separated
from tickets.email.reading.words import line

_SUBJECT = re.compile(
    r"\s*(?:(?:fwd?|wg|tr|rv|enc|i|doorst|vs|vb|vl|pd|przek|ilt|továbbítás|πρθ|转发|轉寄|転送|전달)\s*[:：]|\[fwd:)",
    re.IGNORECASE,
)
_LARGEST = 10 * 1024 * 1024  # bytes of an attached mail that is read
_MAILED = re.compile(r"\s*[\[(<]?mailto:[^\s>\])]*[>\])]?", re.IGNORECASE)


def says_forward(subject: str) -> bool:
    """Whether a subject says that the mail was passed on."""
    return _SUBJECT.match(subject) is not None


def in_text(found: Separated, subject: str) -> Forwarded | None:
    """The mail whose header stands in the text, if that or the subject says "forwarded"."""
    header = found.header
    if header is None or not header.fields or not (header.is_forward or says_forward(subject)):
        return None
    return Forwarded(
        sender=_person(header.fields.get("from", "")),
        subject=line(header.fields.get("subject", "")),
        said=separated(of_text(found.below_header)).said,
        date=idents.moment(header.fields.get("sent", "").encode()),
    )


def attached(parts: list[Part], read: Callable[[bytes], Incoming]) -> Forwarded | None:
    """The one mail that is attached."""
    mails = [part for part in parts if part.kind in ("message/rfc822", "message/global")]
    if len(mails) != 1 or len(mails[0].body) > _LARGEST:
        return None
    try:
        inside = read(mails[0].content)
    except Unreadable:
        return None
    return Forwarded(inside.sender, inside.subject, inside.said or inside.folded, inside.date)


def _person(said: str) -> Person:
    """The sender as a client wrote it: also `Ada <ada@a.example<mailto:ada@a.example>>`."""
    said = _MAILED.sub("", said).replace("[", "<").replace("]", ">")
    found = people([said.encode("utf-8", "replace")])
    return found[0] if found else Person("", "")
