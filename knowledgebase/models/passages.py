"""Passages: the pieces articles are found and quoted by, and their vectors for each encoder."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q
from pgvector.django import VectorField

from knowledgebase.models.articles import Article, ArticleVersion


class Encoder(models.Model):
    """A sentence encoder whose vectors are stored. Vectors of two encoders are never compared.

    A new one is *building* beside the active one until every public article has its vectors; then
    the two swap in one transaction, and the old one is *retired*.
    """

    class State(models.TextChoices):
        BUILDING = "building"
        ACTIVE = "active"
        RETIRED = "retired"

    name = models.CharField(max_length=200, unique=True)
    dimension = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.BUILDING)
    created_at = models.DateTimeField(auto_now_add=True)
    # What the gists of articles were last made from, see knowledgebase.gists.
    gists_from = models.CharField(max_length=100, blank=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="active"), name="encoder_one_active"
            ),
            # pgvector's index takes no more dimensions than this.
            models.CheckConstraint(
                condition=Q(dimension__gte=1, dimension__lte=2000), name="encoder_can_be_indexed"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def index_name(self) -> str:
        return f"knowledgebase_embedding_hnsw_{self.pk}"

    def create_index_sql(self) -> str:
        """The statement that makes this encoder's own vector index: cosine, by its dimension."""
        return (
            f"CREATE INDEX IF NOT EXISTS {self.index_name} ON knowledgebase_embedding "
            f"USING hnsw ((vector::vector({int(self.dimension)})) vector_cosine_ops) "
            f"WHERE encoder_id = {int(self.pk)}"
        )

    def drop_index_sql(self) -> str:
        return f"DROP INDEX IF EXISTS {self.index_name}"


class Passage(models.Model):
    """A piece of one version: about 60 words of its body, its title, a heading, or a sample question.

    Several sample questions are also one passage together (asked): what they have in common is
    nearer to the next question than any of them. A heading stands under its title; articles are not
    found by it, but among the sections of one that was found it helps to choose.
    """

    class Kind(models.TextChoices):
        BODY = "body"
        TITLE = "title"
        QUESTION = "question"
        ASKED = "asked"
        HEADING = "heading"

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="passages")
    version = models.ForeignKey(
        ArticleVersion, on_delete=models.CASCADE, related_name="passages", db_index=False
    )
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    language = models.CharField(max_length=10)
    title = models.CharField(max_length=300)
    heading = models.CharField(max_length=300, blank=True)
    anchor = models.CharField(max_length=100, blank=True)
    text = models.TextField()
    search = models.GeneratedField(
        expression=Func(
            F("language"),
            F("title"),
            F("heading"),
            F("text"),
            function="knowledgebase_search",
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        ordering = ["article", "position"]
        # Without a list of pending words, through which every search would have to read.
        indexes = [GinIndex(fields=["search"], name="passage_search", fastupdate=False)]
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="passage_position_once")
        ]

    def __str__(self) -> str:
        return self.text[:60]


class Embedding(models.Model):
    """A passage's normalised vector by one encoder."""

    passage = models.ForeignKey(
        Passage, on_delete=models.CASCADE, related_name="embeddings", db_index=False
    )
    encoder = models.ForeignKey(Encoder, on_delete=models.CASCADE, related_name="+")
    # Without a dimension, since encoders differ; each has an index of its own, see Encoder.
    vector = VectorField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["passage", "encoder"], name="embedding_once")
        ]

    def __str__(self) -> str:
        return f"{self.passage_id} by {self.encoder_id}"
