"""The sidebar says where one is: at one place, also where one address begins with another."""

from __future__ import annotations

import pytest
from django.test import RequestFactory
from django.urls import reverse

from tickets.admin.navigation import groups


def here(path: str) -> list[str]:
    items = [page for group in groups(RequestFactory().get(path)) for page in group["items"]]
    return [page["title"] for page in items if page["active"]]


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("bots_assistantsettings_changelist", "How it answers"),
        ("bots_playground", "Play-ground"),
        ("bots_articles", "How articles do"),
        ("tickets_team_changelist", "Teams"),
    ],
)
def test_one_page_is_marked(name: str, title: str) -> None:
    assert here(reverse(f"admin:{name}")) == [title]
    assert here(reverse(f"admin:{name}") + "7/change/") == [title]


def test_none_is_marked_on_the_first_page() -> None:
    assert here(reverse("admin:index")) == []
