"""The form that records of DKIM and DMARC have: names and values, with semicolons between them."""

from __future__ import annotations


def tags_of(record: str) -> dict[str, str]:
    """The values of a record by their names; {} for what has another form."""
    found: dict[str, str] = {}
    for part in record.split(";"):
        name, equals, value = part.partition("=")
        if equals:
            found.setdefault(name.strip().lower(), value.strip())
        elif part.strip():
            return {}
    return found
