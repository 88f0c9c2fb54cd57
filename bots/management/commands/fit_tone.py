"""`manage.py fit_tone`: make the weights by which a text sounds discontent, from labelled sentences."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.progress import track

from bots.evaluation.inputs import Unusable, rows
from bots.understanding.tone import FILE
from knowledgebase import embeddings

BATCH = 64


class Command(BaseCommand):
    help = "Fit the tone of a text on lines {text, label: dissatisfied or neutral}."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("texts", type=Path)
        parser.add_argument("--out", type=Path, default=FILE)
        parser.add_argument("--strength", type=float, default=1.0, help="C of the regression")

    def handle(self, *args: Any, **options: Any) -> None:
        from sklearn.linear_model import LogisticRegression

        try:
            found = [
                (str(row.get("text", "")), row.get("label")) for _, row in rows(options["texts"])
            ]
        except Unusable as error:
            raise CommandError(str(error)) from None
        texts = [text for text, label in found if label in ("dissatisfied", "neutral")]
        wanted = [
            label == "dissatisfied" for _, label in found if label in ("dissatisfied", "neutral")
        ]
        if len(set(wanted)) < 2:
            raise CommandError("There must be both dissatisfied and neutral sentences.")
        made = np.vstack(
            [
                embeddings.encode(texts[start : start + BATCH], timeout=60)
                for start in track(range(0, len(texts), BATCH), description="Encoding")
            ]
        )
        model = LogisticRegression(
            C=options["strength"], class_weight="balanced", max_iter=2000
        ).fit(made, wanted)
        fitted = {
            "encoder": settings.ENCODER_MODEL,
            "constant": round(float(model.intercept_[0]), 4),
            "weights": [round(float(one), 3) for one in model.coef_[0]],
        }
        options["out"].write_text(json.dumps(fitted) + "\n", encoding="utf-8")
        self.stdout.write(f"{len(texts)} sentences, {options['out']}")
