"""Organisations as they go in and out of the API. What agents note of them has no field here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from tickets.access.for_programs import LONGEST_NUMBER
from tickets.api.fields import SOME_TEXT, Short, Strict
from tickets.api.paging import PageOut
from tickets.api.queries import CursorQuery
from tickets.api.told import (
    METADATA_HELP,
    CustomValue,
    CustomValues,
    MetadataIn,
    MetadataOut,
    Tags,
    as_told,
    custom_values,
)
from tickets.models import Organization, Tier


@extend_schema_serializer(
    examples=[
        OpenApiExample("A company", {"name": "Fell Walkers Ltd", "tier": "plus", "tags": ["b2b"]})
    ]
)
class OrganizationIn(Strict):
    """What you know of a company. What is not named stays as it is."""

    name = Short(
        required=False, max_length=150, pattern=SOME_TEXT, help_text="No two have the same."
    )
    tier = serializers.ChoiceField(choices=Tier.choices, required=False)
    tags = Tags(required=False)
    custom_fields = CustomValues(required=False)
    metadata = MetadataIn(required=False, help_text=METADATA_HELP)


class NewOrganization(OrganizationIn):
    name = Short(max_length=150, pattern=SOME_TEXT, help_text="No two have the same.")
    external_id = Short(
        max_length=LONGEST_NUMBER, required=False, help_text="By what your system knows it."
    )


class ChangedOrganization(OrganizationIn):
    external_id = Short(
        max_length=LONGEST_NUMBER,
        required=False,
        help_text="By what your system knows it; empty: by nothing.",
    )


@extend_schema_serializer(component_name="Organization")
class OrganizationOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(min_value=1)
    external_id = serializers.CharField(help_text="Empty where no system has one.")
    name = serializers.CharField(max_length=150)
    tier = serializers.ChoiceField(choices=Tier.choices)
    tags = serializers.ListField(child=serializers.CharField())
    domains = serializers.SerializerMethodField(
        help_text="Who has a confirmed address there belongs to it. Only an admin says so."
    )
    custom_fields = serializers.SerializerMethodField()
    metadata = MetadataOut(help_text=METADATA_HELP)

    def get_domains(self, organization: Organization) -> list[str]:
        return [one.domain for one in organization.domains.all()]

    def get_custom_fields(self, organization: Organization) -> list[CustomValue]:
        return custom_values(organization.custom)


@extend_schema_serializer(component_name="OrganizationReceipt")
class OrganizationReceipt(serializers.Serializer[Any]):
    """What a key that may not read learns of an organisation of which it told."""

    id = serializers.IntegerField(min_value=1)


class OrganizationPage(PageOut):
    results = OrganizationOut(many=True)


class OrganizationQuery(CursorQuery):
    name = Short(required=False, max_length=150, help_text="Only the one with exactly this name.")


def told_of(sent: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent, as the actions take it."""
    told: dict[str, Any] = {}
    if "tier" in sent:
        told["tier"] = [sent["tier"]]
    if "tags" in sent:
        told["tags"] = [", ".join(sent["tags"])]
    kept = {name: sent[name] for name in ("name", "external_id", "metadata") if name in sent}
    return told | kept | as_told(sent)
