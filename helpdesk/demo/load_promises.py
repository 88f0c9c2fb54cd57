"""What the demo company promises its customers, before their conversations are told."""

from __future__ import annotations

from datetime import datetime

from helpdesk.demo.load_content import Entry
from tickets import actions, replay
from tickets.actors import Actor
from tickets.models import Metric, Priority

_TIMES = {"first": Metric.FIRST, "next": Metric.NEXT, "resolution": Metric.RESOLUTION}


def load_promises(told: list[Entry], actor: Actor, at: datetime) -> None:
    """Its service levels, in their order, as they were decided on `at` a moment of the replay; times
    are those of low, normal, high and urgent.
    """
    with replay.step(at):
        _load(told, actor)


def _load(told: list[Entry], actor: Actor) -> None:
    for place, one in enumerate(told, 1):
        targets = {
            (metric.value, priority.value): written
            for name, metric in _TIMES.items()
            for priority, written in zip(Priority, one[name], strict=True)
        }
        values = {
            "name": one["name"],
            "sentence": one["sentence"],
            "position": place * 10,
            "active": True,
            "business": one["business"],
            "match": "all",
            "conditions": one.get("conditions", []),
            "warn_percent": one["warn_percent"],
            "targets": targets,
        }
        actions.save_service_level(actor=actor, policy=None, values=values)
