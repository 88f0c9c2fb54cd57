"""Which key it is that asks: its name and what it may do."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tickets.api.fields import Moment
from tickets.api.schema import operation
from tickets.api.views.base import ApiView
from tickets.models import Scope


@extend_schema_serializer(component_name="Key")
class KeyOut(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80)
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.choices))
    acts_for = serializers.SerializerMethodField(help_text="The agent for whom it acts, by name.")
    expires_at = Moment(allow_null=True)

    def get_acts_for(self, key: Any) -> str | None:
        return str(key.agent) if key.agent else None


class KeyDetail(ApiView):
    scopes = {"GET": None}

    @operation("Read your key", "Every key may.", scope=None, answer=KeyOut)
    def get(self, request: Request) -> Response:
        return Response(KeyOut(self.key).data)
