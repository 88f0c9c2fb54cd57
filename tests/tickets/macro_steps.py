"""What tests of macros do: save one, and apply it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from tickets import actions
from tickets.actors import Actor
from tickets.models import Draft, Macro, Ticket, User

WAIT = timedelta(seconds=10)


def save(who: User, macro: Macro | None = None, /, **said: Any) -> Macro:
    said = {"name": "Late parcel", **said}
    return actions.save_macro(actor=Actor.agent(who), macro=macro, **said)


def apply(
    who: User, ticket: Ticket, macro: Macro, *, client_id: UUID | None = None, **more: Any
) -> Draft | Ticket:
    more = {"version": macro.version, "wait": WAIT, **more}
    client_id = client_id or uuid4()
    actor = Actor.agent(who)
    return actions.apply_macro(actor=actor, ticket=ticket, macro=macro, client_id=client_id, **more)
