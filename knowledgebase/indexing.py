"""Indexing as reconciliation: a public article whose version lacks passages or vectors is due.

Nothing depends on a task arriving: the task sent when an article is published only makes it soon,
and the periodic sweep finds what a killed worker, a lost queue or a new encoder left to do.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from knowledgebase import common_words, embeddings, gists
from knowledgebase.embeddings import Vectors
from knowledgebase.models import Article, ArticleVersion, Embedding, Encoder, Gist, Passage
from knowledgebase.models.articles import ArticleQuerySet
from knowledgebase.passages import Piece, cut

logger = logging.getLogger(__name__)

# An older claim belonged to a worker that is gone: an article takes seconds, a book a minute.
CLAIM: Final = timedelta(minutes=2)
SWEEP: Final = 200
ENCODE_SECONDS: Final = 30.0
MANY: Final = 20  # articles at once, after which what the database knows of its tables is too old


def current_encoder() -> Encoder:
    """The row of this process's encoder, made with its vector index when it is not there.

    It is active when it is built; until then the one before it searches, or words alone. Raise
    EncoderUnavailable when a new encoder cannot say its dimension.
    """
    encoder = Encoder.objects.filter(name=settings.ENCODER_MODEL).first()
    if encoder is not None:
        return encoder
    dimension = embeddings.dimension()
    with transaction.atomic():
        encoder, created = Encoder.objects.get_or_create(
            name=settings.ENCODER_MODEL, defaults={"dimension": dimension}
        )
        if created:
            _change_index(encoder.create_index_sql())
    activate_when_built(encoder)
    return encoder


def due(encoder: Encoder) -> ArticleQuerySet:
    """The public articles whose public version has no vectors by `encoder`."""
    done = Embedding.objects.filter(
        encoder=encoder,
        passage__article=OuterRef("pk"),
        passage__version=OuterRef("published"),
    )
    return Article.objects.public().exclude(Exists(done))


def index_due(*, limit: int = SWEEP, on_progress: Callable[[], None] | None = None) -> int:
    """Index up to `limit` due articles; give how many were. Stop where the encoder is missing."""
    cut_new()
    encoder = current_encoder()
    indexed = 0
    for _ in range(limit):
        article_id = _claim_next(encoder)
        if article_id is None:
            break
        try:
            indexed += _index(article_id, encoder)
        except embeddings.EncoderUnavailable as error:
            _release(article_id)
            logger.warning("indexing waits for the encoder: %s", error)
            raise
        except Exception:
            # Left claimed, so that it is tried again later and does not keep the others waiting.
            logger.exception("article %d cannot be indexed", article_id)
        if on_progress is not None:
            on_progress()
    if indexed >= MANY or (indexed and not _planned_for()):
        plan_for_them()
    activate_when_built(encoder)
    _learn_from_all(encoder)
    return indexed


def index_article(article_id: int) -> bool:
    """Index one article now, if it is due and nobody else is at it; say whether it was done."""
    cut_new()
    encoder = current_encoder()
    if _claim(due(encoder).filter(pk=article_id)) is None:
        return False
    try:
        indexed = _index(article_id, encoder)
    except embeddings.EncoderUnavailable:
        _release(article_id)
        raise
    activate_when_built(encoder)
    return indexed


def cut_new(*, limit: int = SWEEP) -> int:
    """Let up to `limit` new articles be found by their words, without the encoder; give how many.

    One that was public before is found by what it said until its new text has vectors.
    """
    found = Exists(Passage.objects.filter(article=OuterRef("pk")))
    new = Article.objects.public().exclude(found).order_by("pk").values_list("pk", flat=True)
    return sum(_cut(article_id) for article_id in new[:limit])


def index_again(*, on_progress: Callable[[], None] | None = None) -> int:
    """Cut and encode every public article anew, each searchable all the while; give how many."""
    encoder = current_encoder()
    indexed = 0
    for article_id in Article.objects.public().order_by("pk").values_list("pk", flat=True):
        indexed += _index(article_id, encoder)
        if on_progress is not None:
            on_progress()
    plan_for_them()
    activate_when_built(encoder, again=True)
    _learn_from_all(encoder)
    return indexed


def activate_when_built(encoder: Encoder, *, again: bool = False) -> bool:
    """Swap a finished encoder for the active one, in one transaction; say whether it was done.

    A retired one is taken back only if asked to (`again`): processes that still run with it, while
    others have moved on, must not swap to and fro.
    """
    wanted = {Encoder.State.BUILDING, *([Encoder.State.RETIRED] if again else [])}
    if encoder.state not in wanted:
        return False
    missing = due(encoder)
    if not Encoder.objects.filter(state=Encoder.State.ACTIVE).exists():
        # Nothing is lost by it: one article that cannot be indexed must not keep all from being found.
        missing = missing.filter(index_claimed_at=None)
    if missing.exists():
        return False
    with transaction.atomic():
        rows = {row.pk: row for row in Encoder.objects.select_for_update().order_by("pk")}
        for row in rows.values():
            if row.state == Encoder.State.ACTIVE:
                Encoder.objects.filter(pk=row.pk).update(state=Encoder.State.RETIRED)
        Encoder.objects.filter(pk=encoder.pk).update(state=Encoder.State.ACTIVE)
    encoder.refresh_from_db()
    logger.info("articles are now searched with %s", encoder.name)
    return True


def forget_retired() -> int:
    """Delete the vectors and indexes of retired encoders; give how many encoders."""
    with transaction.atomic():
        retired = list(Encoder.objects.select_for_update().filter(state=Encoder.State.RETIRED))
        for encoder in retired:
            Embedding.objects.filter(encoder=encoder).delete()
            Gist.objects.filter(encoder=encoder).delete()
            _change_index(encoder.drop_index_sql())
            encoder.delete()
    return len(retired)


def plan_for_them() -> None:
    """Let the database count anew what is indexed, so that it finds the quick way to search it.

    It does so by itself, a minute or more later; until then it searches as if nothing were there,
    several times as slowly. So it may also fail, as it does while somebody else is counting.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "ANALYZE knowledgebase_article, knowledgebase_articleversion,"
                " knowledgebase_passage, knowledgebase_embedding"
            )
    except OperationalError as error:
        logger.info("the database counts the passages later: %s", error)


