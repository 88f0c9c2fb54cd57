"""Markdown as HTML that does nothing."""

import re
import time
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import product

import pytest
from django.test import override_settings

from knowledgebase import markdown
from knowledgebase.markdown import page, render, render_excerpt, render_message

# Ways to write an address of another site, as browsers read them.
OTHER_SITES = [
    "https://evil.example/p.png",
    "HTTP://evil.example/p.png",
    "https:evil.example/p.png",
    "//evil.example/p.png",
    "///evil.example/p.png",
    "/\\evil.example/p.png",
    "\\\\evil.example/p.png",
    "\\/evil.example/p.png",
    "/&#9;/evil.example/p.png",
    "/&#10;\\evil.example/p.png",
    "&#1; //evil.example/p.png",
]
ADDRESSES = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "&#106;avascript:alert(1)",
    "javascript&colon;alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD4=",
    "data:image/svg+xml,<svg onload=alert(1)>",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    " javascript:alert(1)",
    "\x01javascript:alert(1)",
    "blob:https://kestrelmoor.example/x",
    *OTHER_SITES,
]
PLACES = [
    "[x]({})",
    "[x](<{}>)",
    "![x]({})",
    "<{}>",
    "[x]: {}\n\n[x]",
    '<a href="{}">x</a>',
    '<img src="{}">',
    '<svg><use href="{}"></svg>',
    '<iframe src="{}"></iframe>',
    '<form action="{}"><button>x</button></form>',
    '<object data="{}"></object>',
    '<math><mi xlink:href="{}">x</mi></math>',
]
TAGS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example></script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<body onload=alert(1)>",
    "<style>@import 'https://evil.example'</style>",
    '<p style="position:fixed;background:url(https://evil.example)">x</p>',
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<details open ontoggle=alert(1)>x</details>",
    "<input autofocus onfocus=alert(1)>",
    "<a href='x' onclick='alert(1)'>x</a>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href=https://evil.example>",
    "<link rel=stylesheet href=https://evil.example>",
    "<h2 id=main name=x>x</h2>",
    "`<img src=x onerror=alert(1)>`",
    '[x](/a "onmouseover=alert(1)")',
    '[x](/a "\\" onmouseover=alert(1) \\"")',
    "<!--><img src=x onerror=alert(1)>-->",
    "<template><script>alert(1)</script></template>",
    "<xmp><p title='</xmp><img src=x onerror=alert(1)>'>",
]
CORPUS = [place.format(address) for place, address in product(PLACES, ADDRESSES)] + [
    wrapped.format(tag)
    for wrapped, tag in product(["{}", "- {}", "> {}", "| a |\n|-|\n| {} |", "# {}"], TAGS)
]


