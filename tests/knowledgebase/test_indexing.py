"""Indexing finds what is due, whatever was lost on the way, and swaps encoders whole."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import psycopg
import pytest
from django.conf import LazySettings
from django.db import connection
from django.utils import timezone

from knowledgebase import actions, embeddings, indexing, tasks
from knowledgebase.embeddings import EncoderUnavailable, Vectors
from knowledgebase.models import Article, Embedding, Encoder, Passage
from knowledgebase.search import search
from tests.knowledgebase.conftest import MakeArticle

pytestmark = pytest.mark.django_db


def fake_encode(
    texts: Sequence[str], timeout: float = 1.0, *, dimension: int = 384, **_how: object
) -> Vectors:
    """Vectors by the texts' digests: what is tested here is who is indexed, not what it means."""
    seeds = [int.from_bytes(hashlib.sha256(t.encode()).digest()[:4]) for t in texts]
    rows = np.vstack([np.random.default_rng(s).normal(size=dimension) for s in seeds])
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(unit, dtype=np.float32)


@pytest.fixture(autouse=True)
def _quick_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embeddings, "encode", fake_encode)


def refuse(*_args: object, **_kwargs: object) -> Vectors:
    raise EncoderUnavailable("The encoder is not there.")


def test_a_published_article_is_due_until_it_is_indexed(make_article: MakeArticle) -> None:
    article, draft = make_article(questions=["Pole?"]), make_article("Draft", published=False)
    encoder = indexing.current_encoder()
    assert list(indexing.due(encoder)) == [article]
    assert indexing.index_due() == 1
    assert list(indexing.due(encoder)) == []
    assert Passage.objects.filter(article=article).count() == 7
    assert Embedding.objects.filter(encoder=encoder).count() == 7
    assert not draft.passages.exists()
    article.refresh_from_db()
    assert article.index_claimed_at is None


