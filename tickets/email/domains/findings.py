"""What was found out about one kind of record, in sentences, and what to enter where something is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of record of a domain: `is_right` is None where nobody could say."""

    title: str
    is_right: bool | None
    sentences: Sequence[str]
    found: Sequence[str] = ()
    # What to enter at whoever keeps the domain, as a TXT record of this name; "" for nothing.
    name: str = ""
    record: str = ""


def unanswered(title: str, name: str) -> Finding:
    """DNS did not say."""
    sentence = _(
        "The name servers did not answer for %(name)s in time, so nothing can be said. Try again in "
        "a minute."
    )
    return Finding(title, None, [sentence % {"name": name}])
