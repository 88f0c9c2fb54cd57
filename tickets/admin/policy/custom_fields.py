"""The fields that an admin adds to conversations, customers and organisations."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tickets.admin.audit.audited import AuditedAdmin, AuditedForm
from tickets.admin.fields import LinesField
from tickets.admin.site import site
from tickets.models import CustomField
from tickets.models.custom_fields import MOST_OPTIONS


class CustomFieldForm(AuditedForm):
    options = LinesField(
        most=MOST_OPTIONS,
        longest=80,
        required=False,
        label=_("values to choose from"),
        help_text=_("One per line. What was chosen stays, also when it is offered no more."),
    )


@admin.register(CustomField, site=site)
class CustomFieldAdmin(AuditedAdmin):
    form = CustomFieldForm
    fields = (
        *("name", "about", "key", "kind", "options", "position"),
        *("required", "shown_to_customer"),
    )
    list_display = ("name", "about", "kind", "key", "required", "shown_to_customer")
    search_fields = ("name", "key")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # The values that are there are found by the key, and are of the kind.
        return ("about", "key", "kind") if obj else ()
