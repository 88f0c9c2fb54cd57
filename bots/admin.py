"""The assistant's settings in the admin."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from bots.models import AssistantSettings
from tickets.admin import SingletonAdmin, site


@admin.register(AssistantSettings, site=site)
class AssistantSettingsAdmin(SingletonAdmin):
    fieldsets = (
        (None, {"fields": ("enabled",)}),
        (_("How sure it must be"), {"fields": ("answer_threshold", "offer_threshold", "ask_back")}),
        (
            _("What it says"),
            {
                "fields": (
                    *("greeting", "answer_intro", "offer_intro"),
                    *("clarify_text", "no_answer_text", "unhelpful_text"),
                )
            },
        ),
    )
