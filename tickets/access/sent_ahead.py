"""The files that a program sent ahead of what it says with them: nobody else's, and each once."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from tickets.actors import Actor
from tickets.models import Attachment


def sent_ahead(actor: Actor, keys: Sequence[UUID]) -> list[Attachment]:
    """Those of these keys that wait for this program, in their order, locked: no two messages take one."""
    if actor.api_key is None or not keys:
        return []
    waiting = Attachment.objects.select_for_update().filter(sent_ahead_by=actor.api_key)
    found = waiting.in_bulk(keys)
    return [found[key] for key in keys if key in found]
