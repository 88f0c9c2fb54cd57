"""Which other sections of an article may be meant, beside the one that is quoted."""

from __future__ import annotations

import pytest

from knowledgebase import search
from tests.knowledgebase.conftest import MakeArticle
from tests.knowledgebase.test_search import add, unit

pytestmark = pytest.mark.django_db


def test_other_sections_that_fit_nearly_as_well_are_nearby_each_once(
    make_article: MakeArticle,
) -> None:
    article = make_article()
    sections = (("Drying", 0.1), ("Drying", 0.15), ("Washing", 0.2), ("Washing", 0.25), ("", 0.3))
    for n, (heading, aside) in enumerate(sections):
        add(article, f"text {n}", unit(1, aside), n=n, heading=heading)
    add(article, "far", unit(0, 1), n=9, heading="Far")
    (hit,) = search.search("zzz", vector=unit(1, 0)).hits
    assert hit.heading == "Drying"
    assert hit.nearby == (search.Section("Washing", "washing"), search.Section("", ""))


def test_no_more_than_two_sections_are_nearby(make_article: MakeArticle) -> None:
    article = make_article()
    for n in range(5):
        add(article, f"text {n}", unit(1, n / 10), n=n, heading=f"H{n}")
    (hit,) = search.search("zzz", vector=unit(1, 0)).hits
    assert [part.heading for part in hit.nearby] == ["H1", "H2"]
