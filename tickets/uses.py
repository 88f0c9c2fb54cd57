"""How often macros are used: counted after the fact, so that no sending waits for another."""

from __future__ import annotations

from tickets import events
from tickets.models import Event, EventKind, MacroUse


def subscribe() -> None:
    events.subscribe(EventKind.MACRO_APPLIED, name="macros.count", settle=count)


def count(event: Event, _nothing: None) -> None:
    """Once per use, for the team that the conversation is with."""
    if event.ticket is not None:
        team = event.ticket.team_id
        MacroUse.objects.add(event.data["macro"], team, event.created_at)
