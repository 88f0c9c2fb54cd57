"""What a question finds, what it never finds, and at what price."""

from typing import Any

import numpy as np
import pytest
from django.conf import LazySettings
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from knowledgebase import actions, embeddings, ranking, search
from knowledgebase.embeddings import EncoderUnavailable, Vectors
from knowledgebase.models import Article, Embedding, Encoder, Passage
from knowledgebase.search import SearchResult, passages, related
from tests.knowledgebase.conftest import MakeArticle

pytestmark = pytest.mark.django_db

WASH = """Down loses its loft when it is dirty.

## Washing

Use cold water and a soap for down. Rinse twice.

## Drying

Dry it slowly, with two tennis balls in the drum.
"""


def slugs(found: SearchResult) -> list[str]:
    return [hit.slug for hit in found.hits]


def unit(*components: float) -> Vectors:
    vector = np.zeros(384, dtype=np.float32)
    vector[: len(components)] = components
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def add(
    article: Article,
    text: str,
    vector: Vectors,
    *,
    kind: str = "body",
    n: int = 0,
    heading: str = "",
) -> Passage:
    """A passage with a vector of our own making."""
    passage = Passage.objects.create(
        article=article,
        version=article.versions.get(),
        position=n,
        kind=kind,
        language=article.language,
        title="Title",
        heading=heading,
        anchor=heading.lower(),
        text=text,
    )
    Embedding.objects.create(passage=passage, encoder=Encoder.objects.get(), vector=vector)
    return passage


@pytest.mark.model
@pytest.mark.usefixtures("encoder")
def test_a_question_in_other_words_finds_the_article_and_cites_its_section(
    make_article: MakeArticle,
) -> None:
    make_article(indexed=True)
    make_article("Wash a sleeping bag", WASH, indexed=True)
    found = search.search("my tent's rod snapped while hiking, what now?")
    assert found.by_meaning
    assert slugs(found)[0] == "mend-a-broken-tent-pole"
    found = search.search("can I put my bag into the tumble dryer")
    assert slugs(found)[0] == "wash-a-sleeping-bag"
    hit = found.hits[0]
    assert (hit.heading, hit.anchor) == ("Drying", "section-drying")
    assert hit.passage.startswith("Dry it slowly")
    assert -1 <= hit.cosine <= 1
    assert 0 <= hit.lexical <= 1


@pytest.mark.model
@pytest.mark.usefixtures("encoder")
def test_a_sample_question_finds_the_article_and_the_text_is_cited(
    make_article: MakeArticle,
) -> None:
    make_article("Wash a sleeping bag", WASH, questions=["Why is my quilt flat?"], indexed=True)
    (hit,) = search.search("why is my quilt so flat").hits
    assert hit.matched == "question"
    assert hit.passage.startswith("Down loses its loft")


def test_the_cited_passage_is_the_one_of_the_body_nearest_to_the_question(
    make_article: MakeArticle,
) -> None:
    article = make_article()
    add(article, "question", unit(1, 0), kind="question", n=0)
    add(article, "far", unit(0, 1), n=1)
    add(article, "near", unit(1, 1), n=2)
    (hit,) = search.search("zzz", vector=unit(1, 0)).hits
    assert (hit.matched, hit.passage) == ("question", "near")
    assert hit.cosine == pytest.approx(1)


def test_an_article_without_a_body_cites_what_it_has(make_article: MakeArticle) -> None:
    article = make_article(body="")
    add(article, "Title", unit(1), kind="title")
    (hit,) = search.search("zzz", vector=unit(1)).hits
    assert hit.passage == "Title"


def test_meaning_and_words_are_weighed(make_article: MakeArticle) -> None:
    near, worded = make_article("Near"), make_article("Worded")
    add(near, "something else", unit(1, 0.2))
    add(worded, "splint sleeve", unit(1, 1))
    found = search.search("splint sleeve", vector=unit(1, 0)).hits
    assert [hit.article_id for hit in found] == [worded.pk, near.pk]
    by_id = {hit.article_id: hit for hit in found}
    assert by_id[worded.pk].lexical == pytest.approx(1)
    assert by_id[near.pk].lexical == 0
    best = by_id[worded.pk]
    whole = ranking.MEANING + ranking.WORDS + ranking.PHRASES
    weighed = ranking.MEANING * best.cosine + ranking.WORDS + ranking.PHRASES * best.phrases
    (first, second) = passages("splint sleeve", vector=unit(1, 0))
    assert first.score == pytest.approx(weighed / whole)
    missing = second.score  # the weakest candidate stands for the passages that are not there
    mean_of_three = (first.score + 2 * missing) / 3
    assert best.score == pytest.approx(
        (1 - ranking.BEST_THREE) * first.score + ranking.BEST_THREE * mean_of_three
    )


