"""Where an agent's reply came from that began as a suggestion, as the API tells it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from tickets.api.fields import Moment
from tickets.api.reading import article_url
from tickets.conversation.suggested import CONVERSATION, SECTION


@extend_schema_serializer(component_name="SuggestedFrom")
class SuggestedFromOut(serializers.Serializer[Any]):
    """A section of an article, or what an agent wrote in a conversation that it solved."""

    kind = serializers.ChoiceField(choices=[SECTION, CONVERSATION])
    title = serializers.SerializerMethodField(
        help_text="The article's title as it was then; empty for a conversation."
    )
    heading = serializers.SerializerMethodField(help_text="Of the section; may be empty.")
    url = serializers.SerializerMethodField(help_text="Of a conversation its page for agents.")

    def get_title(self, source: dict[str, Any]) -> str:
        return str(source.get("title", ""))

    def get_heading(self, source: dict[str, Any]) -> str:
        return str(source.get("heading", ""))

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, source: dict[str, Any]) -> str:
        if source["kind"] == SECTION:
            return article_url(source["slug"], source["anchor"])
        path = reverse("workspace-ticket", args=[source["reference"]])
        return f"{settings.SITE_URL}{path}"


@extend_schema_serializer(component_name="Suggested")
class SuggestedOut(serializers.Serializer[Any]):
    """Where an agent's reply came from that began as a suggestion. For your eyes, not a customer's."""

    by = serializers.CharField(
        source="message.author_user.get_short_name", help_text="Who used it, and sent the reply."
    )
    used_at = Moment()
    edited = serializers.IntegerField(
        min_value=0,
        max_value=100,
        help_text="Percent: the Levenshtein distance in words between what was suggested and what "
        "was sent, divided by the length of the longer text.",
    )
    sources = SuggestedFromOut(many=True)
