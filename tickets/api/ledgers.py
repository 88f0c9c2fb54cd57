"""What the API tells of the past: ratings, and the record of what admins did."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from tickets.api.events import ActorOut
from tickets.api.fields import Moment
from tickets.api.paging import PageOut
from tickets.api.queries import CursorQuery
from tickets.models import AuditLink
from tickets.models.tickets import REFERENCE_LETTERS


@extend_schema_serializer(component_name="Rating")
class RatingOut(serializers.Serializer[Any]):
    ticket = serializers.RegexField(f"^[{REFERENCE_LETTERS}]{{8}}$", source="ticket.reference")
    satisfaction = serializers.IntegerField(min_value=1, max_value=5, help_text="5 is best.")
    effort = serializers.IntegerField(min_value=1, max_value=5, help_text="5 is easiest.")
    comment = serializers.CharField(help_text="The customer's words; may be empty.")
    created_at = Moment()


class RatingPage(PageOut):
    results = RatingOut(many=True)


class RatingQuery(CursorQuery):
    created_after = Moment(required=False, help_text="Only those of after this time.")
    created_before = Moment(required=False, help_text="Only those of before this time.")


@extend_schema_field({"type": "object", "additionalProperties": {}})
class Details(serializers.Field[Any, Any, Any, Any]):
    """What was kept of it, as it is."""

    def to_representation(self, value: Any) -> Any:
        return value


@extend_schema_serializer(component_name="AuditEntry")
class AuditOut(serializers.Serializer[Any]):
    """A link of the record, with its event and who did it."""

    number = serializers.IntegerField(min_value=1, help_text="Rising by one.")
    at = Moment(source="event.created_at")
    by = serializers.SerializerMethodField()
    type = serializers.CharField(source="event.kind", help_text="Like `setting.changed`.")
    subject = serializers.CharField(
        source="event.subject", help_text="The kind of what it is about."
    )
    subject_id = serializers.IntegerField(source="event.subject_id", allow_null=True)
    details = Details(source="event.data")
    hash = serializers.CharField(
        max_length=64, help_text="Over this and the one before: what was changed since, shows."
    )

    @extend_schema_field(ActorOut)
    def get_by(self, link: AuditLink) -> dict[str, str]:
        event = link.event
        actor = event.actor_user or event.actor_customer or event.actor_key
        name = getattr(actor, "name", "") or getattr(actor, "email", "") or ""
        return {"kind": event.actor_kind, "name": name}


class AuditPage(PageOut):
    results = AuditOut(many=True)


class AuditQuery(CursorQuery):
    after = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=2**63 - 1,
        help_text="Only those with a greater number: the last one that you have.",
    )
