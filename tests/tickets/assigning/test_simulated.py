"""Hundreds of hours of a desk that is too busy at noon: nobody starves, and the work is shared."""

from __future__ import annotations

import pytest

from tests.tickets.assigning.simulated import METHODS, played
from tickets.models import Method


@pytest.mark.parametrize("method", METHODS)
def test_nobody_starves_and_the_work_is_shared(method: Method) -> None:
    found = played(method, hours=300)
    assert found.served + found.left_waiting <= found.arrived
    assert len(found.waits) >= found.arrived - found.left_waiting - 1
    assert max(found.waits) < 120  # minutes, through every noon with more than the desk can take
    assert found.back > 0
    assert found.unevenness < 0.15
    assert found.utilisation > 0.5
