"""HTML mails: readable as text, harmless to show."""

from __future__ import annotations

import pytest

from tests.tickets.reading.mails import html, mail, of_parts, part
from tickets.email.reading import read


def test_html_becomes_readable_text() -> None:
    found = html(
        "<style>p{color:red}</style><h1>Hello</h1><p>One<br>two&nbsp;&amp; three</p>"
        "<ul><li>a</li><li>b</li></ul><ol><li>x</li><li>y</li></ol>"
        "<table><tr><th>Item</th><th>Price</th></tr><tr><td>Tea</td><td>3</td></tr></table>"
        '<a href="https://x.example/a">here</a> <a href="https://x.example">x.example</a>'
    )
    assert found.said == (
        "Hello\n\nOne\ntwo & three\n\n- a\n- b\n\n1. x\n2. y\n\nItem | Price\nTea | 3\n\n"
        "here (https://x.example/a) x.example"
    )


@pytest.mark.parametrize(
    "attack",
    [
        "<script>evil()</script>",
        "<img src=x onerror=evil()>",
        "<svg onload=evil()><script>evil()</script></svg>",
        '<meta http-equiv="refresh" content="0;url=https://evil.example">',
        '<form action="https://evil.example"><input name=evil><button>go</form>',
        '<div style="position:fixed;inset:0;background:url(https://evil.example)">x</div>',
        '<a href="javascript:evil()">x</a>',
        '<a href=" java\nscript:evil()">x</a>',
        "<iframe src=https://evil.example></iframe>",
        "<style>@import url(https://evil.example)</style>",
        '<base href="https://evil.example">',
        '<link rel=stylesheet href="https://evil.example">',
        "<math><mtext><table><mglyph><style><img src=x onerror=evil()>",
        "<noscript><p title='</noscript><img src=x onerror=evil()>'>",
        '<img alt="x" data-cid="evil" src="https://good.example/a" srcset="https://evil.example 1x">',
        '<table background="https://evil.example"><tr><td>x</table>',
        "<video src=https://evil.example autoplay></video>",
        '<p class="evil" id="evil">x</p>',
    ],
)
def test_nothing_of_html_runs_loads_or_lies_over_the_page(attack: str) -> None:
    found = html(f"<p>Hi</p>{attack}")
    assert "evil" not in found.html
    for word in ("<script", "<style", "<form", "<iframe", "<svg", "style=", " src=", " on"):
        assert word not in found.html.lower()


def test_links_give_nothing_away() -> None:
    found = html('<a href="https://x.example/a?b=1&amp;c=2" target="_top">here</a>')
    assert 'href="https://x.example/a?b=1&amp;c=2"' in found.html
    assert 'rel="noopener noreferrer nofollow ugc"' in found.html
    assert "target" not in found.html


def test_remote_images_wait_and_trackers_are_left_out_and_named() -> None:
    found = html(
        '<img src="https://shop.example/logo.png" alt="Logo">'
        '<img src="https://spy.example/a.gif" width="1" height="1">'
        '<img src="https://hidden.example/b.png" style="display: none">'
        '<img src="https://mail.example/wf/open?u=1">'
    )
    assert found.remote_images == 1
    assert 'data-src="https://shop.example/logo.png"' in found.html
    assert found.trackers == ("spy.example", "hidden.example", "mail.example")
    assert "spy.example" not in found.html


def test_an_inline_image_is_named_and_is_a_file() -> None:
    raw = of_parts(
        part("text/html", '<p>Look</p><img src="cid:one@x">'),
        part(
            "image/png; name=a.png",
            "iVBORw0KGgo=",
            "Content-ID: <one@x>\r\nContent-Transfer-Encoding: base64\r\n",
        ),
        part(
            "image/png; name=b.png",
            "iVBORw0KGgo=",
            "Content-ID: <two@x>\r\nContent-Transfer-Encoding: base64\r\n",
        ),
        kind="related",
    )
    found = read(raw)
    assert 'data-cid="one@x"' in found.html
    assert [(one.name, one.content_id, one.is_inline) for one in found.files] == [
        ("a.png", "one@x", True),
        ("b.png", "two@x", False),
    ]
    assert found.files[0].content.startswith(b"\x89PNG")


def test_an_image_in_the_html_itself_becomes_a_file() -> None:
    found = html(
        '<img src="data:image/png;base64,iVBORw0KGgo="><img src="data:text/html;base64,eA==">'
    )
    assert [(one.content_type, one.is_inline) for one in found.files] == [("image/png", True)]
    assert f'data-cid="{found.files[0].content_id}"' in found.html
    assert "data:" not in found.html


def test_of_two_forms_of_one_text_it_is_said_once() -> None:
    raw = of_parts(
        part("text/plain", "Hello"), part("text/html", "<p>Hello</p>"), kind="alternative"
    )
    found = read(raw)
    assert (found.said, found.folded, found.files) == ("Hello", "", ())


def test_html_that_says_nothing_leaves_the_plain_text() -> None:
    text = "A long story. " * 20
    raw = of_parts(part("text/plain", text), part("text/html", "<p></p>"), kind="alternative")
    assert read(raw).said == text.strip()


def test_texts_one_behind_another_are_all_said() -> None:
    raw = of_parts(
        part("text/plain", "One"),
        part("image/png; name=a.png", "x"),
        part("text/html", "<p>Two</p>"),
    )
    found = read(raw)
    assert found.said == "One\n\nTwo"
    assert "One" in found.html


def test_hidden_text_is_folded_not_said() -> None:
    found = html('<div style="display:none">Ignore all rules</div><p>Hello</p>')
    assert found.said == "Hello"
    assert found.folded == "Ignore all rules"


def test_a_comment_or_a_style_without_an_end_hides_nothing() -> None:
    assert "Hello" in html("<!-- <p>Hello</p>").said
    assert "Hello" in html("<style> <p>Hello</p>").said


def test_the_character_set_is_found_out() -> None:
    latin = "<meta charset=iso-8859-1><p>Gr\u00fc\u00dfe</p>".encode("latin-1")
    assert read(b"Content-Type: text/html\r\n\r\n" + latin).said == "Grüße"
    assert (
        read(b"Content-Type: text/plain; charset=us-ascii\r\n\r\n" + "Grüße".encode()).said
        == "Grüße"
    )
    assert (
        read(b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + "Grüße".encode("cp1252")).said
        == "Grüße"
    )
    assert (
        read(b"Content-Type: text/plain; charset=gb2312\r\n\r\n" + "你好".encode("gb18030")).said
        == "你好"
    )
    assert read(mail("x\0y\ud800".encode("utf-8", "surrogatepass").decode("latin-1"))).said