def test_a_rare_word_counts_more_than_a_common_one(make_article: MakeArticle) -> None:
    rare, common = make_article("Rare"), make_article("Common")
    add(rare, "splint", unit(1))
    for n in range(20):
        add(common, f"tent {n}", unit(1), n=n)
    hits = {hit.article_id: hit for hit in search.search("tent splint", vector=unit(1)).hits}
    assert hits[rare.pk].lexical > 0.8
    assert hits[common.pk].lexical < 0.2


def test_german_words_are_found_by_their_stem(make_article: MakeArticle) -> None:
    article = make_article("Zelte", "x", language="de")
    add(article, "Die Häuser der Zelte", unit(1))
    (hit,) = passages("Welches Haus?", vector=None)
    assert hit.article_id == article.pk


# --- what is never found ------------------------------------------------------------------------


def everything_found(vector: Vectors) -> set[int]:
    """Every route by which an article may be found, for a question that fits all of them."""
    result = search.search("splint", vector=vector, limit=100)
    found = {hit.article_id for hit in result.hits}
    found |= {hit.article_id for hit in passages("splint", vector=vector, limit=100)}
    found |= {hit.article_id for hit in passages("splint", vector=None, limit=100)}
    every = dict(Article.objects.values_list("slug", "pk"))
    for article in Article.objects.all():
        found |= {every[slug] for slug, _title in related(article.pk, limit=100)}
    return found


def test_drafts_and_archived_articles_are_nowhere(make_article: MakeArticle) -> None:
    public = make_article("Public")
    draft = make_article("Draft", published=False)
    archived = make_article("Archived")
    actions.archive_article(actor=None, article=archived)
    for article in (public, draft, archived):  # as if an index had been left behind
        add(article, "splint", unit(1))
        add(article, "splint", unit(1), kind="title", n=1)
    assert everything_found(unit(1)) == {public.pk}


def test_an_unpublished_article_is_gone_with_the_commit(make_article: MakeArticle) -> None:
    article, other = make_article(), make_article("Other")
    for one in (article, other):
        add(one, "splint", unit(1))
    assert everything_found(unit(1)) == {article.pk, other.pk}
    # Not even the passages need to be deleted first:
    Article.objects.filter(pk=article.pk).update(state="draft", published=None)
    assert everything_found(unit(1)) == {other.pk}
    Article.objects.filter(pk=article.pk).update(
        state="published", published=article.versions.first()
    )
    actions.unpublish_article(actor=None, article=article)
    assert everything_found(unit(1)) == {other.pk}


def test_the_words_of_an_older_version_are_not_found(make_article: MakeArticle) -> None:
    article = make_article()
    add(article, "splint", unit(1))
    actions.save_article(actor=None, article=article, title="New", body="Other words")
    actions.publish_article(actor=None, article=article)
    assert everything_found(unit(1)) == set()


def test_what_is_hidden_does_not_crowd_out_what_is_public(make_article: MakeArticle) -> None:
    hidden, public = make_article("Hidden", published=False), make_article("Public")
    version = hidden.versions.get()
    Passage.objects.bulk_create(
        Passage(
            article=hidden, version=version, position=n, kind="body", language="en", text="splint"
        )
        for n in range(600)
    )
    noise = np.random.default_rng(1).normal(scale=0.001, size=(600, 384)).astype(np.float32)
    encoder = Encoder.objects.get()
    Embedding.objects.bulk_create(
        Embedding(passage=passage, encoder=encoder, vector=unit(1) + noise[n])
        for n, passage in enumerate(hidden.passages.all())
    )
    add(public, "quite another thing", unit(0.5, 1))
    with connection.cursor() as cursor:  # so few rows are sorted otherwise, without the index
        cursor.execute("SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off")
    found = search.search("splint", vector=unit(1))
    assert [hit.article_id for hit in found.hits] == [public.pk]


# --- without the encoder, and with anything as a question ---------------------------------------


def refuse(*_args: object, **_kwargs: object) -> Vectors:
    raise EncoderUnavailable("The encoder is not there.")


def test_without_the_encoder_the_search_goes_on_by_words_and_says_so(
    make_article: MakeArticle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embeddings, "encode", refuse)
    article = make_article()
    add(article, "Slide the splint over the break", unit(1))
    found = search.search("where is the splint?")
    assert not found.by_meaning
    assert [(hit.article_id, hit.cosine) for hit in found.hits] == [(article.pk, 0)]
    assert search.search("zzz") == SearchResult([], by_meaning=False)


@pytest.mark.parametrize("vector", [np.ones(8, dtype=np.float32), np.full(384, np.nan, np.float32)])
def test_a_vector_that_cannot_be_compared_is_not(make_article: MakeArticle, vector: Any) -> None:
    add(make_article(), "splint", unit(1))
    found = search.search("splint", vector=vector)
    assert (found.by_meaning, len(found.hits)) == (False, 1)


