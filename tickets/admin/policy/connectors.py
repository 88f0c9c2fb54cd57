"""Connectors: which systems of the company may be asked, what for, and what they answered."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.admin.audit.audited import AuditedAdmin, AuditedForm, ReadOnlyAdmin
from tickets.admin.buttons import Button
from tickets.admin.policy.named_values import NamedValuesField
from tickets.admin.policy.signed import AdminOfSigned, OutsideForm
from tickets.admin.site import site
from tickets.connectors import trying_out
from tickets.models import Connector, ConnectorCall, Operation
from tickets.models.connectors import PATH


@admin.register(Connector, site=site)
class ConnectorAdmin(AdminOfSigned):
    form = OutsideForm
    list_display = ("name", "key", "address", "is_active")
    search_fields = ("name", "key", "address")
    fields = (
        *("name", "key", "address", "state_of_secret", "seconds", "attempts"),
        *("allowed_networks", "is_active"),
    )
    readonly_fields = ("state_of_secret",)


class OperationForm(AuditedForm):
    values = NamedValuesField(
        label=gettext_lazy("values"),
        help_text=gettext_lazy(
            "Which values of the answer are taken, one on a line: the name that they get here, and "
            "where they stand, like “status = order.status”. Everything else is forgotten."
        ),
    )

    def clean_values(self) -> dict[str, str]:
        values: dict[str, str] = self.cleaned_data["values"]
        for where in values.values():
            _must_be_path(where)
        return values

    def clean_rows_path(self) -> str:
        return _must_be_path(self.cleaned_data["rows_path"])

    def clean_owner_path(self) -> str:
        return _must_be_path(self.cleaned_data["owner_path"])


@admin.register(Operation, site=site)
class OperationAdmin(AuditedAdmin):
    form = OperationForm
    list_display = ("key", "connector", "path", "changes", "is_active")
    list_filter = ("connector", "changes")
    list_select_related = ("connector",)
    search_fields = ("key", "path")
    fields = (
        *("connector", "key", "path", "changes", "values", "rows_path", "owner_path"),
        *("cache_seconds", "is_active"),
    )
    buttons = (
        Button(
            name="try",
            label=gettext_lazy("Try it"),
            explanation=gettext_lazy("Ask with values of your own, and see what comes back."),
            method="lead_to_trying",
        ),
    )

    def get_urls(self) -> list[URLPattern]:
        own = self.admin_site.admin_view(self.attempt)
        return [path("<int:pk>/try/", own, name="tickets_operation_try"), *super().get_urls()]

    def lead_to_trying(self, request: HttpRequest, operation: Operation) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:tickets_operation_try", args=[operation.pk]))

    def attempt(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A form for what it is asked with, and below it what came back."""
        operation = self.get_object(request, str(pk))
        if not isinstance(operation, Operation):
            raise Http404
        form = TryForm(request.POST or None, operation=operation)
        tried = None
        if request.method == "POST" and form.is_valid():
            tried = trying_out.attempt(operation, form.cleaned_data["inputs"])
        context = {
            **self.admin_site.each_context(request),
            "title": _("Try it"),
            "subtitle": str(operation),
            "operation": operation,
            "form": form,
            "tried": tried,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/operation_try.html", context)


class TryForm(forms.Form):
    inputs = NamedValuesField(
        label=gettext_lazy("Asked with"),
        required=False,
        help_text=gettext_lazy("One on a line, like “number = KM-48213”."),
    )
    sure = forms.BooleanField(label=gettext_lazy("Yes, change it"))

    def __init__(self, *args: Any, operation: Operation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not operation.changes:
            del self.fields["sure"]


@admin.register(ConnectorCall, site=site)
class ConnectorCallAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "operation", "state", "problem", "attempts", "milliseconds")
    list_filter = ("state", "operation__connector")
    list_select_related = ("operation__connector",)
    search_fields = ("number",)
    fields = (
        *("created_at", "operation", "ticket", "number", "state", "problem", "inputs", "rows"),
        *("attempts", "milliseconds"),
    )
    readonly_fields = fields
    show_full_result_count = False


def _must_be_path(where: str) -> str:
    if where and not PATH.fullmatch(where):
        raise forms.ValidationError(
            _(
                "“%(text)s” is no place in an answer. Write names with dots, like order.lines.0.name."
            )
            % {"text": where[:80]}
        )
    return where
