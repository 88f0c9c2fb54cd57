"""Asking a connector: once for each number, whatever happens to the process that does it."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.utils.translation import gettext as _

from tickets import actions
from tickets.actors import Actor
from tickets.connectors import mapping, owners
from tickets.connectors.owners import Owner
from tickets.connectors.sending import Sent, send
from tickets.models import ConnectorCall, ConnectorCallState, Operation, Ticket

BECAME = "calls"  # the path, below a connector's address, that says what became of a call


@dataclass(frozen=True, slots=True)
class Answer:
    """What a system said. `rows` is what an admin has named of it; `problem` is a sentence for staff.

    What it says of a refusal itself is the problem then.
    """

    state: ConnectorCallState
    rows: Sequence[Mapping[str, Any]] = ()
    problem: str = ""
    cached: bool = False

    @property
    def is_done(self) -> bool:
        return self.state == ConnectorCallState.DONE


def ask(
    operation: Operation,
    inputs: Mapping[str, Any],
    *,
    number: str,
    owner: Owner | None = None,
    ticket: Ticket | None = None,
) -> Answer:
    """Ask for an operation, at most once for each `number`. Never inside a transaction.

    `owner`: only what is theirs is told, and it is sent along, so that the system changes nothing of
    somebody else's; None where one of us asks, who may see all. A call with a number that was used is not
    sent again: its answer is told, or it is asked what became of it.
    """
    inputs = {name: mapping.plain(value) for name, value in inputs.items()}
    if not operation.is_active or not operation.connector.is_active:
        return Answer(ConnectorCallState.UNAVAILABLE, (), _("It is switched off."))
    place = _place(operation, inputs)
    if operation.cache_seconds and (kept := cache.get(place)) is not None:
        return _of(ConnectorCallState.DONE, kept, owner, cached=True)
    call, is_new = actions.begin_connector_call(
        actor=Actor.system(), operation=operation, number=number, inputs=inputs, ticket=ticket
    )
    if not is_new and call.state not in (ConnectorCallState.PENDING, ConnectorCallState.UNCERTAIN):
        return _of(ConnectorCallState(call.state), call.rows, owner, problem=call.problem)
    if not is_new and operation.changes and (found := _became(call, owner)) is not None:
        return _of(ConnectorCallState(found.state), found.rows, owner, problem=found.problem)
    ended, rows = _send(call, inputs, owner)
    if ended.state == ConnectorCallState.DONE and operation.cache_seconds:
        cache.set(place, rows, timeout=operation.cache_seconds)
    return _of(ConnectorCallState(ended.state), ended.rows, owner, problem=ended.problem)


def _send(
    call: ConnectorCall, inputs: Mapping[str, Any], owner: Owner | None
) -> tuple[ConnectorCall, list[dict[str, Any]]]:
    """The call as it ended, and all that came, whoever it belongs to."""
    operation = call.operation
    started = time.monotonic()
    body = {"operation": operation.key, "call": call.number, "inputs": inputs}
    if owner is not None:
        body["customer"] = owner.as_sent()
    sent = send(operation.connector, operation.path, call.number, body)
    return _end(call, sent, owner, started)


def _end(
    call: ConnectorCall, sent: Sent, owner: Owner | None, started: float
) -> tuple[ConnectorCall, list[dict[str, Any]]]:
    state, problem, rows = sent.state, sent.problem, []
    if state == ConnectorCallState.DONE:
        try:
            rows = mapping.rows_of(call.operation, sent.answer)
        except mapping.Rubbish as error:
            state, problem = ConnectorCallState.FAILED, str(error)
    answered = sent.state == ConnectorCallState.DONE  # though perhaps with what cannot be read
    arrived = answered or sent.may_have_arrived
    if call.operation.changes and state != ConnectorCallState.DONE and arrived:
        state = ConnectorCallState.UNCERTAIN
    theirs = owners.owned(rows, owner)
    if state == ConnectorCallState.DONE and rows and not theirs:
        state, problem = ConnectorCallState.NOT_FOUND, _("It belongs to somebody else.")
    ended = actions.end_connector_call(
        actor=Actor.system(),
        call=call,
        state=state,
        rows=theirs,
        problem=problem,
        attempts=sent.attempts,
        milliseconds=round((time.monotonic() - started) * 1000),
    )
    return ended, rows


def _became(call: ConnectorCall, owner: Owner | None) -> ConnectorCall | None:
    """The call as it ended after all; None if nothing of it arrived, so that it may be sent."""
    started = time.monotonic()
    sent = send(call.operation.connector, BECAME, f"{call.number}-became", {"call": call.number})
    if sent.state == ConnectorCallState.NOT_FOUND:
        return None
    if sent.state != ConnectorCallState.DONE:
        sent = Sent(ConnectorCallState.UNCERTAIN, problem=_("Nobody says whether it was done."))
        return _end(call, sent, owner, started)[0]
    said = sent.answer.get("state")
    if said == "unknown":
        return None
    result = sent.answer.get("result")
    if said == "done" and isinstance(result, dict):
        return _end(call, Sent(ConnectorCallState.DONE, result), owner, started)[0]
    refused = Sent(ConnectorCallState.REFUSED, problem=_("It was not done."))
    return _end(call, refused, owner, started)[0]


def _of(
    state: ConnectorCallState,
    rows: Sequence[Mapping[str, Any]],
    owner: Owner | None,
    *,
    problem: str = "",
    cached: bool = False,
) -> Answer:
    theirs = owners.owned(rows, owner)
    if state == ConnectorCallState.DONE and rows and not theirs:
        return Answer(ConnectorCallState.NOT_FOUND, (), _("It belongs to somebody else."), cached)
    return Answer(state, tuple(theirs), problem, cached)


def _place(operation: Operation, inputs: Mapping[str, Any]) -> str:
    """Where an answer is kept for a while; after a change of the operation it is another place."""
    asked = json.dumps([inputs, operation.values, operation.rows_path, operation.owner_path])
    digest = hashlib.sha256(asked.encode()).hexdigest()
    return f"connector.{operation.pk}.{digest}"