class Walk(HTMLParser):
    """Every tag and attribute that a browser would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]


def leaves(address: str) -> bool:
    """Whether a browser asks another site for it (WHATWG URL: control characters, slashes)."""
    seen = re.sub(r"[\t\n\r]", "", address.lstrip("".join(map(chr, range(33)))))
    return re.match(r"[a-z][a-z0-9+.-]*:|[/\\]{2}", seen, re.IGNORECASE) is not None


def inert(html: str) -> None:
    walk = Walk(html)
    assert walk.tags <= markdown._ARTICLE_TAGS
    for tag, name, value in walk.attributes:
        assert name in {
            "href",
            "src",
            "title",
            "alt",
            "rel",
            "id",
            "class",
            "start",
            "width",
            "height",
            "tabindex",
        }
        if name == "tabindex":
            assert (tag, value) == ("table", "0")
        if name == "href" and leaves(value):
            scheme = re.match(r"\s*[\w+.-]*:", value)
            assert not scheme or scheme[0].lower() in {"https:", "http:", "mailto:", "tel:"}
        if name == "src":
            assert not leaves(value), tag
        if name == "id":
            assert value.startswith("section-")


@pytest.mark.parametrize("text", CORPUS)
def test_hostile_markdown_is_inert(text: str) -> None:
    assert len(CORPUS) > 200
    inert(render(text))
    message = render_message(text)
    inert(message)
    assert not Walk(message).tags & {"img", "h1", "h2"}
    excerpt = render_excerpt(text)
    inert(excerpt)
    assert not Walk(excerpt).tags & {"img", "h1", "h2", "details"}


@pytest.mark.parametrize(
    "text",
    [
        "[" * 50_000,
        "[" * 50_000 + "]" * 50_000,
        "[]" * 25_000,
        "![" * 50_000,
        "*" * 50_000,
        "`" * 50_000,
        "> " * 25_000,
        ">" * 50_000,
        "<" * 50_000,
        "(" * 50_000,
        "![](" * 12_500,
    ],
)
def test_deep_nesting_costs_no_time(text: str) -> None:
    for make in (render, render_message, render_excerpt.__wrapped__):
        times = []
        for _ in range(2):
            started = time.perf_counter()
            inert(make(text))
            times.append(time.perf_counter() - started)
        assert min(times) <= 0.2


@pytest.mark.parametrize(
    "text", ["</a>" * 250_000, "<div>" * 200_000, "a_" * 50_000, "[x](" * 50_000]
)
def test_a_megabyte_of_marks_does_not_hang(text: str) -> None:
    started = time.process_time()
    inert(render_message(text))
    inert(render(text))
    assert time.process_time() - started < 20


def test_a_link_that_leaves_says_nothing_of_where_it_came_from() -> None:
    html = render(
        '[out](https://kestrelmoor.example/x "t") [in](/help/a/) [#](#section-x) //e.example'
    )
    rel = ' rel="noopener noreferrer nofollow"'
    assert f'<a href="https://kestrelmoor.example/x" title="t"{rel}>out</a>' in html
    assert '<a href="/help/a/">in</a> <a href="#section-x">#</a>' in html
    assert f"{rel}>x</a>" in render("[x](//evil.example)")
    assert f"{rel}>x</a>" in render('<a href="https://evil.example">x</a>')


@pytest.mark.parametrize("address", OTHER_SITES)
def test_another_site_is_asked_for_no_picture_and_a_link_to_it_is_told_apart(address: str) -> None:
    for make in (render, render_excerpt, render_message):
        for text in (f"![map]({address})", f'<img src="{address}" alt="map">'):
            walk = Walk(make(text))
            assert not any(leaves(value) for _tag, name, value in walk.attributes if name == "src")
    html = render(f'<a href="{address}">x</a>')
    assert 'rel="noopener noreferrer nofollow"' in html


def test_headings_have_anchors_of_their_own() -> None:
    made = page(1, "# Care\n\n## Cold *water*\n\n## Cold water\n\n## \u6d17\u3046")
    assert [(h.level, h.text, h.anchor) for h in made.headings] == [
        (1, "Care", "section-care"),
        (2, "Cold water", "section-cold-water"),
        (2, "Cold water", "section-cold-water-2"),
        (2, "\u6d17\u3046", "section-text"),
    ]
    assert '<h2 id="section-cold-water-2">' in made.html


def test_a_message_keeps_its_lines_and_links_and_shows_everything_else_as_typed() -> None:
    html = render_message("Hi,\n# 5 poles\n- one\n---\n<b>x</b> https://kestrelmoor.example/a?b=1.")
    assert "Hi,<br>\n# 5 poles" in html
    assert "&lt;b&gt;x&lt;/b&gt;" in html
    assert 'href="https://kestrelmoor.example/a?b=1"' in html
    assert "[1]: " in render_message("[1]: https://kestrelmoor.example")
    assert "<li>one<br>" in html


@pytest.mark.parametrize("make", [render, render_excerpt])
def test_a_table_is_aligned_without_style_attributes(make: Callable[[str], str]) -> None:
    assert '<td class="align-right">2</td>' in make("|a|b|\n|-|-:|\n|1|2|")


def test_an_excerpt_flows_as_its_article_and_leaves_headings_and_pictures_out() -> None:
    html = render_excerpt(
        "## Fees\n\n![A map](/media/map.png)\nPress <kbd>Ctrl</kbd>,\nthen **pay**."
    )
    assert Walk(html).tags == {"p", "kbd", "strong"}
    assert "Press <kbd>Ctrl</kbd>,\nthen" in html


def test_a_link_to_a_heading_leads_to_the_article_that_the_excerpt_is_of() -> None:
    html = render_excerpt("[fees](#section-fees) [out](https://kestrelmoor.example/#x)", "/help/a/")
    assert '<a href="/help/a/#section-fees">fees</a>' in html
    assert 'href="https://kestrelmoor.example/#x"' in html


def test_the_page_of_a_version_is_rendered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = page(7, "# One")
    monkeypatch.setattr(markdown, "_page", lambda text: pytest.fail("rendered again"))
    assert page(7, "# One") == first
    assert type(page(7, "# One").html) is type(first.html)


@override_settings(
    CACHES={
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
)
def test_a_page_is_rendered_without_the_cache() -> None:
    assert page(8, "Text").html == "<p>Text</p>\n"


def test_a_table_can_be_scrolled_with_the_keys() -> None:
    text = "| Where | Price |\n|---|---|\n| Norway | £18.00 |"
    for html in (render(text), render_excerpt(text)):
        assert '<table tabindex="0">' in html
