"""What our own mail server found out about a sender (RFC 8601); nobody else is believed."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from tickets.email.reading.charsets import decoded
from tickets.email.reading.headers import Headers

_METHODS = ("dmarc", "spf", "dkim", "arc")
_RESULT = re.compile(r"\s*([a-z]{2,10})(?:/\d+)?\s*=\s*([a-z]{2,20})")
_COMMENT = re.compile(r"\([^()]*\)")
_LARGEST = 8_000
_MOST_DEEP = 10  # comments in each other


def authentication(headers: Headers, trusted: Collection[str]) -> Mapping[str, str]:
    """The results of the topmost header that a trusted server wrote, and of those right with it.

    What stands below the next `Received` came with the mail, whoever it says wrote it.
    """
    wanted = {one.strip().lower() for one in trusted}
    values = iter(headers.all("authentication-results"))
    found: dict[str, str] = {}
    for name in headers.order:
        if name == "received" and found:
            break
        if name != "authentication-results":
            continue
        value = next(values, b"")
        said = _without_comments(decoded(value[:_LARGEST]).lower())
        server, _semicolon, results = said.partition(";")
        if not server.split() or server.split()[0].strip('"') not in wanted:
            continue
        for method, result in _results(results).items():
            found.setdefault(method, result)
    return found


def _results(said: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in said.split(";"):
        match = _RESULT.match(one)
        if match is None or match[1] not in _METHODS:
            continue
        if match[1] not in found or (match[1] == "dkim" and match[2] == "pass"):
            found[match[1]] = match[2]
    return found


def _without_comments(said: str) -> str:
    for _level in range(_MOST_DEEP):
        shorter = _COMMENT.sub(" ", said)
        if shorter == said:
            break
        said = shorter
    return said
