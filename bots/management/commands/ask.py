"""`manage.py ask "…"`: what the assistant would say, and why. Nothing is stored."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from bots.rehearsal import Played, play
from knowledgebase.search import ArticleHit
from tickets.conditions import to_store
from tickets.intake import text


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
        (played,) = play([question])
        if options["json"]:
            self.stdout.write(json.dumps(as_dict(played), ensure_ascii=False))
        else:
            self.stdout.write("\n".join(as_lines(played)))


def as_dict(played: Played) -> dict[str, Any]:
    """The decision, its words, sources and reasons, and what was understood, as plain data."""
    thought, rule = played.turned.thought, played.outcome.rule
    return {
        "decision": played.outcome.decision.value,
        "text": played.says,
        "confidence": round(thought.confidence, 4) if thought else 0.0,
        "reasons": _reasons(played),
        "rule": rule.rule.name if rule else None,
        "sources": [_source(hit) for hit in _shown(played)],
        "considered": [_source(hit) for hit in thought.considered] if thought else [],
        "understood": to_store(played.turned.situation),
    }


def as_lines(played: Played) -> list[str]:
    """The same for a person at a terminal."""
    thought, shown = played.turned.thought, _shown(played)
    lines = [str(played.outcome.decision.label)]
    if thought and thought.looked_up:
        lines[0] += f" (confidence {thought.confidence:.2f})"
    if played.says:
        lines += ["", played.says]
    for hit in shown:
        where = f"{hit.title}, {hit.heading}" if hit.heading else hit.title
        lines += ["", f"[{hit.score:.2f}] {where}", f"    {hit.passage}"]
    lines += ["", *(f"- {reason}" for reason in _reasons(played))]
    others = [hit for hit in thought.considered if hit not in shown] if thought else []
    return [*lines, *(f"- also considered: [{hit.score:.2f}] {hit.title}" for hit in others)]


def _shown(played: Played) -> list[ArticleHit]:
    if played.turned.thought is None or played.outcome.rule is not None:
        return []
    return played.turned.thought.sources


def _reasons(played: Played) -> list[str]:
    """Why: what the thought says, and every rule that held with what showed it."""
    thought = played.turned.thought
    fired = [
        f"rule “{each.rule.name}”: {', '.join(each.evidence)}"
        for each in played.turned.verdict.firings
    ]
    return [*(thought.reasons if thought else []), *fired]


def _source(hit: ArticleHit) -> dict[str, Any]:
    return {
        "article_id": hit.article_id,
        "slug": hit.slug,
        "title": hit.title,
        "heading": hit.heading,
        "passage": hit.passage,
        "score": round(hit.score, 4),
    }
