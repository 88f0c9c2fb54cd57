"""What agents are shown of a mail beside its words: who it was from and to, and what was folded away."""

from __future__ import annotations

from typing import Any

from tickets.email.reading.mail import File, Incoming, Person

FOLDED = 20_000  # characters that are kept of what was folded away; all of it is in the source
PEOPLE = 40
SAID = 4_000  # of a mail that is no message


def shown(mail: Incoming, *, left_out: tuple[File, ...] = (), how: str = "") -> dict[str, Any]:
    """As it is kept with the mail. `left_out` are files that were not taken; `how` it found its place."""
    return {
        "nature": str(mail.nature),
        "from": _person(mail.sender),
        "to": [_person(person) for person in mail.to[:PEOPLE]],
        "cc": [_person(person) for person in mail.cc[:PEOPLE]],
        "reply_to": [
            _person(person) for person in mail.reply_to if person.address != mail.sender.address
        ][:PEOPLE],
        "folded": mail.folded[:FOLDED],
        "has_html": bool(mail.html),
        "remote_images": mail.remote_images,
        "trackers": list(mail.trackers[:PEOPLE]),
        "authentication": dict(mail.authentication),
        "left_out": [file.name for file in left_out[:PEOPLE]],
        "how": how,
    }


def unread(mail: Incoming) -> dict[str, Any]:
    """The same for a mail that is no message, with its words."""
    return {**shown(mail), "said": (mail.said or mail.folded)[:SAID]}


def name_of(person: Person) -> str:
    """A person as a mail names them: `Ines Brook <ines@brook.example>`."""
    return f"{person.name} <{person.address}>" if person.name else person.address


def _person(person: Person) -> dict[str, str]:
    return {"name": person.name[:150], "address": person.address}