def test_without_the_encoder_a_new_article_is_found_by_its_words(
    make_article: MakeArticle, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed, encoder = make_article("Pegs", indexed=True), indexing.current_encoder()
    before = list(changed.passages.values_list("pk", flat=True))
    actions.save_article(actor=None, article=changed, title="Pegs", body="Screwed in.")
    actions.publish_article(actor=None, article=changed, index_soon=False)
    monkeypatch.setattr(embeddings, "encode", refuse)
    new = make_article("Mend a pole")
    for index in (indexing.index_due, lambda: indexing.index_article(new.pk)):
        with pytest.raises(EncoderUnavailable):
            index()
        found = search("mend a pole")
        assert not found.by_meaning
        assert [hit.article_id for hit in found.hits][:1] == [new.pk]
    # what was found by its meaning is so until its new text can be
    assert list(changed.passages.values_list("pk", flat=True)) == before
    passages = list(new.passages.values_list("pk", flat=True))
    assert set(indexing.due(encoder)) == {changed, new}
    monkeypatch.setattr(embeddings, "encode", fake_encode)
    assert indexing.index_due() == 2
    assert list(new.passages.values_list("pk", flat=True)) == passages


def test_indexing_again_changes_nothing(make_article: MakeArticle) -> None:
    article = make_article(indexed=True)
    before = list(Passage.objects.values_list("pk", flat=True))
    assert indexing.index_article(article.pk) is False
    assert indexing.index_due() == 0
    assert indexing.index_again() == 1
    assert list(Passage.objects.values_list("pk", flat=True)) == before
    assert Embedding.objects.count() == len(before)


def test_the_database_counts_what_was_indexed_at_once(
    make_article: MakeArticle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "MANY", 2)
    for title in ("Poles", "Pegs"):
        make_article(title)
    indexing.index_due()
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'knowledgebase_embedding'")
        assert cursor.fetchone() == (Embedding.objects.count(),)


def test_articles_are_indexed_also_while_somebody_else_counts(
    make_article: MakeArticle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "MANY", 1)
    article = make_article("Poles")
    parameters = connection.get_connection_params()
    named = {key: parameters.get(key) for key in ("host", "port", "user", "password", "dbname")}
    with psycopg.connect(**{k: v for k, v in named.items() if v}) as other:
        other.execute("LOCK TABLE knowledgebase_embedding IN SHARE UPDATE EXCLUSIVE MODE")
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '50ms'")
        assert indexing.index_due() == 1
    assert Embedding.objects.filter(passage__article=article).exists()


def test_the_sweep_finds_what_a_killed_worker_left(make_article: MakeArticle) -> None:
    article = make_article()
    Article.objects.update(index_claimed_at=timezone.now())
    assert indexing.index_article(article.pk) is False  # somebody is at it
    assert indexing.index_due() == 0
    Article.objects.update(index_claimed_at=timezone.now() - indexing.CLAIM - timedelta(seconds=1))
    tasks.index_due_articles()
    assert article.passages.exists()


def test_a_new_version_replaces_the_old_ones_passages(make_article: MakeArticle) -> None:
    article = make_article(indexed=True)
    actions.save_article(actor=None, article=article, title="New", body="Words.")
    article = actions.publish_article(actor=None, article=article)
    assert indexing.index_due() == 1
    assert set(article.passages.values_list("version", "title")) == {(article.published_id, "New")}


def test_what_was_published_meanwhile_is_not_overwritten(
    make_article: MakeArticle, monkeypatch: pytest.MonkeyPatch
) -> None:
    article = make_article()

    def publish_meanwhile(texts: Sequence[str], timeout: float) -> Vectors:
        monkeypatch.setattr(embeddings, "encode", fake_encode)
        actions.save_article(actor=None, article=article, title="New", body="Words.")
        actions.publish_article(actor=None, article=article)
        return fake_encode(texts)

    monkeypatch.setattr(embeddings, "encode", publish_meanwhile)
    assert indexing.index_article(article.pk) is False
    assert not Embedding.objects.exists()
    assert indexing.index_due() == 1
    assert set(article.passages.values_list("title", flat=True)) == {"New"}


def test_what_was_hidden_meanwhile_gets_no_passages(
    make_article: MakeArticle, monkeypatch: pytest.MonkeyPatch
) -> None:
    article = make_article()

    def hide_meanwhile(texts: Sequence[str], timeout: float) -> Vectors:
        actions.archive_article(actor=None, article=article)
        return fake_encode(texts)

    monkeypatch.setattr(embeddings, "encode", hide_meanwhile)
    assert indexing.index_article(article.pk) is False
    assert not Passage.objects.exists()


def test_no_transaction_is_open_while_the_model_runs(
    make_article: MakeArticle, monkeypatch: pytest.MonkeyPatch
) -> None:
    article = make_article()
    outside = len(connection.savepoint_ids)
    seen: list[int] = []

    def look(texts: Sequence[str], timeout: float) -> Vectors:
        seen.append(len(connection.savepoint_ids))
        return fake_encode(texts)

    monkeypatch.setattr(embeddings, "encode", look)
    assert indexing.index_article(article.pk)
    assert seen == [outside]


def test_without_the_encoder_articles_wait_and_are_free_again(
    make_article: MakeArticle, monkeypatch: pytest.MonkeyPatch
) -> None:
    article = make_article()
    monkeypatch.setattr(embeddings, "encode", refuse)
    tasks.index_article(article.pk)
    tasks.index_due_articles()
    article.refresh_from_db()
    assert (article.index_claimed_at, Embedding.objects.count()) == (None, 0)
    monkeypatch.setattr(embeddings, "encode", fake_encode)
    assert indexing.index_due() == 1


def test_an_article_that_cannot_be_indexed_does_not_hold_up_the_others(
    make_article: MakeArticle, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = make_article("Bad"), make_article("Good")

    def fail_on_bad(texts: Sequence[str], timeout: float) -> Vectors:
        if texts[0] == "Bad":
            raise ValueError
        return fake_encode(texts)

    monkeypatch.setattr(embeddings, "encode", fail_on_bad)
    Encoder.objects.update(state=Encoder.State.BUILDING)
    assert indexing.index_due() == 1
    vectors = Embedding.objects.values_list("passage__article", flat=True)
    assert set(vectors) == {good.pk}
    assert bad.passages.exists()
    # nor does it keep them from being found by their meaning
    assert Encoder.objects.get().state == Encoder.State.ACTIVE


def test_the_first_articles_are_found_by_their_words_until_all_have_vectors(
    make_article: MakeArticle,
) -> None:
    Encoder.objects.update(state=Encoder.State.BUILDING)
    for title in ("Poles", "Pegs"):
        make_article(title)
    vector = fake_encode(["poles"])[0]
    indexing.index_due(limit=1)
    found = search("poles pegs", vector=vector)
    assert not found.by_meaning
    assert {hit.title for hit in found.hits} == {"Poles", "Pegs"}
    indexing.index_due()
    assert search("poles pegs", vector=vector).by_meaning


def test_a_new_encoder_is_built_beside_the_old_one_and_swapped_whole(
    make_article: MakeArticle, monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    first, second = make_article(indexed=True), make_article("Second", indexed=True)
    old = Encoder.objects.get()
    settings.ENCODER_MODEL = "another-model"
    monkeypatch.setattr(embeddings, "encode", lambda t, timeout=1.0: fake_encode(t, dimension=8))
    assert indexing.index_due(limit=1) == 1
    states = dict(Encoder.objects.values_list("name", "state"))
    assert states == {"all-MiniLM-L6-v2": "active", "another-model": "building"}
    assert indexing.index_due() == 1
    states = dict(Encoder.objects.values_list("name", "state"))
    assert states == {"all-MiniLM-L6-v2": "retired", "another-model": "active"}
    for article in (first, second):  # the passages are shared, the vectors are not
        for encoder in Encoder.objects.all():
            assert (
                Embedding.objects.filter(passage__article=article, encoder=encoder).count()
                == article.passages.count()
            )
    assert indexing.forget_retired() == 1
    assert set(Embedding.objects.values_list("encoder__name", flat=True)) == {"another-model"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE indexdef LIKE '%hnsw%'")
        names = {name for (name,) in cursor.fetchall()}
    assert old.index_name not in names
    assert Encoder.objects.get().index_name in names


def test_a_process_that_still_has_the_retired_encoder_does_not_swap_back(
    make_article: MakeArticle, monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    make_article(indexed=True)
    settings.ENCODER_MODEL = "another-model"
    monkeypatch.setattr(embeddings, "encode", lambda t, timeout=1.0: fake_encode(t, dimension=8))
    indexing.index_due()
    settings.ENCODER_MODEL = "all-MiniLM-L6-v2"
    monkeypatch.setattr(embeddings, "encode", fake_encode)
    indexing.index_due()
    assert Encoder.objects.get(state="active").name == "another-model"
    assert indexing.activate_when_built(indexing.current_encoder(), again=True)
    assert Encoder.objects.get(state="active").name == "all-MiniLM-L6-v2"


def test_vectors_of_another_length_than_stored_are_refused(
    make_article: MakeArticle, monkeypatch: pytest.MonkeyPatch
) -> None:
    article = make_article()
    monkeypatch.setattr(embeddings, "encode", lambda t, timeout=1.0: fake_encode(t, dimension=8))
    with pytest.raises(EncoderUnavailable, match="8 dimensions"):
        indexing.index_article(article.pk)
    assert not Embedding.objects.exists()


def test_without_any_encoder_row_one_is_made_with_its_index(make_article: MakeArticle) -> None:
    Encoder.objects.all().delete()  # as after a flush
    make_article()
    assert indexing.index_due() == 1
    assert Encoder.objects.get().state == "active"
