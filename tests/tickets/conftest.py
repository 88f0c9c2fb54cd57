"""What the tests of events start from: one subscriber, and bells that are only counted."""

from __future__ import annotations

from collections import defaultdict

import pytest

from helpdesk.celery import app
from tests.tickets.effects import Effect
from tickets import events
from tickets.models import EventKind


@pytest.fixture
def effect(monkeypatch: pytest.MonkeyPatch) -> Effect:
    """The only subscriber: it follows a fact that was noted."""
    monkeypatch.setattr(events, "_by_kind", defaultdict(list))
    monkeypatch.setattr(events, "_by_name", {})
    effect = Effect()
    events.subscribe(
        EventKind.FACT_NOTED,
        name="test.effect",
        work=effect.work,
        settle=effect.settle,
        failed=effect.failed,
    )
    return effect


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What goes to the broker: the queues whose bell was rung."""
    queues: list[str] = []

    def send_task(name: str, args: tuple[str], *, queue: str, **options: object) -> None:
        assert (name, args) == ("tickets.tasks.work_off", (queue,))
        queues.append(queue)

    monkeypatch.setattr(app, "send_task", send_task)
    return queues
