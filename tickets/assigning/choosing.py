"""The choice of an agent, and why it was that one. Pure: plain values in, a choice out.

First whoever has no room is left out, then whoever lacks what is wished for, then the team's method
decides. A wish (a skill, a language) is kept to as long as somebody who is here could meet it, for some
minutes of waiting; then anybody is better than nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tickets.models import Method

# So long a free agent without the wished-for skill is passed over where a busy one has it.
WISH = timedelta(minutes=10)
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent who is here: what they have, what they may have, what they know."""

    key: int
    chats: int = 0
    most_chats: int = 1
    open: int = 0  # of all channels, chats included
    most_open: int = 25
    given_at: datetime | None = None  # when they were given one last
    active_at: datetime | None = None  # when they answered or resolved something last
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()

    def has_room(self, *, chat: bool) -> bool:
        return self.open < self.most_open and (not chat or self.chats < self.most_chats)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a conversation that waits asks for."""

    chat: bool = True
    skill: str = ""
    language: str = ""
    before: int | None = None  # the agent whom its customer had last, within the team's days
    waited: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Choice:
    """The agent, and why, as an event keeps it: see `tickets.assigning.words`."""

    agent: int
    why: dict[str, Any] = field(default_factory=dict)


def choose(here: Sequence[Candidate], wanted: Wanted, method: Method) -> Choice | None:
    """Who gets it; None while nobody can."""
    free = [one for one in here if one.has_room(chat=wanted.chat)]
    why: dict[str, Any] = {"method": str(method)}
    for wish, meets in _wishes(wanted):
        able = [one for one in free if meets(one)]
        if able:
            free = able
            why |= wish
        elif wanted.waited < WISH and any(map(meets, here)):
            return None  # whoever can do it is full: they come free before long
    if not free:
        return None
    why["of"] = len(free)
    same = next((one for one in free if one.key == wanted.before), None)
    if same is not None:
        return Choice(same.key, {**why, "same": True})
    return Choice(min(free, key=_order(method)).key, why)


def _wishes(wanted: Wanted) -> list[tuple[dict[str, str], Callable[[Candidate], bool]]]:
    found: list[tuple[dict[str, str], Callable[[Candidate], bool]]] = []
    if wanted.language:
        found.append(({"language": wanted.language}, lambda one: wanted.language in one.languages))
    if wanted.skill:
        skill = wanted.skill.casefold()
        found.append(({"skill": wanted.skill}, lambda one: skill in one.skills))
    return found


def _order(method: Method) -> Callable[[Candidate], tuple[Any, ...]]:
    """Who comes first. Where the method does not decide, whoever was given one longest ago does."""

    def order(one: Candidate) -> tuple[Any, ...]:
        given = one.given_at or _NEVER
        match method:
            case Method.LEAST_BUSY:
                return one.open, one.chats, given, one.key
            case Method.LONGEST_IDLE:
                return max(one.active_at or _NEVER, given), given, one.key
        return given, one.key

    return order
