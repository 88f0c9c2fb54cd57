"""Sample questions as an author writes them: customers' words and, behind an arrow, what answers.

"How long is the warranty? -> What is covered" is a question that the section with this heading answers.
The title behind the arrow means what stands before the first heading. Without an arrow the question is
the whole article's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

_ARROW: Final = re.compile(r"\s(?:->|→)\s+(?!.*\s(?:->|→)\s)")


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample question, and the heading of the section that answers it, "" for the whole article."""

    question: str
    heading: str = ""


def read(line: str) -> Sample:
    """A sample question from its line. Nothing but an arrow and a heading is a question by itself."""
    question, *heading = _ARROW.split(line, maxsplit=1)
    if not heading or not question.strip() or not heading[0].strip():
        return Sample(line.strip())
    return Sample(question.strip(), heading[0].strip())


def unknown(lines: Iterable[str], headings: Collection[str]) -> list[str]:
    """The headings that sample questions name and the article does not have."""
    there = {heading.casefold() for heading in headings}
    named = (read(line).heading for line in lines)
    return [heading for heading in named if heading and heading.casefold() not in there]


def no_such_heading(heading: str) -> str:
    """What is wrong with a sample question that names a heading that is not there."""
    return _(
        "The text has no heading “%(heading)s”. Behind the arrow stands one of its headings, "
        "or the title for what stands before the first."
    ) % {"heading": heading}


def plain(words: str) -> str:
    """A customer's own words as a sample question: an arrow in them names no section."""
    return _ARROW.sub(" – ", words)
