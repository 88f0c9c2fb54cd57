"""An article cut into passages: title, sample questions, headings, and about 60 words of body each.

A passage of the body stands under one heading and carries its anchor, so that it can be quoted and
linked to. Steps of a list, rows of a table and lines of code stay whole.
"""

import html
import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import nh3
from markdown_it.token import Token

from knowledgebase import samples
from knowledgebase.markdown import parse, plain
from knowledgebase.models import Passage

logger = logging.getLogger(__name__)

WORDS: Final = 60  # 60 with the title in front found a little more than 120, on seven sets
_SHORT: Final = 15  # a rest this short joins the passage before it
_LONGEST_UNIT: Final = 110  # a paragraph or step longer than this is cut between sentences
_LONGEST_CHARACTERS: Final = 1_200  # and a "word" longer than this anywhere
MOST: Final = 1_000  # passages of one article: a book's worth; what comes after is not searched
_SENTENCE_END: Final = re.compile(r"(?<=[.!?\u3002\uff01\uff1f])\s+|\n+")
_TITLE_CHARACTERS: Final = 300


@dataclass(frozen=True, slots=True)
class Piece:
    """A passage before it is stored."""

    kind: Passage.Kind
    text: str
    heading: str = ""
    anchor: str = ""

    def encoded(self, title: str) -> str:
        """What the encoder reads: the passage with its title and heading in front."""
        if self.kind in (Passage.Kind.BODY, Passage.Kind.ASKED):
            return ". ".join(part for part in (title, self.heading, self.text) if part)
        return self.text


def cut(*, title: str, body: str, questions: Sequence[str] = ()) -> list[Piece]:
    """The passages of an article, in order: title, sample questions, sections. Never empty."""
    sections = in_sections(body)
    pieces = [Piece(Passage.Kind.TITLE, title[:_TITLE_CHARACTERS])]
    asked = [samples.read(line) for line in questions if line.strip()]
    there = {section.heading.casefold(): section for section in reversed(sections)}
    there |= {"": Section(), title.casefold(): Section(title)}  # the start goes by the title
    for one in asked:
        of = there.get(one.heading.casefold(), there[""])
        pieces.append(Piece(Passage.Kind.QUESTION, one.question, of.heading, of.anchor))
    if len(asked) > 1:
        together = _packed(one.question for one in asked)
        pieces += [Piece(Passage.Kind.ASKED, text) for text in together]
    for section in sections:
        if section.heading and section.units:
            said = f"{title}. {section.heading}"[:_TITLE_CHARACTERS]
            pieces.append(Piece(Passage.Kind.HEADING, said, section.heading, section.anchor))
        pieces += (
            Piece(Passage.Kind.BODY, text, section.heading, section.anchor)
            for text in _packed(section.units)
        )
        if len(pieces) > MOST:
            logger.warning("only the first %d passages of %r are searched", MOST, title)
            return pieces[:MOST]
    return pieces


@dataclass(slots=True)
class Section:
    """What stands under one heading, "" for the beginning, in units that are not to be torn apart."""

    heading: str = ""
    anchor: str = ""
    units: list[str] = field(default_factory=list)


def in_sections(body: str) -> list[Section]:
    """The sections of an article, in their order. The first is what stands before any heading."""
    return list(_sections(parse(body)))


def headings(body: str) -> list[str]:
    """The headings of an article's sections, in their order."""
    return [section.heading for section in in_sections(body) if section.heading]


def length(text: str) -> int:
    """The length of a text in words; writing without spaces counts one for eight characters."""
    return max(len(text.split()), len(text) // 8)


def _sections(tokens: Sequence[Token]) -> Iterator[Section]:
    """The text under each heading, as units that are not to be torn apart."""
    section = Section()
    markers: list[tuple[str, int]] = []  # the lists we are in: a bullet or "", and the next number
    marker = ""  # the step's number or bullet, put before its first line
    item: list[str] = []  # the lines of the outermost list's item
    row: list[str] = []
    header: list[str] = []
    for index, token in enumerate(tokens):
        text = ""
        match token.type:
            case "heading_open":
                if not markers:
                    yield section
                    heading = plain(tokens[index + 1])[:_TITLE_CHARACTERS]
                    section = Section(heading, str(token.attrs.get("id", "")) if heading else "")
            case "bullet_list_open":
                markers.append(("-", 0))
            case "ordered_list_open":
                markers.append(("", int(token.attrs.get("start", 1))))
            case "bullet_list_close" | "ordered_list_close":
                markers.pop()
            case "list_item_open":
                bullet, number = markers[-1]
                marker = f"{bullet} " if bullet else f"{number}. "
                markers[-1] = (bullet, number + 1)
            case "list_item_close":
                if len(markers) == 1 and item:
                    section.units.append("\n".join(item))
                    item = []
            case "thead_open":
                header = []
            case "tr_close":
                if tokens[index + 1].type == "thead_close":
                    header = row
                else:
                    text = _row(header, row)
                row = []
            case "inline":
                if tokens[index - 1].type in {"th_open", "td_open"}:
                    row.append(plain(token))
                elif tokens[index - 1].type != "heading_open" or markers:
                    text = plain(token)
            case "fence" | "code_block":
                text = token.content.strip("\n")
            case "html_block":
                text = _without_tags(token.content)
            case _:
                pass
        if not text.strip():
            continue
        if markers:
            item.append(marker + text)
            marker = ""
        else:
            section.units.append(text)
    yield section


def _row(header: Sequence[str], row: Sequence[str]) -> str:
    names = [*header, *[""] * len(row)]
    return "; ".join(
        f"{name}: {cell}" if name else cell for name, cell in zip(names, row, strict=False) if cell
    )


def _without_tags(text: str) -> str:
    return " ".join(html.unescape(nh3.clean(text, tags=set())).split())


def _packed(units: Iterable[str]) -> Iterator[str]:
    """Units joined to passages of about `WORDS` words; a short rest joins the one before."""
    held: list[str] = []
    full: str | None = None
    words = 0
    for part in (part for unit in units for part in _parts(unit)):
        size = length(part)
        if held and words + size / 2 > WORDS:
            if full is not None:
                yield full
            full, held, words = "\n".join(held), [], 0
        held.append(part)
        words += size
    rest = "\n".join(held)
    if full is not None and rest and words < _SHORT:
        yield f"{full}\n{rest}"
        return
    if full is not None:
        yield full
    if rest:
        yield rest


def _parts(unit: str) -> Iterator[str]:
    """A unit whole, or cut between sentences, and where there are none, between words."""
    if length(unit) <= _LONGEST_UNIT:
        yield unit
        return
    held: list[str] = []
    words = 0
    for sentence in (part for whole in _SENTENCE_END.split(unit) for part in _forced(whole)):
        size = length(sentence)
        if held and words + size > WORDS:
            yield " ".join(held)
            held, words = [], 0
        held.append(sentence)
        words += size
    if held:
        yield " ".join(held)


def _forced(sentence: str) -> Iterator[str]:
    if length(sentence) <= _LONGEST_UNIT and len(sentence) <= _LONGEST_CHARACTERS:
        yield sentence
        return
    held: list[str] = []
    words = 0
    for word in sentence.split():
        for start in range(0, len(word), _LONGEST_CHARACTERS // 4):
            part = word[start : start + _LONGEST_CHARACTERS // 4]
            if held and words + length(part) > WORDS:
                yield " ".join(held)
                held, words = [], 0
            held.append(part)
            words += max(1, length(part))
    if held:
        yield " ".join(held)
