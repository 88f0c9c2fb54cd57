"""The types of records from outside, and the fields that their records have."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tickets.admin.audit.audited import AuditedAdmin, AuditedInline
from tickets.admin.fields import LinesField
from tickets.admin.site import site
from tickets.admin.theme import InlineFormSet, ModelForm
from tickets.models import RecordField, RecordType
from tickets.models.custom_fields import MOST_OPTIONS
from tickets.models.records import MOST_FIELDS


class FieldForm(ModelForm):
    """A field's key and kind stay what they are: the values that are there are found by them."""

    options = LinesField(most=MOST_OPTIONS, longest=80, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["options"].widget.attrs.update(
            {"rows": 2, "aria-label": str(_("Values to choose from"))}
        )
        if self.instance.pk:
            for name in ("key", "kind"):
                self.fields[name].disabled = True


class FieldsFormSet(InlineFormSet):
    """The fields of a type: one of them at most is the status."""

    def clean(self) -> None:
        super().clean()
        rows = [getattr(form, "cleaned_data", None) for form in self.forms]
        statuses = [row for row in rows if row and row.get("is_status") and not row.get("DELETE")]
        if len(statuses) > 1:
            raise forms.ValidationError(_("One field at most is the status."), code="statuses")


class FieldInline(AuditedInline):
    model = RecordField
    form = FieldForm
    formset = FieldsFormSet
    max_num = MOST_FIELDS
    fields = (
        *("name", "key", "kind", "options", "position"),
        *("in_panel", "shown_to_customer", "is_status"),
    )
    verbose_name = _("field")
    verbose_name_plural = _("Fields")


@admin.register(RecordType, site=site)
class RecordTypeAdmin(AuditedAdmin):
    many = ("fields",)
    inlines = (FieldInline,)
    fields = (
        *("name", "plural", "key", "look", "customer_system"),
        *("kept_days", "operation", "position", "active"),
    )
    list_display = ("plural", "key", "look", "number", "kept_days", "active")
    search_fields = ("name", "plural", "key")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(number=Count("fields"))

    @admin.display(description=_("fields"), ordering="number")
    def number(self, record_type: Any) -> int:
        return int(record_type.number)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # Programs, rules and searches name it.
        return ("key",) if obj else ()
