"""What happens in conversations is told to the agents whom it concerns: one reaction, once per event."""

from __future__ import annotations

from tickets import actions, events
from tickets.actors import Actor
from tickets.models import Event
from tickets.notifying import recipients


def subscribe() -> None:
    events.subscribe(
        *recipients.TOLD_OF,
        name="notify",
        when=recipients.concerns_somebody,
        settle=tell,
    )


def tell(event: Event, result: None) -> None:
    """Write down whom it concerns, in the transaction that marks the reaction as done."""
    if event.ticket is not None:
        actions.notify(actor=Actor.system(), event=event)
