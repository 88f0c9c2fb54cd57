"""The human sentence with which a hand-over begins, where somebody is upset, grieving or in danger.

What somebody feels and what it is about is the assistant's to understand: `bots` registers here how
the sentence is chosen. Without it a hand-over begins with what happens next.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Opening:
    """`about` is the feeling or the topic. A `safety` line stands apart, before everything else."""

    about: str
    text: str
    safety: bool = False


Chooser = Callable[[Ticket], Opening | None]


def _none(ticket: Ticket) -> None:
    return None


_choose: Chooser = _none


def use(chooser: Chooser) -> None:
    """Let `chooser` choose from now on. It reads rows only, and never what was said already."""
    global _choose
    _choose = chooser


def choose(ticket: Ticket) -> Opening | None:
    """What is to be said first, if anything is, and was not said in this conversation."""
    return _choose(ticket)
