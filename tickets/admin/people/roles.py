"""Roles: who may do what, in one table, and the roles that an admin makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.admin.audit.audited import AuditedAdmin, AuditedForm
from tickets.admin.site import site
from tickets.admin.theme import CheckboxSelectMultiple
from tickets.models import Permission, Role, StaffRole, User, Visibility
from tickets.models.roles import NEEDS, OF_KIND, Granted
from tickets.models.users import STAFF_ROLES


class RoleForm(AuditedForm):
    class Meta:
        help_texts = {
            "key": gettext_lazy("Without spaces, for integrations."),
            "visibility": gettext_lazy(
                "Whatever their role: what they do not see, they cannot do."
            ),
        }

    permissions = forms.MultipleChoiceField(
        label=gettext_lazy("may"),
        choices=Permission.choices,
        widget=CheckboxSelectMultiple,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        chosen = set(cleaned.get("permissions") or [])
        for permission, needed in NEEDS.items():
            lacking = [one.label for one in needed if one not in chosen]
            if permission in chosen and lacking:
                words = _("“%(what)s” takes “%(needed)s”, too.")
                values = {"what": permission.label, "needed": "”, “".join(map(str, lacking))}
                self.add_error("permissions", words % values)
        return cleaned


@dataclass(frozen=True, slots=True)
class Column:
    """A role as the table shows it."""

    name: str
    granted: Granted
    people: int
    url: str = ""

    @property
    def sees(self) -> str:
        return str(Visibility(self.granted.visibility).label)


@admin.register(StaffRole, site=site)
class RoleAdmin(AuditedAdmin):
    """Its list is the table of who may do what. What a shipped role gives is fixed."""

    form = RoleForm
    prepopulated_fields = {"key": ["name"]}
    fields = ("name", "key", "visibility", "permissions")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        return ("key", "visibility", "permissions_in_words") if obj.shipped else ("key",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None and obj.shipped:
            return ("name", "key", "visibility", "permissions_in_words")
        return self.fields

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else {"key": ["name"]}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """One that came with the helpdesk stays."""
        own = obj is None or not obj.shipped
        return own and super().has_delete_permission(request, obj)

    @admin.display(description=gettext_lazy("may"))
    def permissions_in_words(self, role: StaffRole) -> str:
        return ", ".join(str(Permission(one).label) for one in role.permissions)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Permissions as rows, roles as columns. Two queries, however many there are."""
        columns = [*_kinds(), *_roles()]
        rows = [
            (permission.label, [permission in column.granted.permissions for column in columns])
            for permission in Permission
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Roles"),
            "opts": self.opts,
            "columns": columns,
            "rows": rows,
            "add_url": reverse("admin:tickets_staffrole_add"),
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/roles.html", context)


def _kinds() -> list[Column]:
    """The kinds of accounts that work here, for whoever has no other role."""
    own = User.objects.filter(is_active=True, staff_role=None, role__in=STAFF_ROLES)
    people = dict(own.values_list("role").annotate(number=Count("pk")).order_by())
    return [
        Column(str(Role(kind).label), OF_KIND[kind], people.get(kind, 0)) for kind in STAFF_ROLES
    ]


def _roles() -> list[Column]:
    number = Count("people", filter=Q(people__is_active=True))
    return [
        Column(
            role.name,
            role.granted,
            getattr(role, "number", 0),
            reverse("admin:tickets_staffrole_change", args=[role.pk]),
        )
        for role in StaffRole.objects.annotate(number=number).order_by("-shipped", "name")
    ]
