"""The rules as programs read them: in which order, when, what they do, and why."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from tickets.models import EscalationRule, Reason, Trigger


@extend_schema_serializer(component_name="Rule")
class RuleOut(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80)
    why = serializers.CharField(
        source="sentence", help_text="What it does and why, for colleagues."
    )
    trigger = serializers.ChoiceField(
        choices=Trigger.choices, help_text="When it is looked at; `turn`: before each answer."
    )
    in_words = serializers.CharField(
        help_text="When it holds and what follows, from its conditions."
    )
    reason = serializers.ChoiceField(
        choices=Reason.choices, help_text="That stands in the brief of the hand-over."
    )
    position = serializers.IntegerField(help_text="Those with a smaller number are asked first.")


class RuleList(serializers.Serializer[Any]):
    results = RuleOut(many=True)


def shown(rule: EscalationRule, in_words: str) -> dict[str, Any]:
    names = ("name", "sentence", "trigger", "reason", "position")
    return {**{name: getattr(rule, name) for name in names}, "in_words": in_words}
