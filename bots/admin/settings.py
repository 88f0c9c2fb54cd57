"""The assistant's settings and texts in the admin."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from bots.admin.confidence import confidence, decide
from bots.admin.playground import playground
from bots.models import AssistantSettings, LanguageTexts
from bots.models.words import TEXTS
from tickets.admin import AuditedAdmin, SingletonAdmin, site

HOW_SURE = ("answer_threshold", "offer_threshold", "ask_back", "calibration_step")


@admin.register(AssistantSettings, site=site)
class AssistantSettingsAdmin(SingletonAdmin):
    fieldsets = (
        (None, {"fields": ("enabled",)}),
        (_("How sure it must be"), {"fields": HOW_SURE}),
        (_("What it says"), {"fields": TEXTS}),
    )

    def get_urls(self) -> list[URLPattern]:
        """The pages on which one looks into its head, beside its form."""
        guarded = self.admin_site.admin_view
        return [
            path("confidence/", guarded(confidence), name="bots_confidence"),
            path("confidence/decide/", guarded(decide), name="bots_confidence_decide"),
            path("playground/", guarded(playground), name="bots_playground"),
            *super().get_urls(),
        ]


@admin.register(LanguageTexts, site=site)
class LanguageTextsAdmin(AuditedAdmin):
    fields = ("language", *TEXTS)
    list_display = ("language", "greeting")