def _learn_from_all(encoder: Encoder) -> None:
    """Make anew what is made of all public articles, if they have changed."""
    if gists.renew(encoder):
        common_words.count()


def _planned_for() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reltuples >= 0 FROM pg_class WHERE oid = 'knowledgebase_embedding'::regclass"
        )
        return bool(cursor.fetchone()[0])


def _change_index(sql: str) -> None:
    with connection.cursor() as cursor:
        # An index cannot change while rows written in this transaction wait for their checks.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(sql)


def remove_passages(article_id: int) -> None:
    """Delete an article's passages with their vectors; to be called in a transaction."""
    Embedding.objects.filter(passage__article=article_id).delete()
    Passage.objects.filter(article=article_id).delete()


def _cut(article_id: int) -> bool:
    """Store the passages of an article that has none."""
    with transaction.atomic():
        article = Article.objects.public().select_for_update().filter(pk=article_id).first()
        if article is None or article.published is None or article.passages.exists():
            return False
        _stored(article, article.published, pieces_of(article.published))
    return True


def pieces_of(version: ArticleVersion) -> list[Piece]:
    """What a version is found by."""
    return cut(title=version.title, body=version.body, questions=version.questions)


def _claim_next(encoder: Encoder) -> int | None:
    return _claim(due(encoder).order_by(F("index_claimed_at").asc(nulls_first=True), "pk"))


def _claim(articles: ArticleQuerySet) -> int | None:
    now = timezone.now()
    with transaction.atomic():
        article_id = (
            articles.filter(Q(index_claimed_at=None) | Q(index_claimed_at__lt=now - CLAIM))
            .select_for_update(skip_locked=True, of=("self",))
            .values_list("pk", flat=True)
            .first()
        )
        if article_id is not None:
            Article.objects.filter(pk=article_id).update(index_claimed_at=now)
    return article_id


def _release(article_id: int) -> None:
    Article.objects.filter(pk=article_id).update(index_claimed_at=None)


def _index(article_id: int, encoder: Encoder) -> bool:
    """Cut, encode outside of any transaction, and store if the version is still the public one."""
    article = Article.objects.public().select_related("published").filter(pk=article_id).first()
    if article is None or article.published is None:
        return False
    version = article.published
    pieces = pieces_of(version)
    vectors = embeddings.encode(
        [piece.encoded(version.title) for piece in pieces], timeout=ENCODE_SECONDS
    )
    if vectors.shape[1] != encoder.dimension:
        raise embeddings.EncoderUnavailable(
            f"The encoder {encoder.name} gives {vectors.shape[1]} dimensions, "
            f"and its stored vectors have {encoder.dimension}."
        )
    with transaction.atomic():
        locked = Article.objects.select_for_update().filter(pk=article_id).first()
        if locked is None or locked.published_id != version.pk:
            return False  # what was published since has its own task, or the next sweep
        _store(locked, version, pieces, vectors, encoder)
        Article.objects.filter(pk=article_id).update(index_claimed_at=None)
    return True


def show(
    article: Article,
    version: ArticleVersion,
    pieces: list[Piece],
    vectors: Iterable[Vectors],
    encoder: Encoder,
) -> None:
    """Let a version be public with its passages, in a transaction that will be taken back.

    Publishing for good is an action, which records who did it.
    """
    Article.objects.filter(pk=article.pk).update(
        state=Article.State.PUBLISHED, published=version, assistant_may_use=True
    )
    _store(article, version, pieces, vectors, encoder)


def _store(
    article: Article,
    version: ArticleVersion,
    pieces: list[Piece],
    vectors: Iterable[Vectors],
    encoder: Encoder,
) -> None:
    stored = _stored(article, version, pieces)
    Embedding.objects.filter(encoder=encoder, passage__article=article).delete()
    Embedding.objects.bulk_create(
        [
            Embedding(passage=passage, encoder=encoder, vector=vector)
            for passage, vector in zip(stored, vectors, strict=True)
        ],
        batch_size=200,
    )


def _stored(article: Article, version: ArticleVersion, pieces: list[Piece]) -> list[Passage]:
    """The stored passages of the public version; those another encoder has are used again."""
    there = list(article.passages.filter(version=version).order_by("position"))
    if [(p.kind, p.heading, p.anchor, p.text, p.language) for p in there] == [
        (p.kind, p.heading, p.anchor, p.text, article.language) for p in pieces
    ]:
        article.passages.exclude(version=version).delete()
        return there
    remove_passages(article.pk)
    return Passage.objects.bulk_create(
        [
            Passage(
                article=article,
                version=version,
                position=position,
                kind=piece.kind,
                language=article.language,
                title=version.title,
                heading=piece.heading,
                anchor=piece.anchor,
                text=piece.text,
            )
            for position, piece in enumerate(pieces)
        ],
        batch_size=200,
    )
