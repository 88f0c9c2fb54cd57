"""Names in a note: "@Ada Lindqvist" means everybody who works here under that name."""

from __future__ import annotations

from django.db.models import Q

from tickets.models import User
from tickets.models.users import STAFF_ROLES

LOOKED_AT = 200  # signs of @ in one note; what comes after that is text


def find(body: str) -> dict[int, str]:
    """The people whom a note names, by their key, with the name as it is written in their row.

    Of several names that fit at one place the longest counts. One query, and none without an @.
    """
    if "@" not in body:
        return {}
    working = User.objects.filter(Q(role__in=STAFF_ROLES), is_active=True)
    known: dict[str, dict[int, str]] = {}
    for user in working.only("pk", "name", "email").order_by("pk"):
        known.setdefault(str(user).casefold(), {})[user.pk] = str(user)
    lengths = sorted({len(name) for name in known}, reverse=True)
    found: dict[int, str] = {}
    at = -1
    for _round in range(LOOKED_AT):
        at = body.find("@", at + 1)
        if at < 0:
            break
        if at and (body[at - 1].isalnum() or body[at - 1] in "._-"):
            continue  # an e-mail address
        found |= _at(body[at + 1 :], known, lengths)
    return found


def _at(text: str, known: dict[str, dict[int, str]], lengths: list[int]) -> dict[int, str]:
    for length in lengths:
        ends = length >= len(text) or not (text[length].isalnum() or text[length] in "@_")
        if ends and (people := known.get(text[:length].casefold())):
            return people
    return {}
