"""`manage.py ask "…"`: what the assistant would say, and why. Nothing is stored."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from bots.dialogue import Question, Thought, think
from bots.models import AssistantSettings
from knowledgebase.search import ArticleHit
from tickets import text


class Command(BaseCommand):
    help = "Show what the assistant would say to a question, and why."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("question")
        parser.add_argument("--json", action="store_true", help="one JSON object on one line")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            question = text.message(options["question"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        settings = AssistantSettings.load()
        thought = think(Question(question), settings)
        if options["json"]:
            self.stdout.write(json.dumps(as_dict(thought), ensure_ascii=False))
        else:
            self.stdout.write("\n".join(as_lines(thought)))


def as_dict(thought: Thought) -> dict[str, Any]:
    """The decision, its words, sources and reasons, and what else was considered, as plain data."""
    return {
        "decision": thought.decision.value,
        "text": thought.text,
        "confidence": round(thought.confidence, 4),
        "reasons": list(thought.reasons),
        "sources": [_source(hit) for hit in thought.sources],
        "considered": [_source(hit) for hit in thought.considered],
    }


def _source(hit: ArticleHit) -> dict[str, Any]:
    return {
        "article_id": hit.article_id,
        "slug": hit.slug,
        "title": hit.title,
        "heading": hit.heading,
        "passage": hit.passage,
        "score": round(hit.score, 4),
    }


def as_lines(thought: Thought) -> list[str]:
    """The same for a person at a terminal."""
    lines = [f"{thought.decision.label} (confidence {thought.confidence:.2f})"]
    if thought.text:
        lines += ["", thought.text]
    for hit in thought.sources:
        where = f"{hit.title}, {hit.heading}" if hit.heading else hit.title
        lines += ["", f"[{hit.score:.2f}] {where}", f"    {hit.passage}"]
    lines += ["", *(f"- {reason}" for reason in thought.reasons)]
    shown = {hit.article_id for hit in thought.sources}
    others = [hit for hit in thought.considered if hit.article_id not in shown]
    return [*lines, *(f"- also considered: [{hit.score:.2f}] {hit.title}" for hit in others)]
