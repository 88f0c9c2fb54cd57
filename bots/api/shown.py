"""What the assistant would say, as programs read it: a machine's words, how sure it is, and from where."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from bots.rehearsal import Played
from bots.sources import Source
from tickets.api.fields import Strict, Words
from tickets.api.reading import article_url
from tickets.models import AuthorKind, Decision


class QuestionQuery(Strict):
    q = Words(max_length=500, help_text="What a customer might ask, in their own words.")


@extend_schema_serializer(component_name="PreviewSource")
class SourceOut(serializers.Serializer[Any]):
    slug = serializers.SlugField(max_length=200)
    title = serializers.CharField()
    heading = serializers.CharField()
    url = serializers.SerializerMethodField()
    short_answer = serializers.CharField()
    passage = serializers.CharField(source="text")
    quoted = serializers.BooleanField(help_text="Whether it would be quoted as the answer.")
    score = serializers.FloatField(help_text="0 to 1: how well it fits.")

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, source: Source) -> str:
        return article_url(source.slug, source.anchor)


@extend_schema_serializer(component_name="AnswerPreview")
class PreviewOut(serializers.Serializer[Any]):
    """Words of a machine: wherever you show them, say so."""

    author = serializers.ChoiceField(choices=[AuthorKind.ASSISTANT.value])
    decision = serializers.ChoiceField(
        choices=Decision.choices, help_text="`hand_over`: a person would be asked for."
    )
    text = serializers.CharField(help_text="What it says before what it quotes; may be empty.")
    confidence = serializers.FloatField(min_value=0, max_value=1)
    reasons = serializers.ListField(child=serializers.CharField(), help_text="Why, in words.")
    rule = serializers.CharField(allow_null=True, help_text="The rule that asks for a person.")
    task = serializers.CharField(allow_null=True, help_text="The task that it calls for.")
    sources = SourceOut(many=True)


def preview(played: Played) -> dict[str, Any]:
    """One turn that was played, as the serializer takes it."""
    thought, rule = played.turned.thought, played.outcome.rule
    return {
        "author": AuthorKind.ASSISTANT.value,
        "decision": played.outcome.decision,
        "text": played.says,
        "confidence": round(thought.confidence, 4) if thought else 0.0,
        "reasons": played.reasons,
        "rule": rule.rule.name if rule else None,
        "task": played.task,
        "sources": played.shown,
    }
