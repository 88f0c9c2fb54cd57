"""One mail, read: its bytes in, all that can be known of it out."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from html import unescape

from django.utils.translation import gettext as _

from tickets.email.reading import (
    attached,
    authentication,
    bounces,
    forwards,
    idents,
    invitations,
    markers,
    markup,
    natures,
    rendering,
    sanitising,
)
from tickets.email.reading.bodies import Text, bodies
from tickets.email.reading.charsets import decoded
from tickets.email.reading.headers import Headers
from tickets.email.reading.lines import Line, of_text
from tickets.email.reading.mail import File, Incoming, Nature, Person, Unreadable
from tickets.email.reading.parts import Part, Parts, taken_apart
from tickets.email.reading.people import people
from tickets.email.reading.quoting import MOST_LINES, separated
from tickets.intake import text as texts

LARGEST_TEXT = 300_000  # characters that are read; of more the whole is a file
_ENVELOPE = ("delivered-to", "x-original-to", "x-envelope-to", "envelope-to", "x-forwarded-to")
_CALENDARS = ("text/calendar", "application/ics")
_MOST_CALENDARS = 3
_MOST_TEXTS = 20
_WORD = re.compile(r"\w+")


def read(raw: bytes, *, trusted: Collection[str] = ()) -> Incoming:
    """What a raw mail says.

    Args:
        raw: the bytes, as a server has them.
        trusted: the names (authserv-id) of our own servers, whose Authentication-Results count.

    Raises:
        Unreadable: it cannot be read, with a sentence why; nothing else, for any bytes.
    """
    try:
        return _read(raw, trusted)
    except Unreadable:
        raise
    except Exception as error:  # what strangers send must not stop the mail behind it
        raise Unreadable(
            f"The mail has a form that we cannot read ({type(error).__name__})."
        ) from error


def _read(raw: bytes, trusted: Collection[str], *, is_outermost: bool = True) -> Incoming:
    parts = taken_apart(raw)
    headers = parts.headers
    subject = headers.text("subject")
    sender = _sender(headers)
    reading = _Reading(parts)
    came_back, why = bounces.bounce(parts, sender, subject)
    nature = Nature.BOUNCE
    if came_back is None:
        report = parts.parameters.get("report-type", "")
        nature, why = natures.nature(headers, parts.kind, report, sender, subject)
    found = separated(reading.lines)
    forwarded = None
    if came_back is None:
        forwarded = forwards.in_text(found, subject)
        may_hold_one = is_outermost and parts.kind != "multipart/report"
        if not forwarded and may_hold_one and (forwards.says_forward(subject) or not found.said):
            forwarded = forwards.attached(reading.file_parts, _within)
    return Incoming(
        message_id=idents.own_id(headers.all("message-id")),
        in_reply_to=idents.ids(headers.all("in-reply-to")),
        references=idents.ids(headers.all("references")),
        date=idents.moment(headers.raw("date")),
        subject=subject,
        sender=sender,
        reply_to=people(headers.all("reply-to")),
        to=people(headers.all("to")),
        cc=people(headers.all("cc")),
        envelope_to=_envelope(headers),
        said=texts.clean("\n\n".join(filter(None, (found.said, *reading.invitations)))),
        folded=texts.clean("\n\n".join(filter(None, (found.folded, *reading.notes)))),
        html="".join(reading.html),
        remote_images=reading.safe.remote_images,
        trackers=tuple(reading.safe.trackers),
        files=tuple(reading.files),
        nature=nature,
        why=why,
        bounce=came_back,
        forwarded=forwarded,
        authentication=authentication.authentication(headers, trusted),
        marker=markers.markers(reading.sources),
    )


def _within(raw: bytes) -> Incoming:
    """A mail in a mail; those in it are files and nothing more."""
    return _read(raw, (), is_outermost=False)


def _sender(headers: Headers) -> Person:
    for name in ("from", "sender"):
        found = people(headers.all(name)[:1])
        if found:
            return found[0]
    return Person("", "")


def _envelope(headers: Headers) -> tuple[str, ...]:
    found = people([value for name in _ENVELOPE for value in headers.all(name)])
    return tuple(dict.fromkeys(person.address for person in found if person.address))


@dataclass(slots=True)
class _Reading:
    """The texts and files of a mail, read together: the HTML says which images are inline."""

    parts: Parts
    lines: list[Line] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    safe: sanitising.Safe = field(default_factory=sanitising.Safe)
    files: list[File] = field(default_factory=list)
    file_parts: list[Part] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)  # where markers may stand
    invitations: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # what was not taken

    def __post_init__(self) -> None:
        found = bodies(self.parts)
        self.file_parts = found.files
        has_html = any(text.html for text in found.texts)
        for text in found.texts[:_MOST_TEXTS]:
            self._text(text, has_html)
        came = attached.attached(found.files, self.safe.cids)
        if not any(not line.is_blank for line in self.lines):
            self._text(Text(came.html, came.plain), bool(came.html))
        for file in self.safe.files:
            came.add(file)
        self._whole(found.texts, came)
        self.files = came.files
        self.notes.append(attached.not_taken(came.left, self.parts.passed_over))
        for part in found.files:
            if part.kind in _CALENDARS and len(self.invitations) < _MOST_CALENDARS:
                said = invitations.in_words(
                    decoded(part.content, part.parameters.get("charset", ""))
                )
                self.invitations.extend(filter(None, [said]))

    def _text(self, text: Text, has_html: bool) -> None:
        """One piece of the mail's text, from the form that says most about it."""
        self.sources.extend((text.plain, unescape(text.html)))
        plain = of_text(text.plain[:LARGEST_TEXT])
        lines = plain
        if text.html:
            pieces = markup.read(text.html).pieces
            self.html.append(sanitising.safe(pieces, self.safe))
            rendered = rendering.lines_of(pieces)
            lines = plain if _says_more(text.plain, rendered) else rendered
        elif has_html:
            self.html.append(sanitising.of_text(text.plain[:LARGEST_TEXT]))
        if self.lines and lines:
            self.lines.append(Line(""))
        self.lines.extend(lines[: MOST_LINES - len(self.lines)])

    def _whole(self, found: list[Text], came: attached.Attached) -> None:
        """A text that is too long to be read whole comes along as a file."""
        for number, text in enumerate(found):
            source = text.html or text.plain
            is_read = number < _MOST_TEXTS and len(source) <= LARGEST_TEXT
            if is_read and source.count("\n") < MOST_LINES and source.count("<") < markup.MOST_TAGS:
                continue
            name = "message.html" if text.html else "message.txt"
            came.add(
                File(
                    name,
                    "text/html" if text.html else "text/plain",
                    source.encode("utf-8", "replace"),
                )
            )
            self.notes.append(
                _("The text of this mail is very long. All of it is in the file %(name)s.")
                % {"name": name}
            )


def _says_more(plain: str, rendered: list[Line]) -> bool:
    """Whether the plain text has what the HTML lacks: a few words are no difference."""
    if not plain.strip():
        return False
    seen = sum(len(line.text) for line in rendered)
    return seen * 3 < len(plain) and seen < 2_000
