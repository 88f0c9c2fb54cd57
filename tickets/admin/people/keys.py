"""API keys: made with a name and scopes, their secret shown once, revoked; never edited."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets import actions
from tickets.admin.audit.audited import AuditedAdmin, AuditedForm, actor_of
from tickets.admin.buttons import Button
from tickets.admin.site import site
from tickets.admin.theme import CheckboxSelectMultiple, SearchableSelect
from tickets.models import ApiKey, Scope, User
from tickets.models.users import STAFF_ROLES


class ApiKeyForm(AuditedForm):
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("it may"),
        choices=Scope.choices,
        widget=CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one thing that the key may do.")},
    )

    agent = forms.ModelChoiceField(
        label=gettext_lazy("acts for"),
        queryset=User.objects.filter(is_active=True, role__in=STAFF_ROLES).order_by(
            "name", "email"
        ),
        required=False,
        widget=SearchableSelect,
        help_text=gettext_lazy(
            "Only for a key that answers, changes and resolves: all of that is theirs, within what they "
            "may see. It ends when they no longer work here."
        ),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if Scope.TICKETS_ACT in (cleaned.get("scopes") or []) and not cleaned.get("agent"):
            self.add_error("agent", _("Choose the agent for whom the key acts."))
        return cleaned

    def clean_expires_at(self) -> Any:
        until = self.cleaned_data["expires_at"]
        if until is not None and until <= timezone.now():
            raise forms.ValidationError(_("Choose a time to come, or leave it empty."), code="past")
        return until


@admin.register(ApiKey, site=site)
class ApiKeyAdmin(AuditedAdmin):
    form = ApiKeyForm
    list_display = ("name", "begins_with", "it_may", "last_used_at", "status")
    search_fields = ("name", "prefix")
    ordering = ("-pk",)
    buttons = (
        Button(
            name="revoke",
            label=gettext_lazy("Revoke"),
            explanation=gettext_lazy(
                "Whoever uses this key is shut out at once. This cannot be undone."
            ),
            method="revoke",
            shown=lambda key: key.revoked_at is None,
            dangerous=True,
        ),
    )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ("name", "scopes", "agent", "expires_at")
        return (
            "name",
            "begins_with",
            "it_may",
            "agent",
            "status",
            "expires_at",
            "last_used_at",
            "created_at",
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.get_fields(request, obj) if obj else ()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        key, form.secret = actions.create_api_key(
            actor=actor_of(request),
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
            expires_at=form.cleaned_data["expires_at"],
            agent=form.cleaned_data["agent"],
        )
        form.instance.__dict__.update(key.__dict__)
        form.instance.shown_once = form.secret

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        """The secret, in this answer and nowhere else: not in a session, not in the database."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("New API key"),
            "subtitle": obj.name,
            "key": obj,
            "secret": obj.shown_once,
            "opts": self.opts,
        }
        response = TemplateResponse(request, "admin/new_api_key.html", context)
        response["Cache-Control"] = "no-store"
        return response

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        context["show_save_and_continue"] = False  # the next page shows the secret
        return super().render_change_form(request, context, *args, **kwargs)

    def revoke(self, request: HttpRequest, key: ApiKey) -> None:
        actions.revoke_api_key(actor=actor_of(request), key=key)
        messages.success(request, _("%(name)s is revoked.") % {"name": key.name})

    @admin.display(description=gettext_lazy("begins with"))
    def begins_with(self, key: ApiKey) -> str:
        return f"{key.prefix}…"

    @admin.display(description=gettext_lazy("it may"))
    def it_may(self, key: ApiKey) -> str:
        labels = dict(Scope.choices)
        return ", ".join(str(labels.get(scope, scope)) for scope in key.scopes)

    @admin.display(description=gettext_lazy("state"))
    def status(self, key: ApiKey) -> str:
        if key.revoked_at:
            return _("Revoked")
        if key.expires_at and key.expires_at <= timezone.now():
            return _("Run out")
        return _("In use") if key.last_used_at else _("Never used")
