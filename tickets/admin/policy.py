"""The helpdesk itself: its settings, its teams, and when they are there."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tickets.admin.audited import AuditedAdmin, AuditedForm, AuditedInline, SingletonAdmin
from tickets.admin.fields import TimeZoneField
from tickets.admin.site import site
from tickets.admin.theme import InlineFormSet, ModelForm, SearchableSelectMultiple
from tickets.models import Holiday, OpeningHours, OpeningSpan, SiteSettings, Team, User
from tickets.models.policy import Weekday
from tickets.models.users import STAFF_ROLES


@admin.register(SiteSettings, site=site)
class SiteSettingsAdmin(SingletonAdmin):
    fields = ("company_name", "welcome", "default_team", "phone", "contact_email")

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField[Any]:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        assert field is not None
        field.empty_label = None
        field.error_messages["required"] = _(
            "Choose a team: without one, conversations that nothing else routes would go nowhere."
        )
        return field


class TeamForm(AuditedForm):
    class Meta:
        labels = {"slug": _("short name")}
        help_texts = {"slug": _("Without spaces, for addresses and integrations.")}

    members = forms.ModelMultipleChoiceField(
        label=_("members"),
        queryset=User.objects.filter(role__in=STAFF_ROLES).order_by("name", "email"),
        widget=SearchableSelectMultiple,
        required=False,
        help_text=_("They see the conversations of this team; agents outside of it do not."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "members" in self.fields:
            self.fields["members"].initial = self.instance.members.all()

    def _save_m2m(self) -> None:
        super()._save_m2m()  # type: ignore[misc]  # what save(commit=False) leaves to save_m2m
        if "members" in self.cleaned_data:
            self.instance.members.set(self.cleaned_data["members"])


@admin.register(Team, site=site)
class TeamAdmin(AuditedAdmin):
    form = TeamForm
    many = ("members",)
    mirrored: ClassVar[dict[str, str]] = {"members": "teams"}
    fields = ("name", "slug", "description", "hours", "members")
    prepopulated_fields = {"slug": ["name"]}
    list_display = ("name", "description", "hours", "people")
    list_select_related = ("hours",)
    search_fields = ("name", "description")

    def get_queryset(self, request: HttpRequest) -> Any:
        people = (
            User.teams.through.objects.filter(team=OuterRef("pk"))
            .order_by()
            .values("team")
            .annotate(number=Count("pk"))
            .values("number")
        )
        return super().get_queryset(request).annotate(people=Coalesce(Subquery(people), 0))

    @admin.display(description=_("members"), ordering="people")
    def people(self, team: Any) -> int:
        return int(team.people)


class SpansFormSet(InlineFormSet):
    """The spans of a week: no two of a day may overlap."""

    def clean(self) -> None:
        super().clean()
        spans = sorted(
            (data["weekday"], data["opens"], data["closes"])
            for data in (getattr(form, "cleaned_data", None) for form in self.forms)
            if data and not data.get("DELETE") and {"weekday", "opens", "closes"} <= data.keys()
        )
        for (day, opens, closes), (next_day, next_opens, next_closes) in pairwise(spans):
            if day == next_day and next_opens < closes:
                raise forms.ValidationError(
                    _("%(day)s: %(first)s and %(second)s overlap. Make one of them shorter.")
                    % {
                        "day": Weekday(day).label,
                        "first": f"{opens:%H:%M}-{closes:%H:%M}",
                        "second": f"{next_opens:%H:%M}-{next_closes:%H:%M}",
                    },
                    code="overlap",
                )


class SpanForm(ModelForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("opens", "closes"):
            self.fields[name].widget.format = "%H:%M"  # seconds are nobody's opening hours


class SpanInline(AuditedInline):
    model = OpeningSpan
    form = SpanForm
    formset = SpansFormSet
    fields = ("weekday", "opens", "closes")
    verbose_name = _("time")
    verbose_name_plural = _("Open")


class HolidayInline(AuditedInline):
    model = Holiday
    fields = ("day", "name")
    verbose_name_plural = _("Closed all day")


class OpeningHoursForm(AuditedForm):
    timezone = TimeZoneField(
        label=_("time zone"), help_text=_("The times below are the clock's there.")
    )


@admin.register(OpeningHours, site=site)
class OpeningHoursAdmin(AuditedAdmin):
    form = OpeningHoursForm
    many = ("spans", "holidays")
    fields = ("name", "timezone")
    inlines = (SpanInline, HolidayInline)
    list_display = ("name", "timezone", "week")
    search_fields = ("name",)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("spans")

    @admin.display(description=_("open"))
    def week(self, hours: OpeningHours) -> str:
        return ", ".join(str(span) for span in hours.spans.all()) or str(_("Never"))
