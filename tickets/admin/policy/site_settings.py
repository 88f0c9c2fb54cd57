"""The settings of the helpdesk itself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tickets.admin.audit.audited import SingletonAdmin
from tickets.admin.site import site
from tickets.models import SiteSettings


@admin.register(SiteSettings, site=site)
class SiteSettingsAdmin(SingletonAdmin):
    fieldsets = (
        (None, {"fields": ("company_name", "welcome", "default_team", "phone", "contact_email")}),
        (_("When somebody is blocked"), {"fields": ("blocked_text",)}),
        (_("When a reply leaves"), {"fields": ("undo_seconds", "live_at_once")}),
        (
            _("When answers are mailed"),
            {"fields": ("default_mailbox", "unread_minutes", "mail_attachment_mb")},
        ),
        (_("When somebody proves who they are"), {"fields": ("verified_hours",)}),
        (
            _("When a conversation ends"),
            {"fields": ("quiet_days", "notice_days", "reopen_days")},
        ),
        (_("What customers read"), {"fields": ("visit_days",)}),
        (_("What programs follow"), {"fields": ("feed_days",)}),
    )

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField[Any]:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        assert field is not None
        if db_field.name != "default_team":
            return field
        field.empty_label = None
        field.error_messages["required"] = _(
            "Choose a team: without one, conversations that nothing else routes would go nowhere."
        )
        return field
