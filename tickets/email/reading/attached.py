"""The files of a mail: named safely, `winmail.dat` unpacked, and as many as are taken."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from django.utils.translation import ngettext

from tickets.email.reading import tnef
from tickets.email.reading.headers import parsed
from tickets.email.reading.mail import File
from tickets.email.reading.parts import Part
from tickets.email.reading.words import line

MOST = 50  # files of one mail
LARGEST = 40 * 1024 * 1024  # bytes of all of them together
_LONGEST_NAME = 150
_MOST_NAMED = 10
_NOT_IN_NAME = re.compile(r'[/\\<>:"|?*]+')
_KIND = re.compile(r"[\w.+-]{1,80}/[\w.+-]{1,120}", re.ASCII)
_ENDINGS = {
    "text/plain": ".txt",
    "text/html": ".html",
    "text/calendar": ".ics",
    "text/csv": ".csv",
    "text/rfc822-headers": ".txt",
    "message/delivery-status": ".txt",
    "message/rfc822": ".eml",
    "message/global": ".eml",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "application/pdf": ".pdf",
    "application/pgp-signature": ".asc",
    "application/pkcs7-mime": ".p7m",
    "application/pkcs7-signature": ".p7s",
}
_WINMAIL = ("application/ms-tnef", "application/vnd.ms-tnef")


@dataclass(slots=True)
class Attached:
    """The files that are taken, the names of those that are not, and what `winmail.dat` said."""

    files: list[File] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    plain: str = ""
    html: str = ""
    size: int = 0

    def add(self, file: File) -> None:
        """Takes a file if there is room for it."""
        number = len(self.files) + len(self.left) + 1
        kind = (
            file.content_type if _KIND.fullmatch(file.content_type) else "application/octet-stream"
        )
        name = safe_name(file.name) or f"file-{number}{_ENDINGS.get(kind, '')}"
        if len(self.files) >= MOST or self.size + len(file.content) > LARGEST:
            self.left.append(name)
            return
        self.size += len(file.content)
        self.files.append(replace(file, name=name, content_type=kind))


def attached(parts: list[Part], shown: set[str]) -> Attached:
    """The files among some parts; `shown` are the content ids that the HTML names."""
    found = Attached()
    for part in parts:
        content = part.content
        if part.kind in _WINMAIL or content.startswith(tnef.SIGNATURE):
            inside = tnef.unwrapped(content)
            if inside is not None and (inside.plain or inside.html or inside.files):
                found.plain, found.html = found.plain or inside.plain, found.html or inside.html
                for file in inside.files:
                    is_inline = bool(file.content_id) and file.content_id in shown
                    found.add(replace(file, is_inline=is_inline))
                continue
        name = part.name or (
            _subject(content) if part.kind in ("message/rfc822", "message/global") else ""
        )
        cid = part.content_id
        found.add(File(name, part.kind, content, cid, is_inline=bool(cid) and cid in shown))
    return found


def not_taken(names: list[str], more: int) -> str:
    """The sentence about what did not fit; "" if everything did."""
    count = len(names) + more
    if not count:
        return ""
    said = ngettext(
        "%(count)s more file was not taken: %(names)s",
        "%(count)s more files were not taken: %(names)s",
        count,
    )
    shown = ", ".join(names[:_MOST_NAMED])
    return said % {
        "count": count,
        "names": shown + (", …" if count > len(names[:_MOST_NAMED]) else ""),
    }


def safe_name(name: str) -> str:
    """A name without folders and signs that no file has; its ending stays when it is cut."""
    name = line(_NOT_IN_NAME.sub("_", name.replace("\\", "/").rpartition("/")[2]), 1_000).strip(
        ". "
    )
    if len(name) <= _LONGEST_NAME:
        return name
    stem, dot, ending = name.rpartition(".")
    keeps_ending = bool(dot) and len(ending) <= 10
    return f"{stem[: _LONGEST_NAME - 11]}.{ending}" if keeps_ending else name[:_LONGEST_NAME]


def _subject(content: bytes) -> str:
    """The name of an attached mail: its subject."""
    subject = parsed(content.lstrip(b"\r\n").split(b"\r\n\r\n", 1)[0][:20_000]).text("subject", 100)
    return f"{subject.replace('/', '-')}.eml" if subject else "mail.eml"
