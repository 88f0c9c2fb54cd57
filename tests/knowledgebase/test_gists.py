"""Gists follow what is published, tell wording from subject, and cost nothing without samples."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from pytest_django import DjangoAssertNumQueries

from knowledgebase import actions, apart, embeddings, gists, indexing, ranking, search
from knowledgebase.models import Encoder, Gist
from tests.knowledgebase.conftest import MakeArticle
from tests.knowledgebase.test_indexing import fake_encode

pytestmark = pytest.mark.django_db

Numbers = NDArray[np.float64]
COUNT = gists.FEWEST_ARTICLES


@pytest.fixture(autouse=True)
def _quick_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embeddings, "encode", fake_encode)


def shelf(make_article: MakeArticle, *, questions: int = COUNT, articles: int = COUNT) -> None:
    for number in range(articles):
        samples = [f"Where is number {number}?"] if number < questions else []
        make_article(f"Article {number}", f"All about {number}.", questions=samples)


def weights() -> set[float]:
    return set(Gist.objects.values_list("weight", flat=True))


def worded(articles: int = 20) -> tuple[list[int], list[bool], Numbers]:
    """Two texts and a question for each article; the questions share a direction, the last one."""
    random = np.random.default_rng(1)
    of: list[int] = []
    asked: list[bool] = []
    rows = []
    for article in range(articles):
        subject = random.normal(size=articles + 1) * 0.3
        for is_question in (False, False, True):
            row = subject + random.normal(size=articles + 1) * 0.1
            row[-1] += 2.0 if is_question else 0.0
            of.append(article)
            asked.append(is_question)
            rows.append(row / np.linalg.norm(row))
    return of, asked, np.array(rows)


def test_articles_with_samples_get_gists_when_they_are_indexed(make_article: MakeArticle) -> None:
    shelf(make_article)
    indexing.index_due()
    assert Gist.objects.count() == COUNT
    assert weights() == {gists.WEIGHT}
    assert Encoder.objects.get().gists_from


def test_nothing_is_made_anew_while_nothing_has_changed(
    make_article: MakeArticle, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    shelf(make_article)
    indexing.index_due()
    before = list(Gist.objects.order_by("pk").values_list("pk", flat=True))
    encoder = Encoder.objects.get()
    with django_assert_num_queries(2):
        assert gists.renew(encoder) is False
    assert list(Gist.objects.order_by("pk").values_list("pk", flat=True)) == before


def test_what_is_no_longer_public_goes_with_the_next_sweep(make_article: MakeArticle) -> None:
    shelf(make_article, articles=COUNT + 1)
    gone = make_article("Gone", "Soon.", indexed=True)
    indexing.index_due()
    assert Gist.objects.filter(article=gone).exists()
    actions.archive_article(actor=None, article=gone)
    indexing.index_due()
    assert not Gist.objects.filter(article=gone).exists()
    assert Gist.objects.count() == COUNT + 1


def test_without_sample_questions_there_are_none(make_article: MakeArticle) -> None:
    shelf(make_article, questions=0)
    indexing.index_due()
    assert not Gist.objects.exists()


def test_the_weight_is_the_share_of_articles_with_samples(make_article: MakeArticle) -> None:
    shelf(make_article, questions=COUNT // 2)
    indexing.index_due()
    assert Gist.objects.count() == COUNT
    assert weights() == {gists.WEIGHT / 2}


def test_a_few_articles_have_none(make_article: MakeArticle) -> None:
    shelf(make_article, questions=COUNT - 1, articles=COUNT - 1)
    indexing.index_due()
    assert not Gist.objects.exists()


def test_the_last_samples_taken_away_take_the_gists_away(make_article: MakeArticle) -> None:
    shelf(make_article, questions=0)
    article = make_article("Samples", "Some.", questions=["What are samples?"], indexed=True)
    indexing.index_due()
    assert Gist.objects.exists()
    actions.save_article(actor=None, article=article, title="Samples", body="Some.", questions=[])
    actions.publish_article(actor=None, article=article, index_soon=False)
    indexing.index_due()
    assert not Gist.objects.exists()


def test_a_retired_encoders_gists_are_forgotten_with_it(make_article: MakeArticle) -> None:
    shelf(make_article)
    indexing.index_due()
    Encoder.objects.update(state=Encoder.State.RETIRED)
    assert indexing.forget_retired() == 1
    assert not Gist.objects.exists()


def test_apart_from_the_live_articles_gists_are_made_of_what_is_there(
    make_article: MakeArticle,
) -> None:
    shelf(make_article)
    indexing.index_due()
    live = Encoder.objects.get().gists_from
    with apart.knowledge_base():
        assert not Gist.objects.exists()
        shelf(make_article)
        indexing.index_due()
        assert Gist.objects.count() == COUNT
    assert Gist.objects.count() == COUNT
    assert Encoder.objects.get().gists_from == live


def test_what_all_questions_share_says_nothing_about_the_subject() -> None:
    of, asked, vectors = worded()
    made = gists.fitted(of, asked, vectors)
    shares = [abs(one.vector[-1]) / np.linalg.norm(one.vector) for one in made.values()]
    assert max(shares) < 0.15  # in the vectors themselves it is most of a question
    assert min(abs(vectors[np.array(asked)][:, -1])) > 0.6


def test_a_question_is_most_about_its_own_article() -> None:
    of, asked, vectors = worded()
    made = gists.fitted(of, asked, vectors)
    for article, question in zip(np.array(of)[asked], vectors[np.array(asked)], strict=True):
        said = {pk: one.shift + float(one.vector @ question) for pk, one in made.items()}
        assert max(said, key=lambda pk: said[pk]) == article


def test_vectors_that_are_all_the_same_make_no_gists() -> None:
    same = np.ones((3 * COUNT, 4)) / 2
    assert gists.fitted([n // 3 for n in range(3 * COUNT)], [True] * (3 * COUNT), same) == {}


def candidate(
    article: int, cosine: float, about: float | None, weight: float | None
) -> ranking.Candidate:
    return ranking.Candidate(
        passage_id=article,
        article_id=article,
        slug="",
        language="en",
        kind="body",
        title="",
        heading="",
        anchor="",
        text="Words.",
        cosine=cosine,
        lexical=0.0,
        about=about,
        about_weight=weight,
    )


def test_the_subject_decides_between_articles_that_fit_alike() -> None:
    rows = [candidate(1, 0.60, 0.1, 0.3), candidate(2, 0.59, 0.5, 0.3)]
    assert [one.best.article_id for one in ranking.rank("?", rows, by_meaning=True)] == [2, 1]


def test_an_article_that_has_no_gist_yet_is_not_put_behind() -> None:
    rows = [
        candidate(1, 0.60, None, None),
        candidate(2, 0.59, 0.12, 0.3),
        candidate(3, 0.4, 0.1, 0.3),
    ]
    ranked = ranking.rank("?", rows, by_meaning=True)
    assert [one.best.article_id for one in ranked] == [1, 2, 3]


def test_without_gists_the_score_is_what_it_was() -> None:
    rows = [candidate(1, 0.6, None, None), candidate(2, 0.5, None, None)]
    first, _second = ranking.rank("?", rows, by_meaning=True)
    assert first.score == pytest.approx(ranking.MEANING * 0.6, abs=0.05)
    with_gists = [candidate(1, 0.6, 0.0, 0.3), candidate(2, 0.5, 0.0, 0.3)]
    assert ranking.rank("?", with_gists, by_meaning=True)[0].score == pytest.approx(
        first.score / 1.6
    )


def test_a_search_uses_the_gists_of_its_encoder_in_the_same_two_statements(
    make_article: MakeArticle, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    shelf(make_article)
    indexing.index_due()
    (vector,) = fake_encode(["Where is number 3?"])
    plain = {hit.article_id: hit.score for hit in search.search("x", vector=vector).hits}
    wanted = Gist.objects.order_by("pk")[5]
    wanted.shift += 10
    wanted.save()
    with django_assert_num_queries(2):
        found = search.search("x", vector=vector, limit=COUNT).hits
    assert found[0].article_id == wanted.article_id
    assert found[0].score == pytest.approx(
        plain.get(wanted.article_id, found[0].score - 10 * gists.WEIGHT / 1.6)
        + 10 * gists.WEIGHT / 1.6
    )


def test_by_words_only_gists_say_nothing(make_article: MakeArticle) -> None:
    shelf(make_article)
    indexing.index_due()
    Encoder.objects.update(state=Encoder.State.BUILDING)
    before = search.search("number")
    Gist.objects.update(shift=5.0)
    after = search.search("number")
    assert not after.by_meaning
    assert after == before
