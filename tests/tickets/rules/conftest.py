"""Rules to test with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.tickets.conditions.fields import registered
from tickets.models import EscalationRule


@pytest.fixture(autouse=True)
def _fields() -> Iterator[None]:
    with registered():
        yield


def rule(*conditions: tuple[str, str, Any], match: str = "all", **actions: Any) -> EscalationRule:
    """A rule that is not saved, and hands over if nothing else is said."""
    return EscalationRule(
        pk=next(_keys),
        name="A rule",
        match=match,
        conditions=[{"field": field, "op": op, "value": value} for field, op, value in conditions],
        actions=actions or {"hand_over": {}},
    )


_keys = iter(range(1_000_000, 2_000_000))
