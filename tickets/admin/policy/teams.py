"""Teams, and who is in them."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tickets.admin.audit.audited import AuditedAdmin, AuditedForm
from tickets.admin.site import site
from tickets.admin.theme import SearchableSelectMultiple
from tickets.models import Team, User
from tickets.models.users import STAFF_ROLES


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
    fieldsets = (
        (None, {"fields": ("name", "slug", "description", "hours", "members")}),
        (
            _("Who gets a conversation"),
            {
                "fields": (
                    *("method", "same_agent_days", "grace_minutes"),
                    *("overflow_team", "overflow_minutes"),
                )
            },
        ),
    )
    prepopulated_fields = {"slug": ["name"]}
    list_display = ("name", "description", "hours", "method", "people")
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
