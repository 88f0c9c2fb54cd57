"""What every template keeps to: nothing inside the page that a browser would run, nothing from elsewhere."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.utils import timezone, translation
from django.utils.formats import date_format, localize

from tests.source import ROOT
from tickets.service import dates


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


def test_dates_and_times_are_written_in_the_formats_of_the_installation() -> None:
    """A format is named and never spelled out, so that all pages change with one file."""
    named = re.compile(r"[A-Z_]+_FORMAT|c|l")
    spelled = re.compile(
        r"""\|(?:date|time):["']([^"']*)["']|date_format\([^\n]*,\s*["']([^"']*)["']"""
    )
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for folder in ("templates", "tickets", "bots", "knowledgebase", "helpdesk")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".html", ".txt", ".py") and "formats" not in path.parts
        for match in spelled.finditer(path.read_text())
        if not named.fullmatch(match.group(1) or match.group(2) or "")
    ]
    assert found == []


def test_the_admin_writes_dates_and_times_as_the_portal_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at = datetime(2026, 6, 5, 15, 4, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: at)
    assert date_format(at, "DATETIME_FORMAT") == "5 June 2026, 15:04"
    assert localize(at) == "5 June 2026, 15:04"
    assert dates.moment(at.replace(year=2025)) == "5 Jun 2025, 15:04"
    assert dates.moment(at) == "5 June, 15:04"
    assert dates.weekday_moment(at) == "Friday, 5 June, 15:04"
    with translation.override("de"):
        assert dates.moment(at.replace(year=2025)) == "05.06.2025, 15:04"


def test_every_form_that_posts_carries_its_token() -> None:
    form = re.compile(r"<form\b[^>]*method=[\"']post[\"'].*?</form>", re.I | re.S)
    found = [
        f"{path.relative_to(ROOT)}: {match.group()[:70]}"
        for path in (ROOT / "templates").rglob("*.html")
        for match in form.finditer(path.read_text())
        if "csrf_token" not in match.group() and "hx-post" not in match.group()
    ]
    assert found == []
