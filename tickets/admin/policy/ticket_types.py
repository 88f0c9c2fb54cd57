"""The types of conversations that agents choose from."""

from __future__ import annotations

from django.contrib import admin

from tickets.admin.audit.audited import AuditedAdmin
from tickets.admin.site import site
from tickets.models import TicketType


@admin.register(TicketType, site=site)
class TicketTypeAdmin(AuditedAdmin):
    fields = ("name", "position", "offered")
    list_display = ("name", "position", "offered")
    search_fields = ("name",)
