"""`manage.py evaluate`: what the assistant finds and understands, measured on files of examples."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from importlib import import_module
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console

from bots.evaluation import retrieval
from bots.evaluation.inputs import Unusable
from knowledgebase.embeddings import EncoderUnavailable


def positive(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise ArgumentTypeError(f"“{text}” is not a number from 1")
    return number


class Command(BaseCommand):
    help = "Measure what the assistant finds (retrieval) or understands (understanding)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        kinds = parser.add_subparsers(dest="kind", required=True, metavar="retrieval|understanding")
        found = kinds.add_parser(
            "retrieval",
            help="index articles apart from the live ones and ask questions",
        )
        found.add_argument("--kb", type=Path, required=True, metavar="KB.jsonl")
        found.add_argument("--queries", type=Path, required=True, metavar="Q.jsonl")
        found.add_argument(
            "--only-ids",
            default="",
            metavar="FILE",
            help=(
                "index these articles only: a JSON list, one id per line, or FILE:NAME for one of "
                "several lists; questions about the others have no article"
            ),
        )
        found.add_argument(
            "--questions",
            nargs="+",
            default=[],
            metavar="N|FILE",
            help=(
                "store N sample questions with each article, from FILE: lines of id and questions, or "
                "of query and relevant. Without FILE from the articles' own questions, and where they "
                "have none, from the queries, which are then not asked"
            ),
        )
        found.add_argument(
            "--questions-file",
            type=Path,
            metavar="FILE",
            help=("where the sample questions are; the same as naming it with --questions"),
        )
        understood = kinds.add_parser("understanding", help="read texts as customers' messages")
        understood.add_argument("--texts", type=Path, required=True, metavar="T.jsonl")
        for one in (found, understood):
            one.add_argument("--out", type=Path, required=True, metavar="P.jsonl")
            one.add_argument("--limit", type=positive, metavar="N", help="only the first N")

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console(file=cast("IO[str]", self.stdout), highlight=False, soft_wrap=True)
        try:
            if options["kind"] == "understanding":
                understanding = import_module("bots.evaluation.understanding")
                understanding.run(options["texts"], options["out"], options["limit"], console)
            else:
                retrieval.run(_plan(options), options["out"], console)
        except Unusable as error:
            raise CommandError(str(error)) from None
        except EncoderUnavailable as error:
            raise CommandError(f"Nothing can be measured without the encoder: {error}") from None


def _plan(options: dict[str, Any]) -> retrieval.Plan:
    count: int | None = None
    file: Path | None = options["questions_file"]
    for value in options["questions"]:
        path, _, number = value.rpartition(":")
        if value.isdecimal():
            count = int(value)
        elif path and number.isdecimal() and not Path(value).exists():
            file, count = Path(path), int(number)
        else:
            file = Path(value)
    return retrieval.Plan(
        kb=options["kb"],
        queries=options["queries"],
        only_ids=options["only_ids"],
        per_article=count,
        questions=file,
        limit=options["limit"],
    )
