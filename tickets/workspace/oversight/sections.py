"""Sections of the leads' home that another package adds, each with its own template."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tickets.actors import Actor


@dataclass(frozen=True, slots=True)
class Section:
    """`load` gives what its template shows, of what the lead may see; `wide` ones stand on the left."""

    template: str
    load: Callable[[Actor], dict[str, Any]]
    wide: bool = False


_sections: list[Section] = []


def add(section: Section) -> None:
    _sections.append(section)


def of(actor: Actor) -> list[dict[str, Any]]:
    """Each with its template, whether it is wide, and what it shows."""
    return [{"template": one.template, "wide": one.wide, **one.load(actor)} for one in _sections]
