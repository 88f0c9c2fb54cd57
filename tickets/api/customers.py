"""Customers as they go in and out of the API. What agents note of them has no field here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from django.conf.locale import LANG_INFO
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from tickets.access.for_programs import LONGEST_NUMBER, told_organization
from tickets.actors import Actor
from tickets.api.fields import Address, Key, Moment, Number, Short, Strict, Yes
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
from tickets.models import ContactKind, Customer, Tier
from tickets.models.contacts import MOST_CONTACTS, MOST_EXTERNAL_IDS

PHONE = r"^[^\u0000-\u001f]*([0-9][^\u0000-\u001f]*){4}$"
SYSTEM = r"^[a-z0-9][a-z0-9_-]*$"
LONGEST_SYSTEM = 40
LANGUAGES = sorted(code for code, known in LANG_INFO.items() if "name" in known)
TIME_ZONES = sorted(available_timezones() - {"localtime"})


class ExternalIdIn(Strict):
    """By which number a system knows them. Without a number: by none any more."""

    system = serializers.RegexField(SYSTEM, max_length=LONGEST_SYSTEM)
    number = Short(max_length=LONGEST_NUMBER)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "From a shop",
            {
                "email": "ines@walkers.example",
                "name": "Ines Pardo",
                "custom_fields": [{"key": "boot_size", "values": ["39"]}],
                "metadata": {"cart": "c-99"},
            },
        )
    ]
)
class CustomerIn(Strict):
    """What you know of somebody. What is not named stays as it is; an empty text empties it."""

    email = Address(
        required=False,
        help_text="Stated, not confirmed: nobody is found by it and nothing of a conversation is sent "
        "there. With `customers:confirm` you vouch for it, and they are the customer who has it.",
    )
    name = Short(max_length=150, required=False)
    phone = Short(max_length=40, required=False)
    language = serializers.ChoiceField(
        choices=LANGUAGES, required=False, allow_blank=True, help_text="A code like `de`."
    )
    timezone = serializers.ChoiceField(
        choices=TIME_ZONES, required=False, allow_blank=True, help_text="Like `Europe/London`."
    )
    organization = Key(required=False, allow_null=True, help_text="The `id` of an organisation.")
    organization_role = Short(max_length=80, required=False)
    tier = serializers.ChoiceField(
        choices=Tier.choices,
        required=False,
        allow_blank=True,
        help_text="Empty: that of the organisation.",
    )
    prefers_person = Yes(required=False, help_text="Every question goes to a person at once.")
    segment = Short(max_length=40, required=False)
    value = Number(
        required=False,
        allow_null=True,
        min_value=-(10**9),
        max_value=10**9,
        help_text="What they have bought so far, with two decimals.",
    )
    tags = Tags(required=False)
    external_ids = serializers.ListField(
        child=ExternalIdIn(), required=False, max_length=MOST_EXTERNAL_IDS
    )
    other_emails = serializers.ListField(
        child=Address(),
        required=False,
        max_length=MOST_CONTACTS,
        help_text="All further addresses that you know, none of them confirmed by that. What you told "
        "before and do not name goes; what people here added or confirmed stays.",
    )
    other_phones = serializers.ListField(
        child=Short(max_length=40, pattern=PHONE),
        required=False,
        max_length=MOST_CONTACTS,
        help_text="The same of telephones: four digits at least.",
    )
    custom_fields = CustomValues(required=False)
    metadata = MetadataIn(required=False, help_text=METADATA_HELP)


class ExternalIdOut(serializers.Serializer[Any]):
    system = serializers.CharField()
    number = serializers.CharField()


class ContactOut(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=ContactKind.choices)
    value = serializers.CharField()
    confirmed = serializers.SerializerMethodField(
        help_text="Whether somebody here said that it is theirs. Then mail from it counts as theirs."
    )

    def get_confirmed(self, contact: Mapping[str, Any]) -> bool:
        return contact["confirmed_at"] is not None


class OrganizationName(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()


@extend_schema_serializer(component_name="CustomerWithAll")
class CustomerWithAllOut(serializers.Serializer[Any]):
    """Of a person who was loaded by `tickets.access.for_programs`. No query."""

    id = serializers.IntegerField(min_value=1)
    email = serializers.EmailField(allow_null=True, help_text="Null while none is confirmed.")
    stated_email = serializers.CharField(
        source="claimed_email", help_text="One that is not confirmed; may be empty."
    )
    name = serializers.CharField(max_length=150)
    phone = serializers.CharField()
    language = serializers.CharField()
    timezone = serializers.CharField()
    organization = OrganizationName(allow_null=True)
    organization_role = serializers.CharField()
    tier = serializers.ChoiceField(choices=Tier.choices, allow_blank=True)
    prefers_person = serializers.BooleanField()
    segment = serializers.CharField()
    value = serializers.SerializerMethodField(method_name="get_spent")
    tags = serializers.ListField(child=serializers.CharField())
    external_ids = ExternalIdOut(many=True, source="numbers_here")
    contacts = ContactOut(many=True, source="contacts_here")
    custom_fields = serializers.SerializerMethodField()
    metadata = MetadataOut(help_text=METADATA_HELP)
    created_at = Moment()

    def get_spent(self, customer: Customer) -> float | None:
        return float(customer.value) if customer.value is not None else None

    def get_custom_fields(self, customer: Customer) -> list[CustomValue]:
        return custom_values(customer.custom)


@extend_schema_serializer(component_name="CustomerReceipt")
class CustomerReceipt(serializers.Serializer[Any]):
    """What a key that may not read learns of a customer of whom it told."""

    id = serializers.IntegerField(min_value=1)
    created_at = Moment()


class CustomerPage(PageOut):
    results = CustomerWithAllOut(many=True)


class CustomerQuery(CursorQuery):
    email = Address(required=False, help_text="Only who has this address, confirmed.")
    organization = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2**63 - 1,
        help_text="Only those of the one with this `id`.",
    )


def told_of(actor: Actor, sent: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent, as the actions take it. Raises ValidationError where there is no such organisation."""
    texts = ("name", "phone", "language", "timezone", "organization_role", "tier", "segment")
    told: dict[str, Any] = {name: [sent[name]] for name in texts if name in sent}
    if "value" in sent:
        told["value"] = ["" if sent["value"] is None else str(sent["value"])]
    if "prefers_person" in sent:
        told["prefers_person"] = ["yes" if sent["prefers_person"] else "no"]
    if "tags" in sent:
        told["tags"] = [", ".join(sent["tags"])]
    if "organization" in sent:
        told["organization"] = _organization(actor, sent["organization"])
    if "external_ids" in sent:
        told["numbers"] = [(one["system"], one["number"]) for one in sent["external_ids"]]
    lists = {ContactKind.EMAIL: "other_emails", ContactKind.PHONE: "other_phones"}
    told["contacts"] = {kind: sent[name] for kind, name in lists.items() if name in sent}
    return (
        told | {name: sent[name] for name in ("email", "metadata") if name in sent} | as_told(sent)
    )


def _organization(actor: Actor, key: int | None) -> list[str]:
    if key is None:
        return []
    try:
        return [told_organization(actor, key).name]
    except Http404 as missing:
        raise serializers.ValidationError(
            {"organization": [_("There is no such organisation.")]}, code="unknown"
        ) from missing
