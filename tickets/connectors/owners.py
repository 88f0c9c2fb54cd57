"""Whose something is: nobody is told of what belongs to somebody else."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from tickets import addresses

OWNER = "_owner"  # beside the values of a row, until it is known whose it is


@dataclass(frozen=True, slots=True)
class Owner:
    """Who asks: their proved addresses in their one form, and their numbers in other systems."""

    emails: Collection[str] = ()
    external_ids: Collection[str] = ()

    def has(self, named: object) -> bool:
        """Whether `named`, an address or a number as a system says it, is theirs."""
        if isinstance(named, bool) or not isinstance(named, str | int):
            return False
        told = str(named).strip()
        if told in self.external_ids:
            return True
        try:
            return addresses.normalised(told) in self.emails
        except ValidationError:
            return False

    def as_sent(self) -> dict[str, list[str]]:
        """As it goes along with a call."""
        return {"emails": sorted(self.emails), "numbers": sorted(self.external_ids)}


def owned(rows: Sequence[Mapping[str, Any]], owner: Owner | None) -> list[dict[str, Any]]:
    """The rows that belong to whoever asks, without that mark; all of them for one of us (None)."""
    return [
        {name: value for name, value in row.items() if name != OWNER}
        for row in rows
        if owner is None or OWNER not in row or owner.has(row[OWNER])
    ]
