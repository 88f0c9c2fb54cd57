"""HTML of a mail as a sequence of tags and texts that always match, in one pass over it.

This is for reading, not for safety: what is shown is made safe by tickets.email.reading.sanitising.
What is opened is closed, nothing is deeper than DEEPEST, and no step looks at more than the tags
that are open; so whatever the HTML is, the work grows with its length and no faster.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

LARGEST = 300_000  # characters that are read
MOST_TAGS = 40_000
DEEPEST = 60

VOID = frozenset(("br", "hr", "img", "col", "wbr"))
# What closes an open <p>, as in a browser.
BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "center", "dd", "details", "dir"),
        *("div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1"),
        *("h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "menu", "nav", "ol"),
        *("p", "pre", "section", "table", "ul"),
    )
)
KEPT = (BLOCKS - {"form", "fieldset"}) | frozenset(
    (
        *("a", "abbr", "b", "big", "caption", "cite", "code", "col", "colgroup", "del"),
        *("dfn", "em", "font", "i", "img", "ins", "kbd", "mark", "q", "s", "samp", "small"),
        *("span", "strike", "strong", "sub", "sup", "tbody", "td", "tfoot", "th", "thead"),
        *("tr", "tt", "u", "var", "br", "wbr"),
    )
)
# What is inside is no text that anybody sees.
_SILENT = frozenset(
    (
        *("script", "style", "title", "iframe", "noembed", "noframes", "object", "applet"),
        *("svg", "math", "template", "xmp", "video", "audio", "select", "canvas"),
    )
)
# An opening tag closes these, unless one of the others stands between.
_ENDS = {
    "li": ({"li"}, {"ul", "ol", "menu", "dir"}),
    "dt": ({"dt", "dd"}, {"dl"}),
    "dd": ({"dt", "dd"}, {"dl"}),
    "td": ({"td", "th"}, {"table"}),
    "th": ({"td", "th"}, {"table"}),
    "tr": ({"tr"}, {"table"}),
    "tbody": ({"tbody", "thead", "tfoot"}, {"table"}),
    "thead": ({"tbody", "thead", "tfoot"}, {"table"}),
    "tfoot": ({"tbody", "thead", "tfoot"}, {"table"}),
    "a": ({"a"}, {"td", "th"}),
}
_CELLS = frozenset(("td", "th", "table"))

_TAG = re.compile(
    r"""<(/?)([a-zA-Z][^\s/>]{0,60}+)((?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+)*+)>"""
)
_ATTRIBUTE = re.compile(
    r"""([^\s=/>"']{1,60}+)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>]*+)))?+"""
)
_MOST_ATTRIBUTES = 40
_LONGEST_VALUE = 4_000
_LONGEST_IMAGE = 400_000  # of one that stands in the HTML itself


@dataclass(frozen=True, slots=True)
class Tag:
    """An opening tag that is kept."""

    name: str
    attributes: dict[str, str]

    @property
    def names(self) -> frozenset[str]:
        """Its classes and its id, in lower case, without what Outlook puts before those of others."""
        said = f"{self.attributes.get('class', '')} {self.attributes.get('id', '')}".lower()
        return frozenset(one.removeprefix("x_") for one in said.split())

    @property
    def style(self) -> str:
        """What its style says, in lower case and without spaces."""
        return "".join(self.attributes.get("style", "").lower().split())


@dataclass(frozen=True, slots=True)
class End:
    """The end of the innermost tag that is open; it is of this name."""

    name: str


Piece = Tag | End | str


@dataclass(slots=True)
class Markup:
    """The pieces of some HTML. `is_cut`: there was more of it than is read."""

    pieces: list[Piece] = field(default_factory=list)
    is_cut: bool = False


def read(source: str) -> Markup:
    """The pieces of some HTML, well nested."""
    building = _Building()
    for piece in _found(source[:LARGEST]):
        if isinstance(piece, str):
            building.pieces.append(piece)
        elif isinstance(piece, Tag):
            building.open(piece)
        else:
            building.close(piece.name)
        if building.tags >= MOST_TAGS:
            break
    is_cut = building.tags >= MOST_TAGS or len(source) > LARGEST
    building.close_down_to(0)
    return Markup(building.pieces, is_cut)


class _Building:
    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.stack: list[str] = []
        self.left_out: Counter[str] = Counter()  # too deep: their ends end nothing
        self.tags = 0

    def open(self, tag: Tag) -> None:
        self.tags += 1
        name = tag.name
        if name in VOID:
            self.pieces.append(tag)
            return
        if name in BLOCKS:
            self._end({"p"}, _CELLS)
        if name in _ENDS:
            self._end(*_ENDS[name])
        if len(self.stack) >= DEEPEST:
            self.left_out[name] += 1
            return
        self.stack.append(name)
        self.pieces.append(tag)

    def close(self, name: str) -> None:
        self.tags += 1
        if name == "br":
            self.pieces.append(Tag("br", {}))
        elif self.left_out[name]:
            self.left_out[name] -= 1
        elif name not in VOID:
            self._end({name}, set() if name in _ENDS or name in _CELLS else _CELLS)

    def _end(self, names: set[str], barriers: set[str] | frozenset[str]) -> None:
        for place in range(len(self.stack) - 1, -1, -1):
            if self.stack[place] in names:
                self.close_down_to(place)
                return
            if self.stack[place] in barriers:
                return

    def close_down_to(self, depth: int) -> None:
        while len(self.stack) > depth:
            self.pieces.append(End(self.stack.pop()))


def _found(source: str) -> Iterator[Piece]:
    """Texts, decoded, and kept tags, as they stand."""
    endless: set[str] = set()  # what begins and has no end from here on
    text_from = position = 0
    while (position := source.find("<", position)) >= 0:
        end = _passed_over(source, position, endless)
        tag = None
        if end is None:
            tag = _TAG.match(source, position)
            if tag is None:
                if source.find(">", position) < 0:
                    break  # no tag ends any more: the rest is text
                position += 1
                continue
            end = tag.end()
        if text_from < position:
            yield html.unescape(source[text_from:position])
        text_from = position = end
        if tag is None:
            continue
        name = tag[2].lower()
        if name in KEPT:
            yield End(name) if tag[1] else Tag(name, _attributes(name, tag[3]))
        elif name in _SILENT and not tag[1] and not tag[3].endswith("/") and name not in endless:
            closing = re.compile(f"</{name}[^>]*+>", re.IGNORECASE).search(source, position)
            if closing is None:
                endless.add(name)
            else:
                text_from = position = closing.end()
    if text_from < len(source):
        yield html.unescape(source[text_from:])


def _passed_over(source: str, position: int, endless: set[str]) -> int | None:
    """Where a comment or a declaration ends that begins here; None if none does.

    One without an end would hide the rest of the mail: only its sign is passed over.
    """
    for sign, ending in (("<!--", "-->"), ("<!", ">"), ("<?", ">")):
        if source.startswith(sign, position):
            end = -1 if sign in endless else source.find(ending, position + 2)
            if end < 0:
                endless.add(sign)
                return position + len(sign)
            return end + len(ending)
    return None


def _attributes(name: str, said: str) -> dict[str, str]:
    if not said or said.isspace():
        return {}
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(said):
        value = match[2] or match[3] or match[4] or ""
        longest = _LONGEST_IMAGE if name == "img" and value[:5] == "data:" else _LONGEST_VALUE
        if len(value) <= longest:
            found.setdefault(match[1].lower(), html.unescape(value) if "&" in value else value)
        if len(found) >= _MOST_ATTRIBUTES:
            break
    return found