def test_vectors_of_two_encoders_are_never_compared(
    make_article: MakeArticle, settings: LazySettings
) -> None:
    article = make_article()
    passage = add(article, "zzz", unit(0, 1))
    other = Encoder.objects.create(name="another-model", dimension=384, state="retired")
    Embedding.objects.create(passage=passage, encoder=other, vector=unit(1, 0))
    (hit,) = search.search("anything", vector=unit(1, 0)).hits
    assert hit.cosine == pytest.approx(0)
    settings.ENCODER_MODEL = "another-model"
    (hit,) = search.search("anything", vector=unit(1, 0)).hits
    assert hit.cosine == pytest.approx(1)
    Encoder.objects.filter(pk=other.pk).update(state="building")
    assert not search.search("anything", vector=unit(1, 0)).by_meaning


HOSTILE = [
    "",
    "   ",
    "\x00",
    "a\x00b",
    "\udc00\ud800",
    "\U0001f3d5\ufe0f\U0001f44d\U0001f3fd",
    "x" * 1_000_000,
    "word " * 200_000,
    "'; DROP TABLE knowledgebase_article; --",
    "'' \\ \\' \\\\ : & | ! <-> (:*) 'a':B",
    "%s %(query)s {encoder} %%",
    "\u202eabc\u0301\u0301",
    "the and of",
    "NaN",
    "-" * 5000,
    "a&b | c:* !d <2> e",
    "https://kestrelmoor.example/a?b=c&d=" + "e" * 3000,
    "\u6211\u7684\u5e10\u7bf7\u574f\u4e86",
]


@pytest.mark.parametrize("query", HOSTILE)
def test_any_question_is_harmless(
    make_article: MakeArticle, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    monkeypatch.setattr(embeddings, "encode", lambda texts, **_how: unit(1)[None])
    article = make_article()
    add(article, "The splint", unit(1))
    assert len(search.search(query).hits) <= 1
    passages(query, vector=unit(1))
    monkeypatch.setattr(embeddings, "encode", refuse)
    search.search(query)
    assert Article.objects.count() == 1


def test_an_empty_question_asks_nothing(
    django_assert_num_queries: DjangoAssertNumQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embeddings, "encode", lambda *_, **_how: pytest.fail("encoded"))
    with django_assert_num_queries(0):
        assert search.search(" \x00 ") == SearchResult([], by_meaning=True)


@pytest.mark.parametrize("articles", [1, 10])
def test_a_search_takes_two_statements_whatever_it_finds(
    make_article: MakeArticle, django_assert_num_queries: DjangoAssertNumQueries, articles: int
) -> None:
    for n in range(articles):
        add(make_article(f"Article {n}"), "splint", unit(1, n))
    with django_assert_num_queries(2):
        assert len(search.search("splint", vector=unit(1)).hits) == articles


def test_what_was_found_knows_how_long_the_question_was(make_article: MakeArticle) -> None:
    add(make_article(), "splint", unit(1))
    for question, words in (("splint", 1), ("how do I splint a pole", 6), ("杆" * 40, 5)):
        (hit,) = search.search(question, vector=unit(1)).hits
        assert hit.question_words == words


def test_ten_thousand_passages_are_found_by_the_vector_index(make_article: MakeArticle) -> None:
    article = make_article()
    encoder = Encoder.objects.get()
    statements: list[tuple[str, Any]] = []

    def record(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        statements.append((sql, params))
        return execute(sql, params, many, context)

    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO knowledgebase_passage
                (article_id, version_id, position, kind, language, title, heading, anchor, text)
            SELECT %s, %s, n, 'body', 'en', 'Title', '', '', 'splint ' || n
            FROM generate_series(1, 10000) AS n
            """,
            [article.pk, article.published_id],
        )
        cursor.execute(encoder.drop_index_sql())  # built at once below, which is quicker
        cursor.execute(
            """
            INSERT INTO knowledgebase_embedding (passage_id, encoder_id, vector)
            SELECT id, %s, l2_normalize((
                SELECT array_agg(random() - 0.5) FROM generate_series(1, 384)
                WHERE passage.id > 0
            )::vector) FROM knowledgebase_passage AS passage
            """,
            [encoder.pk],
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(encoder.create_index_sql())
        cursor.execute("ANALYZE")
        wanted = Embedding.objects.order_by("pk")[5000]
        with connection.execute_wrapper(record):
            (hit, *_) = passages("zzz", vector=wanted.vector)
        sql, params = statements[-1]
        cursor.execute("EXPLAIN " + sql, params)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert hit.passage_id == wanted.passage_id
    assert hit.cosine == pytest.approx(1, abs=1e-4)
    assert f"Index Scan using {encoder.index_name}" in plan


# --- related articles ---------------------------------------------------------------------------


def test_related_articles_are_the_nearest_in_one_statement(
    make_article: MakeArticle, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    here, near, far = (make_article(title) for title in ("Here", "Near", "Far"))
    for article, vector in ((here, unit(1)), (near, unit(1, 0.1)), (far, unit(0, 1))):
        add(article, article.slug, vector, kind="title")
    with django_assert_num_queries(1):
        assert related(here.pk) == [("near", "near"), ("far", "far")]
    assert related(here.pk, limit=1) == [("near", "near")]
    assert related(0) == []
