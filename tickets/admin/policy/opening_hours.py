"""When teams are there: the hours of a week, and holidays."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tickets.admin.audit.audited import AuditedAdmin, AuditedForm, AuditedInline
from tickets.admin.fields import TimeZoneField
from tickets.admin.site import site
from tickets.admin.theme import InlineFormSet, ModelForm
from tickets.models import Holiday, OpeningHours, OpeningSpan
from tickets.models.policy import Weekday
from tickets.service import public_holidays


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
    country = forms.ChoiceField(
        label=_("public holidays"),
        required=False,
        choices=lambda: [("", _("None")), *public_holidays.countries()],
        help_text=_("Closed on the public holidays of this country, beside the days named below."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        country, region = cleaned.get("country", ""), cleaned.get("region", "")
        cleaned["region"] = region = region.strip().upper()
        known = public_holidays.regions().get(country, [])
        if region and region not in known:
            said = (
                _("Leave this empty, or write one of: %(known)s.")
                if known
                else _("Leave this empty: no parts of this country are known.")
            )
            self.add_error("region", said % {"known": ", ".join(known)} if known else said)
        return cleaned


@admin.register(OpeningHours, site=site)
class OpeningHoursAdmin(AuditedAdmin):
    form = OpeningHoursForm
    many = ("spans", "holidays")
    fields = ("name", "timezone", "country", "region")
    inlines = (SpanInline, HolidayInline)
    list_display = ("name", "timezone", "week")
    search_fields = ("name",)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("spans")

    @admin.display(description=_("open"))
    def week(self, hours: OpeningHours) -> str:
        return ", ".join(str(span) for span in hours.spans.all()) or str(_("Never"))
