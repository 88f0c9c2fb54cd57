"""What a rule does when it holds, read from what is stored; what cannot be read is left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tickets.acts import Acts
from tickets.models import Priority, Team


@dataclass(frozen=True, slots=True)
class HandOverTo:
    """Where a rule hands over to. Nothing stated: the team that has it, the priority it has."""

    team: int | None = None
    skill: str = ""
    priority: Priority | None = None
    text: str = ""  # what the customer reads first; "": the usual words for the reason
    emergency: bool = False  # whether they read the emergency text before everything else

    def load_team(self) -> Team | None:
        """The team; None if none is named, or it is no more."""
        return Team.objects.filter(pk=self.team).first() if self.team else None

    @classmethod
    def of(cls, stored: Any) -> HandOverTo | None:
        if not isinstance(stored, dict):
            return None
        team, priority = stored.get("team"), stored.get("priority")
        return cls(
            team=team if _whole(team) else None,
            skill=_text(stored.get("skill"))[:40],
            priority=Priority(priority) if priority in Priority.values else None,
            text=_text(stored.get("text")),
            emergency=stored.get("emergency") is True,
        )


@dataclass(frozen=True, slots=True)
class Effects:
    """All that a rule does."""

    hand_over: HandOverTo | None = None
    offer_person: bool = False
    flag: str = ""
    page: list[int] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    # Of a rule that an event or time sets off; see tickets.acts.
    acts: Acts = field(default_factory=dict)
    message: str = ""  # to the customer, marked as automatic
    note: str = ""  # for agents

    @classmethod
    def of(cls, stored: Any) -> Effects:
        if not isinstance(stored, dict):
            return cls()
        facts, acts = stored.get("facts"), stored.get("acts")
        return cls(
            hand_over=HandOverTo.of(stored.get("hand_over")),
            offer_person=stored.get("offer_person") is True,
            flag=_text(stored.get("flag"))[:200],
            page=[pk for pk in _list(stored.get("page")) if _whole(pk)],
            tags=[tag[:40] for tag in _list(stored.get("tags")) if _text(tag)],
            facts={
                key[:40]: value[:300]
                for key, value in (facts.items() if isinstance(facts, dict) else ())
                if _text(key) and _text(value)
            },
            acts=acts if isinstance(acts, dict) else {},
            message=_text(stored.get("message")),
            note=_text(stored.get("note")),
        )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
