"""The command palette finds by name what its agent may see."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import make_article, make_ticket
from tickets.models import Team
from tickets.search import indexing


def options(client: Client, words: str) -> str:
    return client.get("/workspace/by-name/", {"q": words}).text


def test_conversations_and_articles_are_found_and_what_is_not_theirs_is_not(
    danas: Client, team: Team, other_team: Team
) -> None:
    mine = make_ticket(team=team, subject="Kestrel pole")
    foreign = make_ticket(team=other_team, subject="Kestrel pole of another team")
    indexing.index([mine.pk, foreign.pk])
    article = make_article("Kestrel poles")
    found = options(danas, "kestrel")
    assert mine.reference in found
    assert foreign.reference not in found
    assert article.slug in found


@pytest.mark.parametrize("words", ["", "foo:bar", '"', "😀" * 2000, "\0", "x" * 20_000])
def test_whatever_is_typed_is_answered(danas: Client, team: Team, words: str) -> None:
    make_ticket(team=team)
    assert danas.get("/workspace/by-name/", {"q": words}).status_code == 200
