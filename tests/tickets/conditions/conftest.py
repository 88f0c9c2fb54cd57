"""The fields that conditions are tested with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.tickets.conditions.fields import registered


@pytest.fixture(autouse=True)
def _fields() -> Iterator[None]:
    with registered():
        yield
