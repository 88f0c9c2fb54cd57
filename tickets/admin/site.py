"""The admin's own site: who gets in, what its pages may load, and its first page.

Only what is registered here is served. What other packages register with Django's default site
would be changed without a record, so that site has no address.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from allauth.account.decorators import secure_admin_login
from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from tickets.admin import troubles
from tickets.admin.audit import history
from tickets.admin.theme import AdminSite
from tickets.models import Event, Role, SiteSettings, User
from tickets.web import second_factor

RECENT = 8

# The theme's pages run Alpine, which compiles the expressions in their attributes (unsafe-eval),
# and set widths and heights by style attributes. Neither inline scripts nor style elements.
ADMIN_CSP = {
    "script-src": [SELF, UNSAFE_EVAL],
    "style-src-elem": [SELF],
    "style-src-attr": [UNSAFE_INLINE],
}


class HelpdeskAdminSite(AdminSite):
    site_title = _("Admin")
    index_title = _("Overview")
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return (
            isinstance(user, User)
            and user.is_staff
            and user.role == Role.ADMIN
            and user.works_here  # active, and with a second factor
        )

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:
        """For admins only. Unknown visitors are asked to log in, for everybody else it is 404."""
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), resolve_url(settings.LOGIN_URL))
            if not self.has_permission(request):
                return _no_admin(request)
            response: Any = inner(request, *args, **kwargs)
            if not hasattr(response, "_csp_update"):  # django-csp reads it
                response._csp_update = ADMIN_CSP
            return response

        return update_wrapper(guarded, view)

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.user.is_authenticated and not self.has_permission(request):
            return _no_admin(request)
        answer: HttpResponse = self._login(request)
        return answer

    @method_decorator(secure_admin_login)
    def _login(self, request: HttpRequest) -> HttpResponse:
        return redirect(f"{self.name}:index")

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """There is one place to change a password, with the same rules for everybody."""
        return redirect("account_change_password")  # type: ignore[return-value]

    def each_context(self, request: HttpRequest) -> Any:
        context = super().each_context(request)
        company = SiteSettings.load().company_name
        # The colours are in css/admin.css: as a style element the policy would refuse them.
        context |= {"site_header": company, "site_title": company, "colors": None}
        return context

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """What is wrong, what can be done here in plain words, and the latest changes."""
        latest = Event.objects.filter(ticket=None, kind__startswith="setting.").select_related(
            "actor_user", "actor_customer", "actor_key"
        )
        return super().index(
            request,
            {
                "recent": history.entries(latest.order_by("-pk")[:RECENT]),
                "troubles": troubles.found(),
                **(extra_context or {}),
            },
        )


def _no_admin(request: HttpRequest) -> HttpResponse:
    """An admin sets up a second factor first. For everybody else there is nothing here."""
    user = request.user
    if isinstance(user, User) and user.is_staff and second_factor.lacks(user):
        return second_factor.set_up_first(request)
    raise Http404


site = HelpdeskAdminSite()
