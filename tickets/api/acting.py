"""What a key that acts for an agent sends and is answered: replies, internal notes, changes."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import serializers

from tickets.api.fields import Address, Body, Line, Moment, Strict
from tickets.api.files import Files
from tickets.api.serializers import MAX_POSITION
from tickets.api.told import Tags
from tickets.intake import text
from tickets.models import Draft

PRIORITIES = {"low": 1, "normal": 2, "high": 3, "urgent": 4}


@extend_schema_serializer(
    examples=[OpenApiExample("An answer", {"body": "A new pole left us today."})]
)
class NewReply(Strict):
    """What the customer reads, from the agent for whom the key acts."""

    body = Body(help_text=f"Markdown, up to {text.MESSAGE_LIMIT} characters.")
    attachments = Files()

    def validate_body(self, value: str) -> str:
        return text.message(value)


@extend_schema_serializer(
    examples=[OpenApiExample("For colleagues", {"body": "Refund 4021 was booked by billing."})]
)
class NewNote(Strict):
    """What only those who work here read."""

    body = Body(help_text=f"Markdown, up to {text.MESSAGE_LIMIT} characters.")

    def validate_body(self, value: str) -> str:
        return text.message(value)


@extend_schema_serializer(
    examples=[OpenApiExample("To be read first", {"body": "Your refund left us on Monday."})]
)
class NewDraft(Strict):
    """What the agent for whom the key acts finds where they write their reply."""

    body = Body(help_text=f"Markdown, up to {text.MESSAGE_LIMIT} characters.")

    def validate_body(self, value: str) -> str:
        return text.message(value)


@extend_schema_serializer(component_name="DraftReceipt")
class DraftReceipt(serializers.Serializer[Any]):
    """A draft is its agent's alone: what is told of it is that it is there, and where they read it."""

    drafted_at = Moment(source="updated_at")
    workspace_url = serializers.SerializerMethodField()

    @extend_schema_field(OpenApiTypes.URI)
    def get_workspace_url(self, draft: Draft) -> str:
        return f"{settings.SITE_URL}{reverse('workspace-ticket', args=[draft.ticket.reference])}"


@extend_schema_serializer(component_name="NoteReceipt")
class NoteReceipt(serializers.Serializer[Any]):
    position = serializers.IntegerField(
        min_value=1, max_value=MAX_POSITION, help_text="Its place in the conversation."
    )
    created_at = Moment()


@extend_schema_serializer(
    examples=[
        OpenApiExample("Close it", {"state": "resolved"}),
        OpenApiExample("Give it to somebody", {"team": "billing", "priority": "high"}),
    ]
)
class Changes(Strict):
    """What is to be otherwise. What is not named stays as it is; all of it is done, or nothing."""

    state = serializers.ChoiceField(
        choices=["open", "resolved", "closed"],
        required=False,
        help_text="`resolved` asks the customer whether it is; `closed` says nothing of that; `open` "
        "brings back what was closed. Done after everything else, `open` before.",
    )
    team = serializers.SlugField(
        max_length=50, required=False, help_text="The short name of the team that it goes to."
    )
    assignee = Address(
        required=False,
        allow_null=True,
        help_text="The address of the agent who has it from now on; null gives it back to the queue.",
    )
    priority = serializers.ChoiceField(choices=list(PRIORITIES), required=False)
    subject = Line(max_length=text.LINE_LIMIT, required=False)
    add_tags = Tags(required=False)
    remove_tags = Tags(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError(_("Name something to change."), code="empty")
        return attrs
