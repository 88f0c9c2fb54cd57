"""What a change would break before it goes live: scenarios that pass now, and would not with it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from bots.models import AssistantSettings, Detector, ScenarioRun, Task
from bots.rehearsal import Setup
from bots.scenarios import playing
from bots.scenarios.playing import Went
from bots.understanding import installed
from knowledgebase import drafts
from knowledgebase.models import Article, ArticleVersion
from tickets.models import EscalationRule

SECONDS = 10.0  # that somebody waits for a check
DRAFT: Final = 0.75  # of it for the play with the draft, the rest for how it is now
Against = ScenarioRun.Against


@dataclass(frozen=True, slots=True)
class Broken:
    """What would break, of how many that were checked, of how many that count."""

    wanted: int
    checked: int
    went: list[Went] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        return self.checked == self.wanted


def with_settings(settings: AssistantSettings) -> Setup:
    """As it is, but with these settings."""
    return replace(Setup.now(), settings=settings)


def with_rules(rules: Sequence[EscalationRule]) -> Setup:
    """As it is, but with these rules, in their order."""
    return replace(Setup.now(), rules=list(rules))


def with_detector(
    detector: Detector, shown: Sequence[str], not_shown: Sequence[str], *, gone: bool = False
) -> Setup:
    """As it is, but with this detector and its examples; without it if it is switched off or gone."""
    now = Setup.now()
    definition = installed.definition_of(detector, tuple(shown), tuple(not_shown))
    off = gone or not detector.active
    detectors = installed.with_draft(None if off else definition, detector.slug, now.detectors)
    return replace(now, detectors=detectors)


def with_task(
    task: Task, detector: Detector, shown: Sequence[str], not_shown: Sequence[str]
) -> Setup:
    """As it is, but with this task and the sentences that call for it; without it if switched off."""
    setup = with_detector(detector, shown, not_shown)
    others = [one for one in setup.tasks if one.key != task.key]
    return replace(setup, tasks=[*others, task] if task.active else others)


def with_article(article: Article, version: ArticleVersion | None) -> Setup:
    """As it is, but with this version public, or without the article. Raise EncoderUnavailable."""
    if version is None:
        return replace(Setup.now(), articles=partial(drafts.as_hidden, article))
    draft = drafts.read(version)
    return replace(Setup.now(), articles=partial(drafts.as_published, draft))


def would_break(setup: Setup) -> Broken:
    """The scenarios that pass now and would break. Only those that break are played as it is, too.

    Raise EncoderUnavailable.
    """
    started = time.monotonic()
    scenarios = playing.active()
    if not scenarios:
        return Broken(0, 0)
    gone = playing.run(scenarios, setup, seconds=SECONDS * DRAFT)
    suspects = [one.scenario for one in gone.broken]
    left = SECONDS - (time.monotonic() - started)
    now = playing.run(suspects, seconds=left) if suspects else playing.Gone(0)
    passing = {one.scenario.pk for one in now.went if not one.broken}
    return Broken(
        wanted=gone.wanted,
        checked=len(gone.went) - (now.wanted - len(now.went)),
        went=[one for one in gone.broken if one.scenario.pk in passing],
    )
