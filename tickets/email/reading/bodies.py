"""Which parts of a mail are its text, and which come along as files."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import groupby

from tickets.email.reading.charsets import decoded
from tickets.email.reading.parts import Part, Parts

LARGEST = 4 * 1024 * 1024  # bytes of one text that are decoded
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset=[\"'\s]{0,3}([\w.:-]{1,40})", re.IGNORECASE)
_TEXTS = ("text/plain", "text/html")
_MARKS = re.compile(r"</?[A-Za-z-]{1,40}>")
_IN_REPORT = ("message/delivery-status", "message/feedback-report", "text/rfc822-headers")


@dataclass(slots=True)
class Text:
    """One piece of the mail's text, in the forms in which it was sent."""

    html: str = ""
    plain: str = ""


@dataclass(slots=True)
class Bodies:
    """The texts of a mail in their order, and the parts that are none."""

    texts: list[Text] = field(default_factory=list)
    files: list[Part] = field(default_factory=list)


def bodies(parts: Parts) -> Bodies:
    """The texts and the files of a mail."""
    found = Bodies()
    for _choice, group in groupby(parts.leaves, key=_choice_of):
        together = list(group)
        texts = [part for part in together if _is_text(part)]
        found.files.extend(part for part in together if not _is_text(part))
        if _choice is None:
            found.texts.extend(_text([part]) for part in texts)
        elif texts:
            found.texts.append(_text(texts))
    return found


def _choice_of(part: Part) -> int | None:
    """The `alternative` in which a part stands: what is in it says one thing in several ways."""
    for one in part.place:
        if one.kind == "alternative":
            return id(one)
    return None


def _is_text(part: Part) -> bool:
    if part.kind not in _TEXTS and part.kind != "text/enriched":
        return False
    return part.disposition != "attachment" and not part.name


def _text(parts: list[Part]) -> Text:
    html = "\n<hr>\n".join(_html(part) for part in parts if part.kind == "text/html")
    plain = "\n\n".join(
        text for part in parts if part.kind != "text/html" and (text := _plain(part))
    )
    return Text(html, plain)


def _html(part: Part) -> str:
    content = part.content[:LARGEST]
    charset = part.parameters.get("charset", "")
    if not charset and (meta := _META_CHARSET.search(content, 0, 4096)) is not None:
        charset = meta[1].decode("ascii", "replace")
    return decoded(content, charset)


def _plain(part: Part) -> str:
    text = decoded(part.content[:LARGEST], part.parameters.get("charset", ""))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if part.parameters.get("format", "").lower() == "flowed":
        text = unflowed(text, is_joined=part.parameters.get("delsp", "").lower() == "yes")
    if part.kind == "text/enriched":
        text = _MARKS.sub("", text)
    return text.strip("\n")


def unflowed(text: str, *, is_joined: bool) -> str:
    """Lines that a client broke, whole again (RFC 3676); `is_joined`: without the space."""
    found: list[list[str]] = []
    flows, depth = False, 0
    for line in text.split("\n"):
        quotes = len(line) - len(line.lstrip(">"))
        said = line[quotes:].removeprefix(" ")
        continues = flows and quotes == depth and said != "-- "
        flows = said.endswith(" ") and said != "-- "
        said = said[:-1] if flows and is_joined else said
        if continues:
            found[-1].append(said)
        else:
            found.append([(">" * quotes + " " if quotes else "") + said])
        depth = quotes
    return "\n".join("".join(pieces) for pieces in found)
