"""Stand-in until the real one is merged."""

from __future__ import annotations

import re
from collections.abc import Collection
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses

from tickets import addresses
from tickets.email.reading.mail import File, Forwarded, Incoming, Nature, Person


def _people(m: EmailMessage, name: str) -> tuple[Person, ...]:
    return tuple(
        Person(n, addresses.to_look_up(a))
        for n, a in getaddresses([str(x) for x in m.get_all(name, [])])
    )


def read(raw: bytes, *, trusted: Collection[str] = ()) -> Incoming:
    m = message_from_bytes(raw, policy=policy.default)
    assert isinstance(m, EmailMessage)
    body = m.get_body(("plain",))
    text = body.get_content() if body else ""
    said = "\n".join(x for x in text.splitlines() if not x.startswith((">", "##HD-"))).strip()
    fwd = None
    if "---- Forwarded" in said:
        said, _, rest = said.partition("---- Forwarded")
        found = re.search(r"From: (.*) <(.*)>\nSubject: (.*)\n\n(.*)", rest, re.S)
        if found:
            fwd = Forwarded(Person(found[1], found[2]), found[3], found[4], None)
    auto = str(m.get("Auto-Submitted", "no"))
    auth = {}
    ar = str(m.get("Authentication-Results", ""))
    if any(ar.startswith(t) for t in trusted):
        auth = dict(re.findall(r"(dmarc|spf|dkim)=(\w+)", ar))
    return Incoming(
        str(m.get("Message-ID", "")).strip(),
        tuple(str(m.get("In-Reply-To", "")).split()),
        tuple(str(m.get("References", "")).split()),
        None,
        str(m.get("Subject", "")),
        next(iter(_people(m, "From")), Person("", "")),
        _people(m, "Reply-To"),
        _people(m, "To"),
        _people(m, "Cc"),
        tuple(str(x) for x in m.get_all("Delivered-To", [])),
        said,
        "",
        "",
        0,
        (),
        tuple(
            File(p.get_filename() or "", p.get_content_type(), p.get_payload(decode=True) or b"")
            for p in m.iter_attachments()
        ),
        Nature.PERSON if auto == "no" else Nature.AUTOMATIC,
        "" if auto == "no" else f"Auto-Submitted: {auto}",
        None,
        fwd,
        auth,
        tuple(re.findall(r"##HD-[^#]+##", text)),
    )
