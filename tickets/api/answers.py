"""What stands behind a message of the assistant, as the API shows it: its sources, and how sure it was."""

from __future__ import annotations

from typing import Any, TypedDict

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from tickets.api.reading import article_url
from tickets.models import Citation, Decision


class Section(TypedDict):
    """A part of an article. The heading is empty for what stands before the first one."""

    heading: str
    url: str


@extend_schema_serializer(component_name="Source")
class SourceOut(serializers.Serializer[Any]):
    """An article as it was quoted then; it may say something else by now."""

    slug = serializers.SlugField(max_length=200)
    title = serializers.CharField(max_length=300)
    heading = serializers.CharField(max_length=300)
    url = serializers.SerializerMethodField()
    short_answer = serializers.CharField(
        help_text="What the customer reads before a quoted passage: plain text, may be empty."
    )
    passage = serializers.CharField()
    quoted = serializers.BooleanField(
        help_text="Whether the customer reads the passage as the answer; the others are listed."
    )
    nearby = serializers.SerializerMethodField(
        help_text="Other parts of the article that may be meant as well, the likeliest first."
    )
    score = serializers.FloatField(help_text="0 to 1: how well it fits the question.")

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, citation: Citation) -> str:
        return article_url(citation.slug, citation.anchor)

    def get_nearby(self, citation: Citation) -> list[Section]:
        return [
            {"heading": one["heading"], "url": article_url(citation.slug, one["anchor"])}
            for one in citation.nearby
        ]


@extend_schema_serializer(component_name="Answer")
class AnswerOut(serializers.Serializer[Any]):
    """What stands behind a message of the assistant."""

    decision = serializers.ChoiceField(choices=Decision.choices)
    confidence = serializers.FloatField(
        min_value=0,
        max_value=1,
        help_text=(
            "0 to 1: how likely what is quoted answers the question, which is not how likely it "
            "solves the problem."
        ),
    )
    sources = SourceOut(many=True, source="citations.all")
