"""A run of scenarios as it is written down."""

from __future__ import annotations

from collections.abc import Sequence

from bots.models import ScenarioResult, ScenarioRun
from bots.scenarios.playing import Went

Against = ScenarioRun.Against


def run_of(
    *, wanted: int, against: Against = Against.AS_IS, change: str = "", sign: str = ""
) -> ScenarioRun:
    """A run of so many scenarios, of which none was run yet."""
    return ScenarioRun(wanted=wanted, against=against, change=change[:200], sign=sign)


def results_of(went: Sequence[Went]) -> list[ScenarioResult]:
    """What is kept of each scenario that was run."""
    return [
        ScenarioResult(
            scenario=one.scenario,
            name=one.scenario.name,
            broken=one.broken,
            turns=[turn.as_dict() for turn in one.turns],
        )
        for one in went
    ]
