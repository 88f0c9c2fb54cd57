"""Mails that came back: the standard report (RFC 3464), and what servers write in its place.

Full mailboxes and delays are not permanent; the address may be written to again.
"""

from __future__ import annotations

import re
from dataclasses import replace
from email.message import Message

from flufl.bounce import all_failures

from tickets import addresses
from tickets.email.reading import idents
from tickets.email.reading.charsets import decoded
from tickets.email.reading.headers import Headers, parsed
from tickets.email.reading.mail import Bounce, Person
from tickets.email.reading.natures import is_of_machine, is_returned_by_nobody
from tickets.email.reading.parts import Part, Parts
from tickets.email.reading.words import line

_LARGEST = 64 * 1024  # of a report
_LARGEST_TEXT = 10_000  # of what a server wrote in words
_LONGEST_LINE = 300
_REPORTS = ("message/delivery-status", "message/global-delivery-status")
_MOST_RECIPIENTS = 100
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.])([45]\d\d)[ -](?!\d)")
_OF_MAIL = re.compile(
    rb"^[> \t]{0,20}Message-ID:\s{0,20}(<[^<>\s]{1,250}>)", re.IGNORECASE | re.MULTILINE
)
_FULL = re.compile(
    r"mailbox (?:is )?full|over ?quota|quota exceeded|exceeded.{0,20}quota|"
    r"insufficient.{0,10}storage|not enough.{0,10}storage",
    re.IGNORECASE,
)
_COMES_BACK = re.compile(
    r"undeliver|not delivered|delivery (?:status|fail|report|problem|has failed|incomplete|notif)|"
    r"returned mail|mail delivery|failure notice|delayed|could not be delivered|unzustellbar|"
    r"non remis|échec de la remise|no se puede entregar|devuelto|mancata consegna|onbestelbaar|"
    r"возвращ|не доставлен|niedostarczon|warning: message|rejected",
    re.IGNORECASE,
)


def bounce(parts: Parts, sender: Person, subject: str) -> tuple[Bounce | None, str]:
    """What came back and why we say so; None for any other mail, a report of success too."""
    # A person may pass on what came back to them: then the whole is no report.
    if parts.kind in ("multipart/report", *_REPORTS) or _is_servers(parts.headers, sender):
        for part in parts.leaves:
            if part.kind in _REPORTS and (found := _reported(part.content[:_LARGEST], parts)):
                return found, f"Content-Type: {part.kind}"
    failed = decoded(parts.headers.raw("x-failed-recipients")[:1000])
    if failed:
        return _in_words(parts, failed.split(",")[0], is_permanent=True), "X-Failed-Recipients"
    if not _is_servers(parts.headers, sender) and parts.kind != "multipart/report":
        return None, ""
    if parts.kind == "multipart/report" and parts.parameters.get("report-type") in (
        "disposition-notification",
        "feedback-report",
    ):
        return None, ""
    temporary, permanent = all_failures(_message(parts))
    for recipients, is_permanent in ((permanent, True), (temporary, False)):
        if recipients:
            recipient = min(decoded(one) for one in recipients)
            found = _in_words(parts, recipient, is_permanent=is_permanent)
            return replace(found, is_delayed=not is_permanent), _who(sender)
    if _COMES_BACK.search(subject):
        return _in_words(parts, "", is_permanent=False), f"{_who(sender)}, Subject: {subject[:60]}"
    return None, ""


def _who(sender: Person) -> str:
    return f"From: {sender.address}" if is_of_machine(sender) else "Return-Path: <>"


def _is_servers(headers: Headers, sender: Person) -> bool:
    return is_of_machine(sender) or is_returned_by_nobody(headers)


