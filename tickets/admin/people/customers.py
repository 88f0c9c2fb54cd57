"""Those who ask, and the organisations they belong to."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from tickets.admin.audit.audited import AuditedAdmin, AuditedInline
from tickets.admin.people.search import FoundByAddress
from tickets.admin.site import site
from tickets.models import Customer, Fact, Organization


@admin.register(Organization, site=site)
class OrganizationAdmin(AuditedAdmin):
    fields = ("name", "tier", "note")
    list_display = ("name", "tier")
    list_filter = ("tier",)
    search_fields = ("name", "domains__domain")


class FactInline(AuditedInline):
    """What is known about the customer. It comes from conversations, and is only shown here."""

    model = Fact
    fields = readonly_fields = ("key", "value", "source", "created_at")
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Customer, site=site)
class CustomerAdmin(FoundByAddress):
    """Customers come about by asking. What they proved themselves (addresses) is not edited."""

    inlines = (FactInline,)
    fields = (
        *("name", "organization", "phone", "language", "prefers_person", "segment", "value"),
        *("email", "claimed_email", "user", "joined_into", "created_at"),
    )
    readonly_fields = ("email", "claimed_email", "user", "joined_into", "created_at")
    autocomplete_fields = ("organization",)
    list_display = ("name_or_address", "email", "organization", "created_at")
    list_filter = ("organization__tier",)
    search_fields = ("name", "email__contains", "claimed_email__contains", "organization__name")
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).select_related("organization", "user", "joined_into")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("name"), ordering="name")
    def name_or_address(self, customer: Customer) -> str:
        return str(customer)
