"""An admin asks a connector by hand: what was sent, what came back, and what is taken of it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tickets.connectors import asking, breaker
from tickets.models import ConnectorCallState, Operation


@dataclass(frozen=True, slots=True)
class Tried:
    """`sentence` says what came of it; `rows` are the names and values of each thing that was taken.

    As pairs: a template that is given a mapping takes a value named "items" for its method.
    """

    works: bool
    sentence: str
    asked: str
    rows: Sequence[Sequence[tuple[str, Any]]]


def attempt(operation: Operation, inputs: Mapping[str, str]) -> Tried:
    """Ask it now, whatever failed before. Never inside a transaction."""
    breaker.forget(operation.connector)
    number = f"try-{uuid.uuid4()}"
    answer = asking.ask(operation, inputs, number=number)
    asked = json.dumps(
        {"operation": operation.key, "call": number, "inputs": dict(inputs)},
        indent=2,
        ensure_ascii=False,
    )
    return Tried(
        answer.state in (ConnectorCallState.DONE, ConnectorCallState.NOT_FOUND),
        _sentence(answer),
        asked,
        [list(row.items()) for row in answer.rows],
    )


def _sentence(answer: asking.Answer) -> str:
    if answer.is_done:
        number = len(answer.rows)
        found = _("It answers.") if number == 1 else _("It answers with %d things.") % number
        return f"{found} {_('This is an answer of before.')}" if answer.cached else found
    return answer.problem
