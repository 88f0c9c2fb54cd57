"""The words of an installation in the admin: which mean the same, and which mean nothing."""

from __future__ import annotations

from django.contrib import admin

from knowledgebase.models import IgnoredWord, Synonyms
from tickets.admin.audit.audited import AuditedAdmin
from tickets.admin.site import site


@admin.register(Synonyms, site=site)
class SynonymsAdmin(AuditedAdmin):
    fields = ("words", "language")
    list_display = ("words", "language")
    list_filter = ("language",)
    search_fields = ("words",)


@admin.register(IgnoredWord, site=site)
class IgnoredWordAdmin(AuditedAdmin):
    fields = ("word",)
    list_display = ("word",)
    search_fields = ("word",)
