"""What agents keep for themselves and each other, as the API shows it: saved views and macros."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from tickets.acts import NAMES
from tickets.api.fields import Key, Moment, Strict
from tickets.api.paging import PageOut
from tickets.lists.arranging import Grouping, Sort
from tickets.models import Macro, SavedView

DONE, DRAFTED = "done", "drafted"


@extend_schema_serializer(component_name="View")
class ViewOut(serializers.Serializer[Any]):
    """A search under a name, with its team loaded."""

    id = serializers.IntegerField(min_value=1)
    name = serializers.CharField(max_length=60)
    query = serializers.CharField(max_length=400, help_text="As `q` of the search takes it.")
    sort = serializers.ChoiceField(choices=Sort.choices)
    grouping = serializers.ChoiceField(choices=Grouping.choices)
    team = serializers.SerializerMethodField(
        help_text="The short name of the team that shares it; null: it is the agent's own."
    )
    tickets_url = serializers.SerializerMethodField(help_text="The tickets in it.")

    def get_team(self, view: SavedView) -> str | None:
        return view.team.slug if view.team else None

    @extend_schema_field(OpenApiTypes.URI)
    def get_tickets_url(self, view: SavedView) -> str:
        return f"{settings.SITE_URL}{reverse('api-view-tickets', args=[view.pk])}"


class ViewPage(PageOut):
    results = ViewOut(many=True)


@extend_schema_serializer(component_name="Macro")
class MacroOut(serializers.Serializer[Any]):
    """With its team loaded. What it writes for colleagues only has no field here."""

    id = serializers.IntegerField(min_value=1)
    name = serializers.CharField(max_length=80)
    folder = serializers.CharField(max_length=40, help_text="May be empty.")
    team = serializers.SerializerMethodField(
        help_text="The short name of the team that it is for; null: for all, or the agent's own."
    )
    own = serializers.SerializerMethodField(help_text="Whether it is the agent's alone.")
    body = serializers.CharField(help_text="Its reply, with placeholders; may be empty.")
    acts = serializers.SerializerMethodField(help_text="What else it does.")
    version = serializers.IntegerField(min_value=1, help_text="Raised by every change.")
    updated_at = Moment()

    def get_team(self, macro: Macro) -> str | None:
        return macro.team.slug if macro.team else None

    def get_own(self, macro: Macro) -> bool:
        return macro.owner_id is not None

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=NAMES)))
    def get_acts(self, macro: Macro) -> list[str]:
        return sorted(set(macro.acts).intersection(NAMES))


class MacroPage(PageOut):
    results = MacroOut(many=True)


@extend_schema_serializer(examples=[OpenApiExample("One that was looked at", {"macro": 12})])
class MacroIn(Strict):
    macro = Key(help_text="Its `id`.")
    version = serializers.IntegerField(
        min_value=1,
        max_value=2**31 - 1,
        required=False,
        help_text="That you looked at: if it was changed since, nothing is done (409).",
    )


@extend_schema_serializer(component_name="MacroApplied")
class AppliedOut(serializers.Serializer[Any]):
    outcome = serializers.ChoiceField(
        choices=[DONE, DRAFTED],
        help_text="`done`: it had no reply, and everything is done. `drafted`: its reply stands where "
        "the agent writes, and goes to nobody before they send it; the rest is done then.",
    )
