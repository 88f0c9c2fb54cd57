"""Gists: what an article is about as one vector, made from all of the installation's vectors."""

from __future__ import annotations

from django.db import models
from pgvector.django import VectorField

from knowledgebase.models.articles import Article
from knowledgebase.models.passages import Encoder


class Gist(models.Model):
    """An article's gist by one encoder: `shift` plus its inner product with a question's vector
    says how much the question is about the article; see knowledgebase.gists.
    """

    article = models.ForeignKey(
        Article, on_delete=models.CASCADE, related_name="gists", db_index=False
    )
    encoder = models.ForeignKey(Encoder, on_delete=models.CASCADE, related_name="+")
    vector = VectorField()
    shift = models.FloatField()
    weight = models.FloatField()  # in an article's score; the same in all of an encoder's

    class Meta:
        constraints = [models.UniqueConstraint(fields=["article", "encoder"], name="gist_once")]

    def __str__(self) -> str:
        return f"{self.article_id} by {self.encoder_id}"
