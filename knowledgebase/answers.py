"""An answer quoted from an article: the section that answers, as Markdown; and contradictions.

A section that fits on a screen is quoted whole: a "Yes" or a last sentence alone may belong to another
question. Of a longer one the blocks that answer are quoted, and all of it is there to be opened. Code,
links and lists stay as they were written. Steps are never torn apart: who needs one of them needs those
around it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from markdown_it.token import Token

from knowledgebase import ranking, short_answers
from knowledgebase.markdown import parse, plain, tame
from knowledgebase.models import Article, ArticleVersion

WHOLE: Final = 130  # words of a section that is quoted whole: about what a phone shows
WORDS: Final = 80  # of running text, of a longer one; a list stays whole
LONGEST_LIST: Final = 400  # words; a longer one is cut between its items
LONGEST_TABLE: Final = 4  # rows; of a longer one those that answer, where it is plain which do
_ROW: Final = 0.4  # of the best row's fit
_PART: Final = 0.6  # of a block's words that have to be in the passage that was found
_WORD: Final = re.compile(r"\w+")
_SENTENCE_END: Final = re.compile(r"(?<=[.!?\u3002\uff01\uff1f])\s+")
_AMOUNT: Final = re.compile(r"(?<!\d)(\d{1,15}(?:[.,]\d{1,15})?)\s{0,3}(%|€|\$|£|[^\W\d_]+)")
_NOT: Final = re.compile(
    r"\b(?:not|never|no longer|cannot|without|nicht|nie|kein(?:e[nmrs]?)?|ohne)\b|n['’]t\b",
    re.IGNORECASE,
)
_ALIKE: Final = 0.4  # shared words of two passages that speak of the same thing


@dataclass(frozen=True, slots=True)
class Quote:
    """What is quoted of a section, as Markdown, and the whole section where that is more, else "";
    and the short answer that is read before it, as plain text, "" for none.
    """

    text: str
    section: str = ""
    short_answer: str = ""


def quote_from(
    article_id: int,
    *,
    anchor: str,
    passage: str,
    question: str,
    heading: str = "",
) -> Quote | None:
    """A section of a public article, by its anchor; None if it is public no longer. One query.

    Its short answer is found by its `heading`, "" for what stands before the first one.
    """
    version = ArticleVersion.objects.filter(
        pk__in=Article.objects.public().filter(pk=article_id).values("published")
    ).first()
    if version is None:
        return None
    found = quote(version.body, anchor=anchor, passage=passage, question=question)
    short = short_answers.of_section(version.short_answers, title=version.title, heading=heading)
    return replace(found, short_answer=short)


def quote(body: str, *, anchor: str, passage: str, question: str) -> Quote:
    """The section of `body` that a found passage is from: whole, or the blocks that answer."""
    blocks = _blocks(tame(body))
    section = [block for block in blocks if block.anchor == anchor]
    if not _found(section, passage):  # it has been rewritten, or its heading renamed
        section = [block for block in blocks if block.section in _sections(_found(blocks, passage))]
    if not section:
        return Quote(passage)
    if sum(block.words for block in section) <= WHOLE:
        shown = section
    else:
        shown = _found(section, passage)
        if sum(block.words for block in shown) > WORDS:
            shown = _fewer(shown, question)
    text = _joined([_with_fewer_rows(block, question) for block in shown])
    whole = _joined(section)
    return Quote(text, "" if text == whole else whole)


def contradiction(one: str, other: str) -> str:
    """In which words two passages about the same say different things; "" where they do not."""
    mine, theirs = _content(one), _content(other)
    if not mine or not theirs or len(mine & theirs) < _ALIKE * min(len(mine), len(theirs)):
        return ""
    first, second = _amounts(one), _amounts(other)
    for unit in first.keys() & second.keys():
        if not first[unit] & second[unit]:
            return f"{min(first[unit])} {unit} / {min(second[unit])} {unit}"
    negations = [found.group() for text in (one, other) if (found := _NOT.search(text))]
    return f"“{negations[0]}” is in one only" if len(negations) == 1 else ""


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph, list, table or piece of code under one heading."""

    kind: str  # "paragraph_open", "ordered_list_open", "fence" and so on, as the parser says
    section: int
    anchor: str  # of the heading above it; "" for what stands before the first one
    text: str  # as it was written
    plain: str

    @property
    def words(self) -> int:
        return len(_WORD.findall(self.plain))

    @property
    def is_list(self) -> bool:
        return self.kind in ("ordered_list_open", "bullet_list_open")


@lru_cache(maxsize=64)  # articles that many ask for
def _blocks(body: str) -> tuple[_Block, ...]:
    lines = body.split("\n")
    tokens = parse(body)
    section, anchor = 0, ""
    found = []
    for index, token in enumerate(tokens):
        if token.level or not token.map or token.nesting < 0:
            continue
        if token.type == "heading_open":
            section, anchor = section + 1, str(token.attrs.get("id", ""))
            continue
        text = "\n".join(lines[token.map[0] : token.map[1]]).strip("\n")
        found.append(_Block(token.type, section, anchor, text, _plain(tokens, index)))
    return tuple(found)


