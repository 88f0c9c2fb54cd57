"""Scenarios are played within a time, each to its end, and told turn by turn."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from bots.models import Scenario, ScenarioTurn
from bots.rehearsal import Encoded, Played, Setup, play, somebody
from bots.scenarios import comparing, encoding
from knowledgebase.embeddings import EncoderUnavailable

ENCODING = 0.5  # of the time that there is


@dataclass(frozen=True, slots=True)
class TurnWent:
    """One turn: what was said, what must come of it, what came and why, and what is broken."""

    text: str
    expected: str
    came: str
    why: list[str]
    broken: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Went:
    """How a scenario went."""

    scenario: Scenario
    turns: list[TurnWent]

    @property
    def broken(self) -> str:
        """The first thing that broke; "" if all is as it must be."""
        return next((turn.broken for turn in self.turns if turn.broken), "")


@dataclass(slots=True)
class Gone:
    """What was played of all that was to be: less than that where the time was over."""

    wanted: int
    went: list[Went] = field(default_factory=list)

    @property
    def broken(self) -> list[Went]:
        return [one for one in self.went if one.broken]

    @property
    def is_complete(self) -> bool:
        return len(self.went) == self.wanted


def active() -> list[Scenario]:
    """The scenarios that count, with their turns. Two queries."""
    return list(loaded(Scenario.objects.filter(is_active=True)))


def loaded(scenarios: Any) -> Any:
    """Scenarios with all that a run asks of them."""
    return scenarios.prefetch_related("turns__article", "turns__rule")


def run(
    scenarios: Sequence[Scenario], setup: Setup | None = None, *, seconds: float | None = None
) -> Gone:
    """Play scenarios for as long as there is time (no end without `seconds`).

    What is to be encoded is encoded first; with a draft of an article all is then played within it,
    without the encoder. Raise EncoderUnavailable.
    """
    setup = setup or Setup.now()  # before the time runs: a process learns its detectors once
    if not setup.detectors.ready:  # by words alone much is broken that is not
        raise EncoderUnavailable("the detectors know words only")
    now = time.monotonic()
    until, half = (
        (now + seconds, now + seconds * ENCODING) if seconds is not None else (math.inf, math.inf)
    )
    encoded = encoding.of_turns([turn for one in scenarios for turn in _turns(one)], until=half)
    gone = Gone(len(scenarios))
    with setup.articles():
        inside = replace(setup, articles=nullcontext)
        for scenario in scenarios:
            if time.monotonic() > until:
                break
            if all(turn.pk in encoded for turn in _turns(scenario)):
                gone.went.append(_go(scenario, inside, encoded))
    return gone


def _turns(scenario: Scenario) -> list[ScenarioTurn]:
    return sorted(scenario.turns.all(), key=lambda turn: turn.position)


def _go(scenario: Scenario, setup: Setup, encoded: Mapping[int, Encoded]) -> Went:
    turns = _turns(scenario)
    played = play(
        [turn.text for turn in turns],
        somebody(
            channel=scenario.channel,
            tier=scenario.tier,
            identity=scenario.identity,
            prefers_person=scenario.prefers_person,
            open_now=scenario.is_open,
        ),
        setup=setup,
        encoded=[encoded[turn.pk] for turn in turns],
    )
    reached: list[Played | None] = [*played, *[None] * (len(turns) - len(played))]
    return Went(scenario, [_told(turn, one) for turn, one in zip(turns, reached, strict=True)])


def _told(turn: ScenarioTurn, played: Played | None) -> TurnWent:
    if played is None:
        came = _("not reached: a person had the conversation before")
        return TurnWent(turn.text, turn.in_words, came, [], came)
    return TurnWent(
        text=turn.text,
        expected=turn.in_words,
        came=comparing.came(played),
        why=comparing.why(played),
        broken=comparing.broken(turn, played),
    )
