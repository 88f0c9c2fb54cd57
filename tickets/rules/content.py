"""The content of a rule: all that a version keeps of it. On or off, and its place, are not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from tickets.models import EscalationRule, Match, Reason, Trigger


@dataclass(frozen=True, slots=True)
class Content:
    """What a rule says, as it is stored and as it is written by people."""

    name: str = ""
    sentence: str = ""
    trigger: str = Trigger.TURN.value
    match: str = Match.ALL.value
    conditions: list[dict[str, Any]] = field(default_factory=list)
    actions: dict[str, Any] = field(default_factory=dict)
    reason: str = Reason.RULE.value
    once: bool = True
    last: bool = False

    @classmethod
    def of(cls, rule: EscalationRule) -> Content:
        return cls(**{each.name: getattr(rule, each.name) for each in fields(cls)})

    @classmethod
    def of_snapshot(cls, snapshot: Mapping[str, Any]) -> Content:
        """What a version kept; what it does not have is empty."""
        return cls(
            **{each.name: snapshot[each.name] for each in fields(cls) if each.name in snapshot}
        )

    def snapshot(self) -> dict[str, Any]:
        return asdict(self)

    def write_to(self, rule: EscalationRule) -> None:
        for name, value in self.snapshot().items():
            setattr(rule, name, value)


def when(content: Content | EscalationRule) -> dict[str, Any]:
    """The condition of a rule, as one group."""
    return {"match": content.match, "conditions": content.conditions}
