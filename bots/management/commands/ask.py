"""`manage.py ask`: what the assistant would say to a question, or to a file of them, and why."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError

from bots.rehearsal import Played, play
from bots.sources import Source
from knowledgebase.search import ArticleHit
from tickets.conditions import to_store
from tickets.intake import text
from tickets.models import Decision


class Command(BaseCommand):
    help = "Show what the assistant would say to a question, or to each of a file, and why."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("question", nargs="?", help="one question")
        parser.add_argument("--json", action="store_true", help="one JSON object on one line")
        parser.add_argument(
            "--questions", metavar="FILE", help='many: a JSON object with "query" on each line'
        )
        parser.add_argument("--out", metavar="FILE", help="where the answers to many are written")

    def handle(self, *args: Any, **options: Any) -> None:
        one, many, out = options["question"], options["questions"], options["out"]
        if bool(one) == bool(many) or bool(many) != bool(out):
            raise CommandError("Ask one question, or name a file with --questions and --out.")
        try:
            if many:
                self._ask_many(Path(many), Path(out))
            else:
                self._ask(one, as_json=options["json"])
        except ProgrammingError as error:
            raise CommandError(
                "The database is not ready: run `manage.py migrate` first."
            ) from error

    def _ask(self, question: str, *, as_json: bool) -> None:
        (played,) = play([_readable(question)])
        if as_json:
            self.stdout.write(json.dumps(as_dict(played), ensure_ascii=False))
        else:
            self.stdout.write("\n".join(as_lines(played)))

    def _ask_many(self, questions: Path, out: Path) -> None:
        """Each in a conversation of its own. The file is written whole at the end."""
        rows = [answered(question) for question in _read(questions)]
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
        try:
            out.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{out} cannot be written: {error.strerror}.") from None
        self.stdout.write(f"{len(rows)} questions answered in {out}.")


def answered(question: str) -> dict[str, Any]:
    """What a customer reads who asks this first, as plain data.

    `decision` is answer, offer, clarify, task or hand_over; `confidence` 0 to 1; `task` is the key of
    the task that it calls for, or None. `sources` are the sections
    that are quoted as the answer or, of an offer, the articles to choose from, as they are shown.
    """
    (played,) = play([_readable(question)])
    thought = played.turned.thought
    answers = played.outcome.decision == Decision.ANSWER
    return {
        "query": question,
        "decision": played.outcome.decision.value,
        "task": played.task,
        "text": played.says,
        "confidence": round(thought.confidence, 4) if thought else 0.0,
        "sources": [
            {
                "article": source.slug,
                "heading": source.heading,
                "anchor": source.anchor,
                "short_answer": source.short_answer,
                "text": source.text,
            }
            for source in played.shown
            if source.quoted or not answers
        ],
    }


def as_dict(played: Played) -> dict[str, Any]:
    """The decision, its words, sources and reasons, and what was understood, as plain data."""
    thought, rule = played.turned.thought, played.outcome.rule
    return {
        "decision": played.outcome.decision.value,
        "task": played.task,
        "text": played.says,
        "confidence": round(thought.confidence, 4) if thought else 0.0,
        "reasons": played.reasons,
        "rule": rule.rule.name if rule else None,
        "sources": [
            {**_named(source), "short_answer": source.short_answer, "passage": source.text}
            for source in played.shown
        ],
        "considered": [
            {**_named(hit), "passage": hit.passage}
            for hit in (thought.considered if thought else [])
        ],
        "understood": to_store(played.turned.situation),
    }


def as_lines(played: Played) -> list[str]:
    """The same for a person at a terminal."""
    thought, shown = played.turned.thought, played.shown
    lines = [str(played.outcome.decision.label)]
    if thought and thought.looked_up:
        lines[0] += f" (confidence {thought.confidence:.2f})"
    if played.says:
        lines += ["", played.says]
    for source in shown:
        where = f"{source.title}, {source.heading}" if source.heading else source.title
        lines += ["", f"[{source.score:.2f}] {where}"]
        lines += [f"    {text}" for text in (source.short_answer, source.text) if text]
    lines += ["", *(f"- {reason}" for reason in played.reasons)]
    there = {source.article_id for source in shown}
    others = [hit for hit in (thought.considered if thought else []) if hit.article_id not in there]
    return [*lines, *(f"- also considered: [{hit.score:.2f}] {hit.title}" for hit in others)]


def _readable(question: str) -> str:
    try:
        return text.message(question)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from None


def _read(path: Path) -> Iterator[str]:
    """The question of each line. Raise CommandError that names the first bad one."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read: {error}.") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            question = json.loads(line)["query"]
        except (ValueError, KeyError, TypeError):
            question = None
        if not isinstance(question, str):
            raise CommandError(f'Line {number} of {path} is no JSON object with a "query".')
        yield question


def _named(found: Source | ArticleHit) -> dict[str, Any]:
    return {
        "article_id": found.article_id,
        "slug": found.slug,
        "title": found.title,
        "heading": found.heading,
        "score": round(found.score, 4),
    }
