"""What every template keeps to: nothing inside the page that a browser would run, nothing from elsewhere."""

from __future__ import annotations

import re

from tests.source import ROOT


def test_no_page_has_script_or_style_inside_it() -> None:
    """The content security policy would refuse it. A mail has no style sheet, so its own stays."""
    inline = re.compile(r"<script(?![^>]*\bsrc=)|<style\b|\sstyle=|\son[a-z]+\s*=\s*[\"']", re.I)
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in (ROOT / "templates").rglob("*.html")
        if "emails" not in path.parts
        for match in inline.finditer(path.read_text())
    ]
    assert found == []


def test_no_page_loads_anything_from_elsewhere() -> None:
    remote = re.compile(
        r"<(?:script|link|img|iframe|source)\b[^>]*\b(?:src|href)=[\"'](?:https?:)?//"
    )
    found = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.html")
        if remote.search(path.read_text())
    ]
    assert found == []


def test_every_form_that_posts_carries_its_token() -> None:
    form = re.compile(r"<form\b[^>]*method=[\"']post[\"'].*?</form>", re.I | re.S)
    found = [
        f"{path.relative_to(ROOT)}: {match.group()[:70]}"
        for path in (ROOT / "templates").rglob("*.html")
        for match in form.finditer(path.read_text())
        if "csrf_token" not in match.group() and "hx-post" not in match.group()
    ]
    assert found == []
