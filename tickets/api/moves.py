"""What a key sends that moves a ticket for its agent: to whom, aside, into another, beside another."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from tickets.api.fields import Moment, Short, Strict
from tickets.api.paging import PageOut
from tickets.models import HandOver, LinkKind, Reason
from tickets.models.tickets import REFERENCE_LETTERS

REFERENCE = f"^[{REFERENCE_LETTERS}]{{8}}$"
PERSON, ASSISTANT = "person", "assistant"


@extend_schema_serializer(
    examples=[
        OpenApiExample("To a person", {"to": "person", "detail": "The parcel is lost for good."}),
        OpenApiExample("Back to the assistant", {"to": "assistant"}),
    ]
)
class TurnIn(Strict):
    """Who is to act from now on."""

    to = serializers.ChoiceField(
        choices=[PERSON, ASSISTANT],
        help_text="`person` puts it into the queue, with its brief: at any moment, and nothing changes "
        "while somebody has it. `assistant` hands it back.",
    )
    detail = Short(
        max_length=300,
        required=False,
        default="",
        help_text="For a person: why, in a line. Agents read it.",
    )


class SnoozeIn(Strict):
    """Until when, in front of nobody's eyes."""

    until = Moment(
        required=False,
        default=None,
        allow_null=True,
        help_text="Without a time: until the customer writes, which ends it anyway. Within a year.",
    )
    note = Short(max_length=200, required=False, default="", help_text="Only agents read it.")


class MergeIn(Strict):
    into = serializers.RegexField(
        REFERENCE, help_text="The ticket of the same customer in which it goes on."
    )


class LinkIn(Strict):
    kind = serializers.ChoiceField(
        choices=LinkKind.choices, help_text="What this ticket is to the other one."
    )
    ticket = serializers.RegexField(REFERENCE, help_text="The other one.")


@extend_schema_serializer(component_name="HandOver")
class HandOverOut(serializers.Serializer[Any]):
    """That a person was asked for: why, and the brief that was ready before anybody was told.

    Of an agent's hint to colleagues it has nothing.
    """

    reason = serializers.ChoiceField(choices=Reason.choices)
    detail = serializers.CharField()
    team = serializers.SlugField(source="team.slug", max_length=50)
    rule = serializers.SerializerMethodField(help_text="The rule that decided, if one did.")
    evidence = serializers.ListField(
        child=serializers.CharField(), help_text="What the rule saw in the conversation."
    )
    wants = serializers.CharField(help_text="What the customer wants, in a line.")
    tried = serializers.CharField(help_text="What was tried.")
    why = serializers.CharField(help_text="Why a person.")
    feeling = serializers.CharField()
    asked_at = Moment()
    accepted_at = Moment(allow_null=True)
    ended_at = Moment(allow_null=True)

    def get_rule(self, handover: HandOver) -> str | None:
        return handover.rule.rule_name if handover.rule else None


class HandOverPage(PageOut):
    results = HandOverOut(many=True)


@extend_schema_serializer(component_name="LinkReceipt")
class LinkOut(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=LinkKind.choices)
    ticket = serializers.CharField(help_text="The other one.")
