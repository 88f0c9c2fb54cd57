"""Short answers to what a task asks: yes, no, something else, never mind, take it back.

By words alone, and only where a message says nothing else: nothing is done for a "yes, but".
"""

from __future__ import annotations

from enum import StrEnum

from bots.understanding.by_words import is_nothing_but


class Reply(StrEnum):
    """The names are those of the phrases, in the order in which they are looked for."""

    DROPS = "drops_it"
    TAKES_BACK = "takes_back"
    AMENDS = "amends"
    DECLINES = "declines"
    AGREES = "agrees"


def says(reply: Reply, text: str) -> bool:
    """Whether a message says this and nothing else. A question is no yes, but may take something back."""
    asks = reply in (Reply.DROPS, Reply.TAKES_BACK)
    return is_nothing_but(reply.value, text.replace("?", " ") if asks else text)


def to_a_question(text: str) -> Reply | None:
    """What a message answers to "shall I?"; None where it says something else."""
    asked = (Reply.DROPS, Reply.AMENDS, Reply.DECLINES, Reply.AGREES)
    return next((one for one in asked if says(one, text)), None)
