"""Markdown as safe HTML: articles with headings and pictures, excerpts and messages without either."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final
from urllib.parse import urlsplit

import nh3
from django.utils.html import escape, linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from knowledgebase import cache

# Raise it when the same text is to give other HTML: the stored pages are then made anew.
RENDERING: Final = 3
KEPT_SECONDS: Final = 7 * 24 * 3600

_REL: Final = "noopener noreferrer nofollow"
_SCHEMES: Final = {"http", "https", "mailto", "tel"}
_MESSAGE_TAGS: Final = {
    *("p", "br", "a", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
_EXCERPT_TAGS: Final = _MESSAGE_TAGS | {
    *("kbd", "sub", "sup", "del", "b", "i", "dl", "dt", "dd"),
}
_ARTICLE_TAGS: Final = _EXCERPT_TAGS | {
    *("h1", "h2", "h3", "h4", "h5", "h6", "hr", "img", "details", "summary"),
}
_ACTIVE: Final = re.compile(r"[\\`*_\[\]<>&~#|]")
_BEGINS_BLOCK: Final = re.compile(r"^[-+=]|(?<=^\d)[.)]|(?<=^\d\d)[.)]")
_ALIGNMENTS: Final = {"left", "center", "right"}
_CLASSES: Final = re.compile(r"(language-[\w+#.-]{1,30}|align-(left|center|right))")
_PASSED_OVER: Final = re.compile(r"[\x00-\x20]")
_OTHER_HOST: Final = re.compile(r"[/\\]{2}")
_BARE_URL: Final = re.compile(r"https?://[^\s<>\"'`\\^{|}]{1,2000}", re.IGNORECASE)
# Brackets and quote marks nested deeper than any person writes make every parser slow.
_DEEP: Final = re.compile(r"([\[\]()!*_~`<>&]{100})[\[\]()!*_~`<>&]+")
_DEEP_QUOTES: Final = re.compile(r"^((?:[ \t]*>){20})(?:[ \t]*>)+", re.MULTILINE)
# Beyond these, links and tags are shown as they were typed: a bracket takes 10 us to parse, and the
# time of nested tags grows with their square (0.1 s at 5,000, 40 s at 100,000).
_MOST_BRACKETS: Final = 3_000
_MOST_TAGS: Final = 5_000
_LONGEST_MESSAGE: Final = 20_000
_SHORT_MESSAGE: Final = 4_000  # what is kept rendered
_TABLE: Final = '<table tabindex="0">'
_TABLE_OF_MAILS: Final = '<table border="1" cellpadding="6" style="border-collapse:collapse">'
_TAG: Final = re.compile(r"""(<(?:[^<>"']|"[^"]*"|'[^']*')*>)""")
_AS_IT_IS: Final = re.compile(r"</?(?:a|code|pre)\b")
_REL_OF_OWN_LINK: Final = re.compile(
    rf'(<a (?:title="[^"<>]*" )?href="(?:#|/(?![/\\\s]))[^"<>]*"(?: title="[^"<>]*")?) rel="{_REL}"'
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of an article, its level (1 to 6) and the anchor it has in the page."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Page:
    """An article as HTML, with its headings for a table of contents."""

    html: SafeString
    headings: tuple[Heading, ...]


def is_external(url: str) -> bool:
    """Whether a browser leaves this site for an address, or it cannot be read at all.

    A browser passes over tabs and line ends, and reads a backslash as a slash and any number of
    slashes as two (WHATWG URL, 4.4), so that `/\\evil.example` and `///evil.example` are other sites.
    """
    url = _PASSED_OVER.sub("", url)
    try:
        return _OTHER_HOST.match(url) is not None or bool(urlsplit(url).scheme)
    except ValueError:
        return True


def tame(text: str) -> str:
    """The text with line ends as \\n, no NUL, and no nesting that only an attack has."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return _DEEP_QUOTES.sub(r"\1", _DEEP.sub(r"\1", text))


def plain(inline: Token | None) -> str:
    """The words of an inline token, without marks, tags and addresses."""
    if inline is None:
        return ""
    parts: list[str] = []
    for child in inline.children or []:
        if child.type in {"text", "code_inline"}:
            parts.append(child.content)
        elif child.type in {"softbreak", "hardbreak"}:
            parts.append(" ")
        elif child.type == "image":
            parts.append(child.content)
        elif child.type == "html_inline" and child.content.lower().startswith("<br"):
            parts.append(" ")
    return " ".join("".join(parts).split())


def _too_dense(text: str) -> bool:
    return text.count("[") > _MOST_BRACKETS or text.count("<") > _MOST_TAGS


def parse(text: str) -> list[Token]:
    """The tokens of an article; each heading carries its anchor as `id`."""
    text = tame(text)
    return (_DENSE if _too_dense(text) else _ARTICLE).parse(text)


def as_markdown(text: str) -> str:
    """Plain text as Markdown that shows exactly this text: nothing in it is markup."""
    escaped = _ACTIVE.sub(r"\\\g<0>", text)
    return _BEGINS_BLOCK.sub(r"\\\g<0>", escaped)


def headings(tokens: Sequence[Token]) -> Iterator[Heading]:
    """The headings among tokens that `parse` made."""
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            words = plain(inline)
            if words:
                yield Heading(int(opening.tag[1]), words, str(opening.attrs.get("id", "")))


def render(text: str) -> SafeString:
    """An article's Markdown as HTML that may be shown to anyone."""
    return _page(text).html


def render_message(text: str) -> SafeString:
    """What a person wrote, as HTML: line breaks, links, tables; no headings, pictures or tags."""
    # Whoever else looks at it sees the same, and many are told the same.
    return _kept(text) if len(text) <= _SHORT_MESSAGE else _rendered(text)


def render_mail(text: str) -> SafeString:
    """The same as it stands in a mail, which brings no style sheet: a table has its lines in itself."""
    html = render_message(text).replace(_TABLE, _TABLE_OF_MAILS)
    return mark_safe(html)  # noqa: S308 - it was safe, and the lines are ours


def render_naming(text: str, names: Iterable[str]) -> SafeString:
    """The same, where some people are named with an @: each name is marked in the text that is read.

    Not in links or in code, and nowhere in what a browser takes for markup.
    """
    html = render_message(text)
    wanted = sorted(names, key=len, reverse=True)
    if not wanted:
        return html
    named = re.compile("|".join(re.escape(f"@{escape(name)}") for name in wanted), re.IGNORECASE)
    pieces, inside = [], 0
    for piece in _TAG.split(html):
        if piece.startswith("<"):
            if _AS_IT_IS.match(piece):
                inside += -1 if piece[1] == "/" else 1
        elif not inside:
            piece = named.sub(r'<span class="mention">\g<0></span>', piece)
        pieces.append(piece)
    return mark_safe("".join(pieces))  # noqa: S308 - the names are escaped, the rest was safe


@lru_cache(maxsize=256)  # many are told the same
def render_excerpt(text: str, address: str = "", *, site: str = "") -> SafeString:
    """A piece of an article as it stands in a conversation: with its tables, without pictures.

    `address` is that of the article, where links to its own headings lead. `site` stands before
    links within the help centre, for what is read elsewhere.
    """
    text = tame(text)
    parser = _DENSE if _too_dense(text) else _ARTICLE
    html = _clean(str(parser.render(text)), tags=_EXCERPT_TAGS)
    linked = html.replace('href="#', f'href="{address}#').replace('href="/', f'href="{site}/')
    return mark_safe(linked)  # noqa: S308 - cleaned, with addresses of ours


def _rendered(text: str) -> SafeString:
    text = tame(text)
    if len(text) > _LONGEST_MESSAGE or _too_dense(text):
        return mark_safe(linebreaks(text, autoescape=True))  # noqa: S308 - escaped just here
    return _clean(_MESSAGE.render(text), tags=_MESSAGE_TAGS)


_kept = lru_cache(maxsize=1024)(_rendered)


def page(version_id: int, text: str) -> Page:
    """The page of a stored version, which never changes, so that it is rendered once."""
    key = f"knowledgebase:page:{RENDERING}:{version_id}"
    kept = cache.get_many([key]).get(key)
    if isinstance(kept, Page):
        return kept
    made = _page(text)
    cache.set_many({key: made}, seconds=KEPT_SECONDS)
    return made


def _page(text: str) -> Page:
    tokens = parse(text)
    html = str(_ARTICLE.renderer.render(tokens, _ARTICLE.options, {}))
    return Page(html=_clean(html, tags=_ARTICLE_TAGS), headings=tuple(headings(tokens)))


def _clean(html: str, *, tags: set[str]) -> SafeString:
    attributes = {
        "a": {"href", "title"},
        "img": {"src", "alt", "title", "width", "height"},
        "code": {"class"},
        "ol": {"start"},
        **{cell: {"class"} for cell in ("th", "td")},
        **{f"h{level}": {"id"} for level in range(1, 7)},
    }
    cleaned = nh3.clean(
        html,
        tags=tags,
        attributes={tag: names for tag, names in attributes.items() if tag in tags},
        attribute_filter=_attribute,
        url_schemes=_SCHEMES,
        link_rel=_REL,
        # A table scrolls where it finds no room, and who has no mouse scrolls it with the keys.
        set_tag_attribute_values={"table": {"tabindex": "0"}} if "table" in tags else None,
    )
    return mark_safe(_REL_OF_OWN_LINK.sub(r"\1", cleaned))  # noqa: S308 - nh3 left what is listed


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "class":
        return value if _CLASSES.fullmatch(value) else None
    if tag == "img" and name == "src":
        # A picture of another site would tell it who reads; the description is shown instead.
        return None if is_external(value) else value
    if name == "id":
        return value if value.startswith("section-") else None
    return value


def _own_attributes(state: StateCore) -> None:
    """Anchors for headings, and classes instead of style attributes."""
    seen: dict[str, int] = {}
    previous: Token | None = None
    for token in state.tokens:
        if previous is not None and previous.type == "heading_open":
            stem = "section-" + (slugify(plain(token))[:60].strip("-") or "text")
            seen[stem] = seen.get(stem, 0) + 1
            number = seen[stem]
            previous.attrSet("id", stem if number == 1 else f"{stem}-{number}")
        style = str(token.attrs.pop("style", ""))
        alignment = style.removeprefix("text-align:")
        if alignment in _ALIGNMENTS:
            token.attrSet("class", f"align-{alignment}")
        previous = token


def _link_bare_urls(state: StateCore) -> None:
    """Addresses that were only written down become links, outside of links and code."""
    for block in state.tokens:
        if block.type != "inline" or "://" not in block.content:
            continue
        children: list[Token] = []
        inside = 0
        for child in block.children or []:
            inside += {"link_open": 1, "link_close": -1}.get(child.type, 0)
            if child.type == "text" and not inside:
                children.extend(_with_links(child.content))
            else:
                children.append(child)
        block.children = children


def _with_links(text: str) -> Iterator[Token]:
    end = 0
    for match in _BARE_URL.finditer(text):
        url = match.group().rstrip(".,:;!?")
        if url.endswith(")") and "(" not in url:
            url = url.rstrip(").,:;!?")
        yield Token("text", "", 0, content=text[end : match.start()])
        yield Token("link_open", "a", 1, attrs={"href": url})
        yield Token("text", "", 0, content=url)
        yield Token("link_close", "a", -1)
        end = match.start() + len(url)
    yield Token("text", "", 0, content=text[end:])


def _parser(*, message: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": not message, "breaks": message, "maxNesting": 20})
    parser.enable(["strikethrough", "table"])
    if message:
        unwanted = ("heading", "lheading", "hr", "code", "reference", "html_block")
        parser.disable([*unwanted, "image", "html_inline"])
    parser.core.ruler.push("link_bare_urls", _link_bare_urls)
    parser.core.ruler.push("own_attributes", _own_attributes)
    return parser


_ARTICLE: Final = _parser(message=False)
_MESSAGE: Final = _parser(message=True)
_DENSE: Final = _parser(message=False).disable(
    ["link", "image", "reference", "autolink", "html_block", "html_inline", "entity"]
)
