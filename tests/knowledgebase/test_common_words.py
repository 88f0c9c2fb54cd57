"""Common words cost a search little, and what it finds is the same."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from knowledgebase import actions, apart, common_words, embeddings, indexing, search
from knowledgebase.models import CommonWord
from tests.knowledgebase.conftest import MakeArticle
from tests.knowledgebase.test_indexing import fake_encode
from tests.tickets.parallel import real_transactions, together

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three passages are many, and a search can afford none of a common word."""
    monkeypatch.setattr(common_words, "FEW", 2)
    monkeypatch.setattr(search, "_AFFORDED", 0)
    monkeypatch.setattr(embeddings, "encode", fake_encode)


def counts(stemming: str = "english") -> dict[str, int]:
    found = CommonWord.objects.filter(stemming=stemming)
    return dict(found.values_list("lexeme", "passages"))


def shelf(make_article: MakeArticle) -> None:
    """Each about parcels, with a title and a body; every second about refunds, one about a stove."""
    for number in range(6):
        body = f"Parcels of kind {number}." + (" Refunds too." if number % 2 else "")
        make_article(f"Parcels {number}", body + (" A stove." if number == 5 else ""))
    indexing.index_due()


def found(question: str) -> dict[str, tuple[float, float]]:
    """Passage: how much of the question's words it has, and its score."""
    (vector,) = fake_encode([question])
    hits = search.passages(question, vector=vector, limit=100)
    return {f"{hit.slug} {hit.kind}": (hit.lexical, hit.score) for hit in hits}


def test_words_that_many_public_passages_have_are_counted(make_article: MakeArticle) -> None:
    make_article("Parcels in drafts", "Parcels, parcels.", published=False)
    shelf(make_article)
    assert counts()["parcel"] == 12
    assert counts()["refund"] == 3
    assert "stove" not in counts()


def test_each_language_counts_its_own_words(make_article: MakeArticle) -> None:
    for number in range(3):
        make_article(f"Pakete {number}", "Pakete und Retouren.", language="de")
    make_article("Paket", "Paket.")
    indexing.index_due()
    assert counts("german")["paket"] == 6
    assert "paket" not in counts("english")


def test_what_is_no_longer_public_is_no_longer_counted(make_article: MakeArticle) -> None:
    shelf(make_article)
    gone = make_article("Parcels that go", "Parcels.", indexed=True)
    indexing.index_due()
    assert counts()["parcel"] == 14
    actions.archive_article(actor=None, article=gone)
    indexing.index_due()
    assert counts()["parcel"] == 12


def test_nothing_is_counted_while_nothing_has_changed(make_article: MakeArticle) -> None:
    shelf(make_article)
    before = list(CommonWord.objects.order_by("pk").values_list("pk", flat=True))
    indexing.index_due()
    assert list(CommonWord.objects.order_by("pk").values_list("pk", flat=True)) == before


@real_transactions
def test_of_several_that_count_at_once_none_fails_and_searches_go_on(
    make_article: MakeArticle,
) -> None:
    shelf(make_article)
    before = counts()
    (vector,) = fake_encode(["parcels"])

    def count_or_search(index: int) -> bool:
        if index % 2:
            return bool(search.search("parcels", vector=vector).hits)
        common_words.count()
        return True

    assert together(6, count_or_search) == [True] * 6
    assert counts() == before != {}


@pytest.mark.parametrize(
    "question", ["a stove in my parcels", "refunds of parcels", "parcels of kind 3", "parcel"]
)
def test_passages_score_as_if_every_one_of_a_common_word_had_been_visited(
    make_article: MakeArticle, monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    shelf(make_article)
    cheap = found(question)
    monkeypatch.setattr(search, "_AFFORDED", 1_000)
    whole = found(question)
    assert cheap
    assert cheap == {name: pytest.approx(whole[name]) for name in cheap}
    assert max(whole.values()) == pytest.approx(max(cheap.values()))


def test_rare_words_bring_passages_and_common_ones_only_together(
    make_article: MakeArticle, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf(make_article)
    monkeypatch.setattr(search, "_UNLIMITED", 0)

    def brought(question: str) -> list[str]:
        """By words alone, since by meaning every passage of so few is near."""
        hits = search.passages(question, vector=None, limit=100)
        return sorted(f"{hit.slug} {hit.kind}" for hit in hits)

    assert brought("a stove in my parcels") == ["parcels-5 body"]
    assert brought("refunds of parcels") == ["parcels-1 body", "parcels-3 body", "parcels-5 body"]
    assert brought("parcels") == []


def test_by_words_alone_a_common_word_finds_all_that_have_it(
    make_article: MakeArticle, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf(make_article)
    hits = search.passages("parcels", vector=None, limit=100)
    assert len(hits) == 12
    assert {hit.lexical for hit in hits} == {1.0}


def test_a_search_is_still_two_statements(
    make_article: MakeArticle, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    shelf(make_article)
    (vector,) = fake_encode(["parcels"])
    with django_assert_num_queries(2):
        search.search("refunds of parcels", vector=vector)


def test_apart_from_the_live_articles_their_own_words_are_counted(
    make_article: MakeArticle,
) -> None:
    shelf(make_article)
    live = counts()
    with apart.knowledge_base():
        assert counts() == {}
        for number in range(2):
            make_article(f"Kettles {number}", "Kettles.")
        indexing.index_due()
        assert counts() == {"kettl": 4}
    assert counts() == live
