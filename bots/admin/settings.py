"""The assistant's settings and texts in the admin."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from bots.models import AssistantSettings, LanguageTexts
from bots.models.words import TEXTS
from tickets.admin import AuditedAdmin, SingletonAdmin, site


@admin.register(AssistantSettings, site=site)
class AssistantSettingsAdmin(SingletonAdmin):
    fieldsets = (
        (None, {"fields": ("enabled",)}),
        (_("How sure it must be"), {"fields": ("answer_threshold", "offer_threshold", "ask_back")}),
        (_("What it says"), {"fields": TEXTS}),
    )


@admin.register(LanguageTexts, site=site)
class LanguageTextsAdmin(AuditedAdmin):
    fields = ("language", *TEXTS)
    list_display = ("language", "greeting")
