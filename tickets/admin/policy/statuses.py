"""The statuses that an admin adds, with their words for customers."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from tickets.admin.audit.audited import AuditedAdmin
from tickets.admin.site import site
from tickets.models import Status


@admin.register(Status, site=site)
class StatusAdmin(AuditedAdmin):
    """One that conversations have is switched off, not deleted: they keep it."""

    fields = ("name", "category", "customer_words", "position", "offered")
    list_display = ("name", "category", "customer_words", "position", "offered")
    list_filter = ("category",)
    search_fields = ("name", "customer_words")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # Conversations that have it stand where its category says.
        return ("category",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and obj.tickets.exists():
            return False
        return super().has_delete_permission(request, obj)
