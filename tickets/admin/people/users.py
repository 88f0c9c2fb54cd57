"""Those who log in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets import actions, addresses
from tickets.admin.audit.audited import AuditedForm, actor_of
from tickets.admin.buttons import Button
from tickets.admin.fields import TimeZoneField
from tickets.admin.people.search import FoundByAddress
from tickets.admin.site import site
from tickets.admin.theme import SearchableSelectMultiple
from tickets.models import Role, Team, User
from tickets.web import seeing_as, sessions
from tickets.web.seeing_as import may_be_seen_as


class UserForm(AuditedForm):
    class Meta:
        help_texts = {
            "is_active": gettext_lazy("Off: they cannot log in. What they did and wrote stays."),
            "is_superuser": gettext_lazy("May also change the log-ins of other superusers."),
        }

    timezone = TimeZoneField(
        label=gettext_lazy("time zone"),
        nobody=gettext_lazy("As their browser says"),
        required=False,
        help_text=gettext_lazy("Times are shown in this zone."),
    )
    teams = forms.ModelMultipleChoiceField(
        label=gettext_lazy("teams"),
        queryset=Team.objects.all(),
        widget=SearchableSelectMultiple,
        required=False,
        help_text=gettext_lazy("Agents see the conversations of their teams only."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = self.fields.get("staff_role")
        if isinstance(role, forms.ModelChoiceField):
            role.empty_label = _("As their account says")

    def clean_email(self) -> str:
        """In the form in which every address is kept; and nobody else's."""
        email = addresses.normalised(self.cleaned_data["email"])
        others = User.objects.filter(email=email).exclude(pk=self.instance.pk)
        if others.exists():
            raise forms.ValidationError(_("Somebody has this address already."), code="unique")
        return email

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        role = cleaned.get("role", self.instance.role)
        if self.instance.pk == self.viewer.pk and not (
            role == Role.ADMIN and cleaned.get("is_active", True)
        ):
            raise forms.ValidationError(
                _("You cannot take away your own access. Ask another admin to do it."),
                code="own_access",
            )
        if cleaned.get("is_superuser") and role != Role.ADMIN:
            self.add_error("is_superuser", _("Only an admin can be a superuser."))
        if cleaned.get("teams") and role == Role.CUSTOMER:
            self.add_error("teams", _("A customer belongs to no team. Choose another role first."))
        if cleaned.get("staff_role") and role != Role.AGENT:
            self.add_error(
                "staff_role",
                _("Only an agent has another role. Choose “Agent” above, or none here."),
            )
        # One word for one thing: whoever has the role of an admin may open the admin.
        self.instance.is_staff = role == Role.ADMIN
        if role != Role.ADMIN and "is_superuser" not in self.fields:
            self.instance.is_superuser = False
        return cleaned


@admin.register(User, site=site)
class UserAdmin(FoundByAddress):
    """People are never deleted, since what they did names them: they are made inactive."""

    form = UserForm
    many = ("teams",)
    buttons = (
        Button(
            "see-as",
            gettext_lazy("See the workspace as they do"),
            gettext_lazy(
                "For half an hour, or until you stop. You change nothing, and both names are kept in "
                "the record."
            ),
            "see_as",
            shown=may_be_seen_as,
        ),
        Button(
            "end-log-ins",
            gettext_lazy("End their log-ins"),
            gettext_lazy("Wherever they are logged in, they have to log in again."),
            "end_log_ins",
            shown=lambda user: user.is_active,
            dangerous=True,
        ),
    )
    mirrored = {"teams": "members"}
    change_form_outer_after_template = "admin/log_ins.html"
    list_display = ("name_or_address", "email", "may", "in_teams", "is_active", "last_login")
    list_filter = ("role", "staff_role", "is_active", "teams")
    search_fields = ("name", "email__contains")
    ordering = ("name", "email")
    readonly_fields = ("last_login", "date_joined")

    def get_urls(self) -> list[URLPattern]:
        ended = self.admin_site.admin_view(self.end_log_in)
        end = path("<int:pk>/log-ins/<int:number>/end/", ended, name="tickets_user_end_log_in")
        return [end, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).select_related("staff_role").prefetch_related("teams")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A superuser is changed by superusers only."""
        if obj is not None and obj.is_superuser and not _is_superuser(request):
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = [
            "email",
            "name",
            "role",
            "staff_role",
            "teams",
            "skills",
            "languages",
            "most_chats",
            "most_open",
        ]
        fields += ["timezone", "is_active"]
        if _is_superuser(request):  # nobody gives more than they have
            fields.append("is_superuser")
        return [*fields, "last_login", "date_joined"] if obj else fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # An address is confirmed by whoever has it, so they change it themselves.
        return ("email", *self.readonly_fields) if obj else ()

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        user = super().save_form(request, form, change)
        if not change:
            user.set_unusable_password()
        return user

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        messages.info(
            request,
            _("To choose a password, %(name)s uses “Forgot your password?” on the log-in page.")
            % {"name": obj},
        )
        return super().response_add(request, obj, post_url_continue)

    @admin.display(description=gettext_lazy("name"), ordering="name")
    def name_or_address(self, user: User) -> str:
        return str(user)

    def may_press(self, request: HttpRequest, row: Any) -> bool:
        return self.has_change_permission(request, row)

    def see_as(self, request: HttpRequest, user: User) -> HttpResponse:
        actions.see_as(actor=actor_of(request), user=user)
        seeing_as.begin(request.session, user)
        return redirect("workspace")

    def end_log_ins(self, request: HttpRequest, user: User) -> None:
        actions.end_log_ins(actor=actor_of(request), user=user)
        messages.success(request, _("They are logged out everywhere."))

    def end_log_in(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """One of somebody's log-ins, by POST only; 404 if it is not theirs, or over."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        user = self.get_object(request, str(pk))
        if not isinstance(user, User):
            raise Http404
        if not self.may_press(request, user):
            raise PermissionDenied
        here = request.session.session_key or ""
        if not actions.end_staff_log_ins(actor=actor_of(request), user=user, only=number, but=here):
            raise Http404
        messages.success(request, _("They are logged out there."))
        return redirect("admin:tickets_user_change", user.pk)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        user = context.get("original")
        if isinstance(user, User):
            context["log_ins"] = sessions.described(user, request.session.session_key)
            context["ends_log_ins"] = self.may_press(request, user)
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=gettext_lazy("role"), ordering="role")
    def may(self, user: User) -> str:
        return str(user.staff_role or user.get_role_display())

    @admin.display(description=gettext_lazy("teams"))
    def in_teams(self, user: User) -> str:
        return ", ".join(team.name for team in user.teams.all())


def _is_superuser(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))
