"""HTML of a mail as lines of text, with what the client's own structure says of each line.

Clients mark what they quote and sign: `gmail_quote`, `<blockquote type="cite">`, `divRplyFwdMsg` ...
A blockquote that nothing marks is somebody's own means of style and stays theirs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tickets.email.reading.lines import Kind, Line
from tickets.email.reading.markup import BLOCKS, End, Piece, Tag

_QUOTES = frozenset(
    (
        *("yahoo_quoted", "tutanota_quote", "ms-outlook-mobile-reference-message", "zmail_extra"),
        *("mail-editor-reference-message-container", "replymessage", "bloop_original_html"),
    )
)
_QUOTE_CONTAINERS = frozenset(
    (
        *(
            "gmail_quote",
            "gmail_quote_container",
            "gmail_extra",
            "protonmail_quote",
            "mailru-blockquote",
        ),
        *("zmail_extra_hr", "sh-quoted-content", "moz-email-headers-table"),
    )
)
_ATTRIBUTIONS = frozenset(
    ("gmail_attr", "moz-cite-prefix", "lotusnotes-cite-prefix", "applemail-attribution")
)
# From here on to the end of the mail all is the mail before.
_REST = frozenset(("divrplyfwdmsg", "outlookmessageheader"))
_SIGNATURES = frozenset(
    (
        *(
            "gmail_signature",
            "gmail_signature_prefix",
            "moz-signature",
            "protonmail_signature_block",
        ),
        *(
            "ms-outlook-mobile-signature",
            "applemailsignature",
            "tutanota_signature",
            "yahoo_signature",
        ),
        "signature_block",
    )
)
_CITES = frozenset(("gmail_quote", "protonmail_quote", "mailru_quote", "iosymail", "quote"))
_NO_NAMES: frozenset[str] = frozenset()
_HIDDEN = ("display:none", "mso-hide:all", "visibility:hidden", "font-size:0px", "max-height:0")
_SPACE = re.compile(r"[ \t\r\n\f\xa0]+")
_PARAGRAPHS = frozenset(
    (
        *("p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table", "ul", "ol", "dl"),
        *("pre", "figure", "article", "section"),
    )
)
_LINES = BLOCKS | {"tr", "caption"}
_CITED = re.compile(r"border-left:[^;]*(?:solid|[1-9])")
_LONGEST_LINK = 500
_LONGEST_INDENT = 20
_LONGEST_ATTRIBUTION = 500


@dataclass(slots=True)
class _Level:
    """What an open tag means for the text in it."""

    name: str
    kind: Kind
    quotes: int = 0  # how many > stand before a line
    is_pre: bool = False
    link: str = ""
    number: int | None = None  # of the last item of an ordered list


def lines_of(pieces: list[Piece]) -> list[Line]:
    """The lines that somebody sees who looks at the mail, in their order."""
    rendering = _Rendering()
    for piece in pieces:
        if isinstance(piece, str):
            rendering.text(piece)
        elif isinstance(piece, Tag):
            rendering.open(piece)
        else:
            rendering.close(piece)
    rendering.end_line()
    return rendering.lines


class _Rendering:
    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.levels = [_Level("", Kind.OWN)]
        self.current: list[str] = []
        self.kind = Kind.OWN
        self.prefix = ""
        self.wants_gap = False
        self.link_from = 0
        self.rest = False  # everything from here on is the mail before
        self.has_cells = False
        self.container: int | None = None  # the line at which a client's quote began

    # --- what comes along

    def text(self, said: str) -> None:
        level = self.levels[-1]
        if level.is_pre:
            for number, line in enumerate(said.replace("\r\n", "\n").split("\n")):
                if number:
                    self.end_line(even_empty=True)
                self._add(line)
            return
        said = _SPACE.sub(" ", said)
        if not self.current or self.current[-1].endswith(" "):
            said = said.lstrip(" ")
        if said:
            self._add(said)

    def open(self, tag: Tag) -> None:
        name = tag.name
        if name == "br":
            self.end_line(even_empty=True)
        elif name == "img":
            self._image(tag)
        elif name == "hr":
            self.end_line()
        elif name not in ("wbr", "col"):
            self._level(tag)

    def close(self, end: End) -> None:
        level = self.levels.pop()
        if level.link:
            self._link(level.link)
        if level.name in _LINES:
            self.end_line()
        if level.name in _PARAGRAPHS:
            self.wants_gap = True

    def end_line(self, *, even_empty: bool = False) -> None:
        if not self.current and not even_empty:
            return
        line = "".join(self.current).rstrip()
        kind = self.kind if self.current else self._kind()
        self.lines.append(Line(f"{self.prefix}{line}" if self.current else "", kind))
        self.current, self.has_cells, self.link_from = [], False, 0

    # --- how it is understood

    def _kind(self) -> Kind:
        return Kind.QUOTED if self.rest else self.levels[-1].kind

    def _add(self, said: str) -> None:
        level = self.levels[-1]
        if not self.current:
            self._begin_line(level)
        elif (kind := self._kind()) is not self.kind and Kind.HIDDEN in (kind, self.kind):
            self.end_line()
            self._begin_line(level)
            said = said.lstrip(" ")
        self.current.append(said)

    def _begin_line(self, level: _Level) -> None:
        self.kind = self._kind()
        self.prefix = "> " * min(level.quotes, _LONGEST_INDENT)
        if self.wants_gap and self.lines and self.lines[-1].text.strip():
            self.lines.append(Line("", self.kind))
        self.wants_gap = False

    def _level(self, tag: Tag) -> None:
        name, outer = tag.name, self.levels[-1]
        if name in _LINES:
            self.end_line()
        if name in _PARAGRAPHS and not self._is_tight(tag):
            self.wants_gap = True
        level = _Level(name, outer.kind, outer.quotes, outer.is_pre or name == "pre")
        self._what_it_means(tag, level, outer)
        if name == "ol":
            level.number = 0
        elif name == "a":
            level.link = tag.attributes.get("href", "")[:_LONGEST_LINK]
            self.link_from = len(self.current)
        elif name in ("td", "th"):
            if self.has_cells and self.current and not self.current[-1].endswith("| "):
                self.current.append(" | ")
            self.has_cells = True
        self.levels.append(level)
        if name == "li":
            if outer.number is not None:
                outer.number += 1
            self._add(f"{outer.number}. " if outer.number is not None else "- ")

    def _what_it_means(self, tag: Tag, level: _Level, outer: _Level) -> None:
        """Whether the client marks the tag as a quote, a signature, hidden ..."""
        if not tag.attributes and tag.name != "blockquote":
            return
        style = tag.style if "style" in tag.attributes else ""
        names = tag.names if "class" in tag.attributes or "id" in tag.attributes else _NO_NAMES
        if names & _REST or ("border-top:solid" in style and "padding:3.0pt0" in style):
            self.end_line()
            self.rest = True
        elif any(one in style for one in _HIDDEN):
            level.kind = Kind.HIDDEN
        elif tag.name == "blockquote":
            is_cited = bool(
                tag.attributes.get("type", "").lower() == "cite"
                or "cite" in tag.attributes
                or names & _CITES
                or _CITED.search(style) is not None
            )
            level.quotes += 1
            if is_cited and outer.kind is not Kind.HIDDEN:
                self._name_the_quoted()
                level.kind = Kind.QUOTED
        elif names & _QUOTE_CONTAINERS:
            self.end_line()
            self.container = len(self.lines)
        elif names & _ATTRIBUTIONS:
            level.kind = Kind.ATTRIBUTION if outer.kind is Kind.OWN else outer.kind
        elif names & _QUOTES or tag.attributes.get("name", "").lower() == "quote":
            level.kind = Kind.QUOTED
        elif outer.kind is Kind.OWN and (
            names & _SIGNATURES or "gmail_signature" in tag.attributes.get("data-smartmail", "")
        ):
            level.kind = Kind.SIGNATURE

    def _name_the_quoted(self) -> None:
        """What stands in a client's quote before the first quoted line says whom it quotes."""
        if self.container is None:
            return
        lines = self.lines[self.container :]
        if sum(len(line.text) for line in lines) <= _LONGEST_ATTRIBUTION:
            for line in lines:
                if line.kind is Kind.OWN:
                    line.kind = Kind.ATTRIBUTION
        self.container = None

    @staticmethod
    def _is_tight(tag: Tag) -> bool:
        """A paragraph that leaves no room below it, as Outlook writes every line."""
        if tag.name != "p":
            return tag.name in ("table", "article", "section")
        return "msonormal" in tag.names or "margin:0" in tag.style or "margin-top:0" in tag.style

    def _image(self, tag: Tag) -> None:
        said = _SPACE.sub(" ", tag.attributes.get("alt", "")).strip()
        if not said or len(said) > 200:
            return
        self._add(said if not said.isascii() and len(said) < 8 else f"[{said}]")

    def _link(self, address: str) -> None:
        """The address after the text of a link, where they differ."""
        said = "".join(self.current[self.link_from :]).strip()
        scheme, _colon, rest = address.strip().partition(":")
        if not said or scheme.lower() not in ("http", "https", "mailto"):
            return
        plain = rest.removeprefix("//").removeprefix("www.").rstrip("/").lower()
        seen = said.lower().removeprefix("http://").removeprefix("https://").removeprefix("mailto:")
        if seen.removeprefix("www.").rstrip("/") == plain:
            return
        self.current.append(f" ({rest if scheme.lower() == 'mailto' else address.strip()})")
