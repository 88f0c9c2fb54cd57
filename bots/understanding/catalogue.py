"""The detectors that the helpdesk comes with, read from the files in `examples/`.

`examples/<language>/<detector>.toml` has `examples`, `counter_examples`, `phrases` and `not_phrases`;
the English file also the name, the kind, the threshold and the description. What an admin changes of
a detector is in the database and goes before what is here. A file with phrases alone is asked by code
only (`by_words`), and is none that an admin sees.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bots.understanding.phrases import Phrasebook

FOLDER = Path(__file__).with_name("examples")
SENSITIVE, SIGNAL, TOPIC, TASK = "sensitive", "signal", "topic", "task"
WANTS_PERSON = "wants_person"  # nobody can switch this one off
LISTS = ("examples", "counter_examples", "phrases", "not_phrases")


@dataclass(frozen=True, slots=True)
class Definition:
    """What a detector is made of, beside its phrases."""

    slug: str
    name: str
    kind: str
    threshold: float
    examples: tuple[str, ...] = ()
    counter_examples: tuple[str, ...] = ()
    phrases: int = 0  # how many it has; they are in the phrasebook
    description: str = ""
    shipped: bool = True


@cache
def shipped() -> dict[str, Definition]:
    """The detectors of this release, by slug."""
    return {
        slug: Definition(
            slug,
            about["name"],
            about["kind"],
            about["threshold"],
            tuple(about["examples"]),
            tuple(about["counter_examples"]),
            len(about["phrases"]),
            about["description"],
        )
        for slug, about in _files().items()
        if "threshold" in about
    }


@cache
def neutral() -> tuple[str, ...]:
    """Sentences in which nothing is to be noticed: counter-examples of every detector."""
    return tuple(_read(FOLDER / "neutral.toml")["examples"])


@cache
def phrasebook() -> Phrasebook:
    """The phrases of the detectors of this release."""
    words = _read(FOLDER / "classes.toml")
    return Phrasebook(
        {slug: about["phrases"] for slug, about in _files().items()},
        {slug: about["not_phrases"] for slug, about in _files().items()},
        classes=words["classes"],
        same=words["same"],
        left_out=words["left_out"],
        known=words["known"],
    )


@cache
def _files() -> dict[str, dict[str, Any]]:
    """What the files of all languages say of each detector, by slug."""
    found: dict[str, dict[str, Any]] = {}
    for file in sorted((FOLDER / "en").glob("*.toml")):
        about = _read(file)
        for name in LISTS:
            more = [_read(one).get(name, []) for one in _translations(file.name)]
            about[name] = [*about.get(name, []), *(text for texts in more for text in texts)]
        found[file.stem] = about
    return found


def _translations(name: str) -> list[Path]:
    return sorted(one for one in FOLDER.glob(f"*/{name}") if one.parent.name != "en")


def _read(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))