def _plain(tokens: Sequence[Token], start: int) -> str:
    """The words of the block that begins at `start`."""
    first = tokens[start]
    if first.nesting == 0:
        return first.content
    found = []
    for token in tokens[start + 1 :]:
        if token.level <= first.level and token.nesting < 0:
            break
        if token.type == "inline":
            found.append(plain(token))
        elif token.content:
            found.append(token.content)
    return "\n".join(found)


def _found(blocks: Sequence[_Block], passage: str) -> list[_Block]:
    """The blocks that a passage was made of: neighbours under one heading."""
    there = _words(passage)
    shares = [
        len(words & there) / len(words) if (words := _words(block.plain)) else 0.0
        for block in blocks
    ]
    held = [
        index
        for index, (block, share) in enumerate(zip(blocks, shares, strict=True))
        # Of a long block the passage is a part, so that it is the passage that has to be in it.
        if share >= _PART or (there and len(_words(block.plain) & there) >= 0.8 * len(there))
    ]
    if not held:
        return []
    best = max(held, key=lambda index: len(_words(blocks[index].plain) & there))
    first = last = best
    while first - 1 in held and blocks[first - 1].section == blocks[best].section:
        first -= 1
    while last + 1 in held and blocks[last + 1].section == blocks[best].section:
        last += 1
    return list(blocks[first : last + 1])


def _joined(blocks: Sequence[_Block]) -> str:
    return "\n\n".join(block.text for block in blocks)


def _sections(blocks: Sequence[_Block]) -> set[int]:
    return {block.section for block in blocks}


def _fewer(blocks: Sequence[_Block], question: str) -> list[_Block]:
    """The block that answers best with what belongs to it, and of long text the best sentences."""
    fits = ranking.shared(question, [block.plain for block in blocks])
    best = max(range(len(blocks)), key=lambda index: (fits[index], -index))
    chosen = [best]
    belongs = blocks[best].is_list or blocks[best].kind in ("fence", "code_block", "table_open")
    if belongs and best and not blocks[best - 1].is_list:
        chosen.insert(0, best - 1)  # what introduces a list, a table or code
    elif not belongs and best + 1 < len(blocks) and blocks[best].plain.rstrip().endswith(":"):
        chosen.append(best + 1)
    return [_shortened(blocks[index], question) for index in chosen]


def _shortened(block: _Block, question: str) -> _Block:
    if block.kind == "paragraph_open" and block.words > WORDS:
        text = _best_sentences(block.text, question)
        return replace(block, text=text, plain=text)
    if block.is_list and block.words > LONGEST_LIST:
        text = _whole_items(block.text)
        return replace(block, text=text, plain=text)
    return block


def _with_fewer_rows(block: _Block, question: str) -> _Block:
    """Of a long table the head, and the rows that have what only few have of the question."""
    head, rows = block.text.split("\n")[:2], block.text.split("\n")[2:]
    if block.kind != "table_open" or len(rows) <= LONGEST_TABLE:
        return block
    fits = ranking.shared(question, rows)
    kept = [row for row, fit in zip(rows, fits, strict=True) if fit > _ROW * max(fits)]
    if not kept or len(kept) > len(rows) / 2:
        return block
    text = "\n".join([*head, *kept])
    return replace(block, text=text, plain=text)


def _best_sentences(text: str, question: str) -> str:
    """Neighbouring sentences of at most `WORDS` words that have most of the question."""
    sentences = _SENTENCE_END.split(text)
    sizes = [len(_WORD.findall(sentence)) for sentence in sentences]
    fits = ranking.shared(question, sentences)
    best, span = -1.0, (0, 1)
    for start in range(len(sentences)):
        end, size = start, 0
        while end < len(sentences) and (end == start or size + sizes[end] <= WORDS):
            size += sizes[end]
            end += 1
        if (fit := sum(fits[start:end])) > best:
            best, span = fit, (start, end)
    return " ".join(sentences[span[0] : span[1]])


def _whole_items(text: str) -> str:
    """The first items of a long list, each whole."""
    kept: list[str] = []
    words = 0
    for line in text.split("\n"):
        starts = bool(line) and not line[0].isspace()
        if starts and words > LONGEST_LIST:
            break
        kept.append(line)
        words += len(_WORD.findall(line))
    return "\n".join(kept)


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))


def _content(text: str) -> set[str]:
    return {word for word in _words(text) if len(word) > 3}


def _amounts(text: str) -> dict[str, set[str]]:
    """Unit: the numbers that stand before it."""
    found: dict[str, set[str]] = {}
    for number, unit in _AMOUNT.findall(text):
        found.setdefault(unit.casefold().rstrip("s"), set()).add(number)
    return found
