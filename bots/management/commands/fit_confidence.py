"""`manage.py fit_confidence`: the coefficients of the confidence, from sets of questions."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console

from bots.evaluation import fit
from bots.evaluation.inputs import Unusable
from knowledgebase.embeddings import EncoderUnavailable


def question_set(text: str) -> fit.Set:
    parts = [Path(part) for part in text.split(":")]
    if len(parts) not in (2, 3):
        raise ArgumentTypeError(f"“{text}” is not KB.jsonl:QUERIES.jsonl[:HALVES.json]")
    return fit.Set(parts[0], parts[1], parts[2] if len(parts) == 3 else None)


class Command(BaseCommand):
    help = (
        "Fit the confidence on sets of questions, print what it is worth on each set when fitted "
        "on the others, and the coefficients for bots/confidence.py. Nothing is written."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--set",
            dest="sets",
            action="append",
            required=True,
            type=question_set,
            metavar="KB.jsonl:QUERIES.jsonl[:HALVES.json]",
            help="once for each set; each in a folder of its own name",
        )
        parser.add_argument(
            "--only-measure",
            action="append",
            default=[],
            metavar="NAME",
            help="a set, by its folder's name, that no model is fitted on; as often as needed",
        )
        parser.add_argument("--limit", type=int, metavar="N", help="only the first N questions")

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console(file=cast("IO[str]", self.stdout), highlight=False, soft_wrap=True)
        unlearned = set(options["only_measure"])
        if unknown := unlearned - {one.name for one in options["sets"]}:
            raise CommandError(f"There is no set {', '.join(sorted(unknown))}.")
        sets = [replace(one, learn=one.name not in unlearned) for one in options["sets"]]
        try:
            fit.run(sets, console, options["limit"])
        except Unusable as error:
            raise CommandError(str(error)) from None
        except EncoderUnavailable as error:
            raise CommandError(f"Nothing can be fitted without the encoder: {error}") from None
