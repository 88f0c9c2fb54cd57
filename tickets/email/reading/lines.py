"""The lines of a mail's text, each with what it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """What a line is: only OWN lines are what the person wrote now."""

    OWN = auto()
    QUOTED = auto()
    ATTRIBUTION = auto()  # "On Monday Ada wrote:", and the header of a mail below
    SIGNATURE = auto()
    HIDDEN = auto()  # text that the HTML hides


@dataclass(slots=True)
class Line:
    """One line. `is_rest`: from here to the end everything was said to be quoted."""

    text: str
    kind: Kind = Kind.OWN

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands in it, but for signs of a quote."""
        return not self.text.strip("> \t\xa0")


def of_text(text: str) -> list[Line]:
    """The lines of plain text; what begins with > is quoted."""
    return [
        Line(line.rstrip(), Kind.QUOTED if line.lstrip(" ")[:1] == ">" else Kind.OWN)
        for line in text.split("\n")
    ]
