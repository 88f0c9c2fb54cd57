"""Scenarios are kept, what came of their runs is written down, and what went live although they break."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from bots.models import (
    Expected,
    Scenario,
    ScenarioResult,
    ScenarioRun,
    ScenarioTurn,
    TurnVectors,
)
from bots.models.scenarios import LONGEST_TURN, out_of_order
from knowledgebase.models import Article
from tickets import clock, events
from tickets.actions import ActionError, NotAllowed, change_setting, rights
from tickets.actors import Actor
from tickets.intake import text
from tickets.models import AuthorKind, EscalationRule, Event, EventKind, Permission, Role

KEPT_RUNS = 100  # and all against which something was published anyway


@dataclass(frozen=True, slots=True)
class NewTurn:
    """A turn that is to be kept; what its outcome does not need is left out."""

    text: str
    expected: Expected
    article: Article | None = None
    rule: EscalationRule | None = None
    reason: str = ""
    task_key: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
def keep_scenario(*, actor: Actor, scenario: Scenario, turns: Sequence[NewTurn]) -> Scenario:
    """Keep a new scenario with its turns.

    Raises:
        NotAllowed: the actor is neither a lead nor an admin.
        ActionError: it has no turn, too many, or goes on after a person was asked for.
        TextError: nothing is said in a turn, or too much.
    """
    if actor.kind != AuthorKind.SYSTEM:
        rights.demand(actor, Permission.LEAD)
    if problem := out_of_order([turn.expected for turn in turns]):
        raise ActionError(problem, code="turns")
    rows = [_row(scenario, place, turn) for place, turn in enumerate(turns, start=1)]
    scenario.name = _free_name(scenario.name)

    def save() -> None:
        scenario.save()
        ScenarioTurn.objects.bulk_create(rows)

    change_setting(actor=actor, instance=scenario, save=save, many={"turns": []})
    return scenario


def _free_name(name: str) -> str:
    """A name that no scenario has: as wanted, or with a number."""
    stem = text.line(name, limit=110) or str(Scenario._meta.verbose_name)
    taken = set(Scenario.objects.filter(name__startswith=stem).values_list("name", flat=True))
    number, found = 1, stem
    while found in taken:
        number += 1
        found = f"{stem} ({number})"
    return found


def _row(scenario: Scenario, place: int, turn: NewTurn) -> ScenarioTurn:
    said = text.message(turn.text)
    if len(said) > LONGEST_TURN:
        raise text.TextError(
            _("Keep what the customer says under %(most)d characters.") % {"most": LONGEST_TURN}
        )
    row = ScenarioTurn(
        scenario=scenario,
        position=place,
        text=said,
        expected=turn.expected,
        article=turn.article,
        rule=turn.rule,
        reason=turn.reason,
        task_key=turn.task_key,
        facts=dict(turn.facts),
    )
    row.keep_names()
    return row


@transaction.atomic
def keep_vectors(*, actor: Actor, vectors: Sequence[TurnVectors]) -> None:
    """Keep what the encoder made of turns, of those that are still there. Nobody's act: no record."""
    there = ScenarioTurn.objects.select_for_update(no_key=True).order_by("pk")
    turns = set(there.filter(pk__in=[row.turn_id for row in vectors]).values_list("pk", flat=True))
    TurnVectors.objects.bulk_create(
        [row for row in vectors if row.turn_id in turns],
        update_conflicts=True,
        unique_fields=["turn"],
        update_fields=["sign", "made"],
    )


@transaction.atomic
def record_run(
    *, actor: Actor, run: ScenarioRun, results: Sequence[ScenarioResult], passed: int = 0
) -> ScenarioRun:
    """Write down a run, or more of one: results, and how many passed beside them.

    A scenario that was deleted meanwhile is told by its name. The oldest runs go, but those against
    which something was published anyway.
    """
    if run.pk is not None:
        run = ScenarioRun.objects.select_for_update().get(pk=run.pk)
    else:
        run.by = actor.user
    there = Scenario.objects.select_for_update(no_key=True).order_by("pk")
    scenarios = set(
        there.filter(pk__in=[one.scenario_id for one in results]).values_list("pk", flat=True)
    )
    run.checked = min(run.wanted, run.checked + len(results) + passed)
    run.broken = min(run.checked, run.broken + sum(bool(one.broken) for one in results))
    run.save()
    for one in results:
        one.run = run
        if one.scenario_id not in scenarios:
            one.scenario = None
    ScenarioResult.objects.bulk_create(results)
    unpublished = ScenarioRun.objects.filter(published_at=None).order_by("-pk")
    old = list(unpublished.values_list("pk", flat=True)[KEPT_RUNS : 2 * KEPT_RUNS])
    ScenarioRun.objects.filter(pk__in=old).delete()
    return run


@transaction.atomic
def publish_anyway(*, actor: Actor, run: ScenarioRun, instance: models.Model) -> Event:
    """Write down that a change went live although scenarios break; to be called with the change.

    Raises:
        NotAllowed: the actor is no admin.
        ActionError: somebody has published it already.
    """
    if actor.user is None or not actor.user.works_here or actor.user.role != Role.ADMIN:
        raise NotAllowed
    run = ScenarioRun.objects.select_for_update().get(pk=run.pk)
    if run.published_at is not None:
        raise ActionError(_("This was published already."), code="published")
    run.published_by, run.published_at = actor.user, clock.now()
    run.save(update_fields=["published_by", "published_at"])
    details: dict[str, Any] = {
        "published_anyway": [f"{one.name}: {one.broken}" for one in run.results.all()]
    }
    return events.record(
        EventKind.SETTING_CHANGED, actor=actor, subject=instance, name=str(instance), **details
    )
