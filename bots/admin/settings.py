"""The assistant's settings and texts in the admin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from bots.admin.confidence import confidence, decide
from bots.admin.playground import playground
from bots.fields import sensitive_topics
from bots.models import AssistantSettings, LanguageTexts, Opening, ReplyPhrase
from bots.models.words import TEXTS
from bots.understanding.vocabulary import FEELINGS, URGENCIES
from tickets.admin import AuditedAdmin, AuditedForm, SingletonAdmin, site
from tickets.admin.audit.live import LiveAdmin
from tickets.admin.going_live import Change
from tickets.conversation import placeholders

HOW_SURE = ("answer_threshold", "offer_threshold", "ask_back", "calibration_step")


@admin.register(AssistantSettings, site=site)
class AssistantSettingsAdmin(LiveAdmin, SingletonAdmin):
    fieldsets = (
        (None, {"fields": ("enabled",)}),
        (_("How sure it must be"), {"fields": HOW_SURE}),
        (_("What it says"), {"fields": TEXTS}),
    )

    def change_by(
        self, request: HttpRequest, before: Any, form: Any, formsets: Sequence[Any]
    ) -> Change | None:
        return Change(before, form.instance) if form.has_changed() else None

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


class OpeningForm(AuditedForm):
    about = forms.ChoiceField(label=_("when"))

    class Meta:
        model = Opening
        fields = ("about", "language", "text", "safety")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["about"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (_("A topic"), sensitive_topics()),
            (_("A feeling"), [each for each in FEELINGS if each[0] != "calm"]),
            (_("Urgency"), URGENCIES),
        ]


@admin.register(Opening, site=site)
class OpeningAdmin(AuditedAdmin):
    """What is said first where a hand-over needs a human sentence."""

    form = OpeningForm
    fields = ("about", "language", "text", "safety")
    list_display = ("about", "language", "text", "safety")
    list_filter = ("language", "safety")


class ReplyPhraseForm(AuditedForm):
    class Meta:
        model = ReplyPhrase
        fields = ("about", "language", "text")

    def clean_text(self) -> str:
        """What is no placeholder is refused: it would stand in a letter to a customer."""
        text = str(self.cleaned_data["text"])
        if unknown := placeholders.unknown_in(text):
            words = _("There is no placeholder %(name)s.")
            raise forms.ValidationError(words, code="unknown", params={"name": unknown[0]})
        return text


@admin.register(ReplyPhrase, site=site)
class ReplyPhraseAdmin(AuditedAdmin):
    """How replies that the co-pilot suggests begin and end."""

    form = ReplyPhraseForm
    fields = ("about", "language", "text")
    list_display = ("about", "language", "text")
    list_filter = ("language",)
