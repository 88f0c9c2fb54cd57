"""What one customer message shows, field by field, with the words that show it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bots.understanding.feeling import feel
from bots.understanding.person import asks_whether_human, wants_person
from knowledgebase.embeddings import Vectors
from tickets.rules.seen import Seen

_NO = re.compile(
    r"^\W*(no+|nope|nah|nein|wrong|(that|this|it) (did ?n.?t|does ?n.?t|did not|does not|is ?n.?t|is not) "
    r"(help|work|answer|right|what).*|not (helpful|what i (asked|meant|need)).*|that.?s not what i.*)\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reading:
    values: dict[str, Seen]


def understand(
    text: str,
    *,
    earlier: Sequence[str] = (),
    answers: Sequence[str] = (),
    vector: Vectors | None = None,
) -> Reading:
    """The reading of one message."""
    asked, feeling = wants_person(text), feel(text)
    repeats = "no" if _NO.match(text) else "question" if text in earlier else ""
    return Reading(
        {
            "language": Seen(""),
            "wants_person": Seen(bool(asked), (asked,) if asked else ()),
            "asks_identity": Seen(asks_whether_human(text)),
            "feeling": Seen(feeling.name, feeling.words, feeling.level),
            "frustration": Seen(feeling.level),
            "sensitive": Seen([]),
            "urgent": Seen(""),
            "wants_to_cancel": Seen(False),
            "billing_dispute": Seen(False),
            "repeats": Seen(repeats),
            "topic": Seen(""),
        }
    )