def _reported(content: bytes, parts: Parts) -> Bounce | None:
    """What a report says of the first recipient that was not reached."""
    groups = [parsed(group) for group in re.split(rb"\r?\n[ \t]*\r?\n", content)[:_MOST_RECIPIENTS]]
    recipients = [group for group in groups if "action" in group or "status" in group]
    failed = [one for one in recipients if one.text("action").lower() == "failed"]
    delayed = [one for one in recipients if one.text("action").lower() == "delayed"]
    unsaid = [
        one for one in recipients if one.text("status")[:1] in ("4", "5") and "action" not in one
    ]
    for group in (*failed, *delayed, *unsaid):
        diagnostic = group.text("diagnostic-code", 500)
        status = _status(group.text("status"), diagnostic)
        is_permanent = group not in delayed and (status or "5")[0] == "5"
        return Bounce(
            _recipient(group),
            is_permanent and not _is_full(status, diagnostic),
            status,
            diagnostic.partition(";")[2].strip() or diagnostic,
            _returned_id(parts),
            is_delayed=group in delayed,
        )
    return None


def _status(said: str, diagnostic: str) -> str:
    """What the report says, or the server that refused it where the report only says that it failed.

    Exim writes 5.0.0 for whatever it is, also for what was put off until its time was over.
    """
    match = _STATUS.search(said)
    nearer = _STATUS.search(diagnostic)
    if nearer and (match is None or match[1].endswith(".0.0")):
        return nearer[1]
    return match[1] if match else ""


def _recipient(group: Headers) -> str:
    for name in ("original-recipient", "final-recipient"):
        said = decoded(group.raw(name)[:400])
        found = _address(said.partition(";")[2] or said)
        if found:
            return found
    return ""


def _address(said: str) -> str:
    return addresses.to_look_up(said.strip().strip("<>\"' "))


def _in_words(parts: Parts, recipient: str, *, is_permanent: bool) -> Bounce:
    """What a server wrote in words, as far as it can be told."""
    text = _written(parts)
    lines = [one.strip() for one in text.splitlines() if len(one) < _LONGEST_LINE]
    said = next((one for one in lines if _STATUS.search(one) or _REPLY.search(one)), "")
    match = _STATUS.search(said) or _REPLY.search(said)
    status = match[1] if match else ""
    is_permanent = is_permanent and not status.startswith("4")
    return Bounce(
        _address(recipient),
        is_permanent and not _is_full(status, text),
        status,
        line(said, _LONGEST_LINE),
        _returned_id(parts),
    )


def _is_full(status: str, said: str) -> bool:
    return status.endswith(".2.2") or _FULL.search(said[:_LARGEST_TEXT]) is not None


def _returned_id(parts: Parts) -> str:
    """The id of the mail that came back, from its headers, a copy of them, or the thread."""
    for part in parts.leaves:
        if part.kind in (
            "message/rfc822",
            "message/global",
            "text/rfc822-headers",
            "message/rfc822-headers",
        ):
            found = idents.own_id(
                parsed(part.content.lstrip(b"\r\n").split(b"\r\n\r\n")[0]).all("message-id")
            )
            if found:
                return found
    for part in parts.leaves:
        match = _OF_MAIL.search(part.content[:_LARGEST])
        if match is not None:
            return idents.own_id([match[1]])
    thread = idents.ids(parts.headers.all("in-reply-to") or parts.headers.all("references"))
    return thread[-1] if thread else ""


def _written(parts: Parts) -> str:
    return "\n".join(_text(part) for part in parts.leaves[:5] if part.kind.startswith("text/"))


def _text(part: Part) -> str:
    text = decoded(part.content[:_LARGEST_TEXT], part.parameters.get("charset", ""))
    return "\n".join(one[:_LONGEST_LINE] for one in text.splitlines())


def _message(parts: Parts) -> Message:
    """The mail for the library that knows the forms of many servers: short, and one part deep."""
    whole = Message()
    for name in ("from", "subject", "content-type"):
        if name in parts.headers:
            whole[name] = (
                decoded(parts.headers.raw(name)[:500]).replace("\n", " ").replace("\r", " ")
            )
    if not parts.kind.startswith("multipart/"):
        whole.set_payload(_text(parts.leaves[0]))
        return whole
    for part in parts.leaves[:5]:
        one = Message()
        one["content-type"] = part.kind if part.kind.startswith("text/") else "text/plain"
        one.set_payload(_text(part))
        whole.attach(one)
    return whole
