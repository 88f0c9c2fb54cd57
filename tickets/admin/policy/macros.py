"""The macros that are shared: for whom, offered or not. They are written in the workspace."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.acts import Gone, in_words, load
from tickets.admin.audit.audited import AuditedAdmin
from tickets.admin.site import site
from tickets.models import Macro


@admin.register(Macro, site=site)
class MacroAdmin(AuditedAdmin):
    """What somebody keeps for themselves is not listed here."""

    fields = ("name", "folder", "team", "is_active", "written", "body", "note", "does")
    readonly_fields = ("written", "body", "note", "does")
    list_display = ("name", "folder", "team", "is_active")
    list_filter = ("team", "is_active")
    search_fields = ("name", "folder")
    list_select_related = ("team",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(owner=None)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description=gettext_lazy("its text and acts"))
    def written(self, macro: Macro) -> str:
        url = reverse("workspace-change-macro", args=[macro.pk])
        return format_html('<a href="{}">{}</a>', url, _("Change them in the workspace"))

    @admin.display(description=gettext_lazy("what it does"))
    def does(self, macro: Macro) -> str:
        try:
            return "; ".join(in_words(load(macro.acts))) or _("nothing else")
        except Gone as error:
            return str(error)
