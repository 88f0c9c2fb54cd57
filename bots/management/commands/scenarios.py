"""`manage.py scenarios`: what must come of conversations, played as everything is. For a CI."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError

from bots import actions
from bots.models import Scenario
from bots.scenarios import playing, telling
from bots.scenarios.playing import Went
from knowledgebase.embeddings import EncoderUnavailable
from tickets.actors import Actor


class Command(BaseCommand):
    help = "Run the scenarios as everything is. Exits with 1 if one is broken, or cannot be run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--json", action="store_true", help="one JSON object for each, on a line"
        )
        parser.add_argument(
            "--name", action="append", default=[], help="only this one; may be given several times"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            scenarios = _wanted(options["name"])
            gone = playing.run(scenarios)
        except ProgrammingError as error:
            raise CommandError(
                "The database is not ready: run `manage.py migrate` first."
            ) from error
        except EncoderUnavailable as error:
            raise CommandError(f"Nothing can be run without the encoder: {error}") from None
        for one in gone.went:
            self._tell(one, as_json=options["json"])
        run = telling.run_of(wanted=len(scenarios))
        actions.record_run(actor=Actor.system(), run=run, results=telling.results_of(gone.went))
        if not options["json"]:
            self.stdout.write(f"{len(gone.went)} scenarios, {len(gone.broken)} broken.")
        if gone.broken:
            sys.exit(1)

    def _tell(self, one: Went, *, as_json: bool) -> None:
        if as_json:
            told = {
                "name": one.scenario.name,
                "passed": not one.broken,
                "turns": [turn.as_dict() for turn in one.turns],
            }
            self.stdout.write(json.dumps(told, ensure_ascii=False))
            return
        self.stdout.write(f"{'BROKEN' if one.broken else 'passed'}  {one.scenario.name}")
        for number, turn in enumerate(one.turns if one.broken else [], start=1):
            said = " ".join(turn.text.split())[:120]
            self.stdout.write(f"    {number}. {said}")
            self.stdout.write(f"       {turn.broken or turn.came}")
            if turn.broken:
                for line in turn.why:
                    self.stdout.write(f"       - {line}")


def _wanted(names: list[str]) -> list[Scenario]:
    """Those that count, or those with these names, whether they count or not."""
    if not names:
        return playing.active()
    found = list(playing.loaded(Scenario.objects.filter(name__in=names)))
    if missing := set(names) - {one.name for one in found}:
        raise CommandError(f"There is no scenario “{min(missing)}”.")
    return found
