"""Fields like those that the assistant registers, so that rules can be tested without it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tickets.conditions import Field, fields, register

FEELINGS = tuple((name, name) for name in ("calm", "confused", "frustrated", "angry", "distressed"))


@contextmanager
def registered() -> Iterator[None]:
    """For the length of a test; afterwards the registry is as it was."""
    before = dict(fields._fields)
    for field in (
        Field("wants_person", "wants a person", "bool", says=("they ask", "they do not ask")),
        Field("feeling", "feeling", "choice", FEELINGS),
        Field("sensitive", "sensitive topic", "list", (("legal", "legal"), ("medical", "medical"))),
        Field("confidence", "confidence", "number", low=0, high=1),
        Field("decision", "decision", "choice", (("answer", "answer"), ("hand_over", "hand-over"))),
        Field("language", "language", "text"),
        Field("unhelpful_answers", "answers that did not help", "number", low=0),
    ):
        register(field)
    try:
        yield
    finally:
        fields._fields.clear()
        fields._fields.update(before)
