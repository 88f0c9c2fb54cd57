"""Short answers as an author writes them: the sentence that answers, for a section.

"Wash it -> It may go in a front-loading machine at 30 degrees." is what the assistant says before it
quotes the section "Wash it". The title before the arrow means what stands before the first heading.

It is said to whoever is shown the section, so it has to be true whatever they asked. That it is said only
to whoever asks one of the sample questions was tried: by meaning "are you open on Monday" is as near to
"are you open on Saturday" as any wording of the same question, and reads "No". Articles are not found by
short answers: customers do not ask in the words of an answer, and sample questions serve that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from django.utils.translation import gettext as _

from knowledgebase.passages import Section, in_sections

MOST: Final = 50  # of one article
LONGEST: Final = 300  # characters of the sentence
LONGEST_LINE: Final = 620  # with the longest heading before it
_ARROW: Final = re.compile(r" (?:->|→) ")
_YES_OR_NO: Final = re.compile(r"(?:yes|no|ja|nein)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ShortAnswer:
    """The heading of its section, or the title; and the sentence, plain text."""

    heading: str
    text: str

    @property
    def says_yes_or_no(self) -> bool:
        """Whether it begins with what may be right for one question and wrong for the next."""
        return bool(_YES_OR_NO.match(self.text))


def read(line: str) -> ShortAnswer | None:
    """A short answer from its line; None where there is nothing on either side of an arrow."""
    heading, *text = _ARROW.split(line, maxsplit=1)
    if not text or not heading.strip() or not text[0].strip():
        return None
    return ShortAnswer(heading.strip(), text[0].strip())


def of_section(lines: Iterable[str], *, title: str, heading: str) -> str:
    """The short answer of the section with a heading, "" for the beginning; "" where it has none."""
    wanted = (heading or title).casefold()
    texts = (one.text for line in lines if (one := read(line)) and _same(one.heading, wanted))
    return next(texts, "")


@dataclass(frozen=True, slots=True)
class Sections:
    """An article's sections, against which short answers are read."""

    title: str
    sections: list[Section]

    @classmethod
    def of(cls, *, title: str, body: str) -> Sections:
        return cls(title, in_sections(body))

    def has(self, heading: str) -> bool:
        return bool(self._under(heading))

    def fits(self, line: str) -> bool:
        """Whether the section that a line names is there."""
        short = read(line)
        return short is not None and self.has(short.heading)

    def print_of(self, line: str) -> str:
        """A fingerprint of what the section that a line names says; of nothing if there is none."""
        short = read(line)
        said = (
            "\n".join(unit for one in self._under(short.heading) for unit in one.units)
            if short
            else ""
        )
        return sha256(said.encode()).hexdigest()[:16]

    def _under(self, heading: str) -> list[Section]:
        """The section with a heading: the first, if there are several. None or one."""
        wanted = heading.casefold()
        if _same(self.title, wanted):
            return self.sections[:1]
        return [one for one in self.sections if wanted and _same(one.heading, wanted)][:1]


def problem(lines: Sequence[str], sections: Sections) -> str:
    """What an author has to correct in them; "" where they can be stored."""
    if len(lines) > MOST:
        return _("An article takes up to %(most)d short answers.") % {"most": MOST}
    seen = set()
    for line in lines:
        short = read(line)
        if short is None:
            return _(
                "“%(line)s” needs a heading of the text, an arrow and the sentence that answers: "
                "Wash it -> It may go in a front-loading machine at 30 degrees."
            ) % {"line": line[:100]}
        names = {"heading": short.heading[:100], "most": LONGEST}
        if len(short.text) > LONGEST:
            return (
                _(
                    "The short answer to “%(heading)s” is longer than %(most)d characters. One or two "
                    "sentences are enough: the section stands below."
                )
                % names
            )
        if not sections.has(short.heading):
            return (
                _(
                    "The text has no heading “%(heading)s”. Before the arrow stands one of its "
                    "headings, or the title for what stands before the first."
                )
                % names
            )
        if short.heading.casefold() in seen:
            return _("There are two short answers to “%(heading)s”.") % names
        seen.add(short.heading.casefold())
    return ""


def to_read_again(
    lines: Sequence[str], prints_then: Sequence[str], sections: Sections
) -> list[ShortAnswer]:
    """Those whose section was changed since somebody wrote them, or read them again."""
    pairs = zip(lines, prints_then, strict=True)
    changed = [line for line, then in pairs if then != sections.print_of(line)]
    return [short for line in changed if (short := read(line))]


def _same(one: str, folded: str) -> bool:
    return one.casefold() == folded
