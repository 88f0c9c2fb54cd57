"""Calls of connectors: written down before they are sent, and what came of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from tickets import clock
from tickets.actors import Actor
from tickets.models import ConnectorCall, ConnectorCallState, Operation, Ticket
from tickets.models.connectors import OPEN_CALLS


@transaction.atomic
def begin_connector_call(
    *,
    actor: Actor,
    operation: Operation,
    number: str,
    inputs: Mapping[str, Any],
    ticket: Ticket | None = None,
) -> tuple[ConnectorCall, bool]:
    """The call with this number, and whether it is new: before anything is sent, so that whoever comes
    after a process that died knows of it. What a task does with it is the task's event.
    """
    return ConnectorCall.objects.get_or_create(
        operation=operation, number=number, defaults={"inputs": dict(inputs), "ticket": ticket}
    )


@transaction.atomic
def end_connector_call(
    *,
    actor: Actor,
    call: ConnectorCall,
    state: ConnectorCallState,
    rows: Sequence[Mapping[str, Any]] = (),
    problem: str = "",
    attempts: int = 0,
    milliseconds: int = 0,
) -> ConnectorCall:
    """What came of it. What is known for sure already is not written over."""
    call = ConnectorCall.objects.select_for_update(no_key=True).get(pk=call.pk)
    if call.state not in OPEN_CALLS:
        return call
    call.state, call.rows, call.problem = state, [dict(row) for row in rows], problem[:300]
    call.attempts += attempts
    call.milliseconds += milliseconds
    call.ended_at = clock.now()
    call.save()
    return call
