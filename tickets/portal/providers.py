"""Logging in at an identity provider: the way there, and back with who it says that it is.

Only somebody comes in who is on the staff already, by the address that the provider has verified. From
there on it is a log-in like any other: the second factor, the record, the session.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from allauth.mfa.stages import AuthenticateStage
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from limits import parse

from tickets import addresses
from tickets.intake import limits
from tickets.models import IdentityProvider, User
from tickets.web import openid, sessions

logger = logging.getLogger(__name__)

BEGIN = parse("30/10 minutes")  # per network address: each asks a server of somebody else
_KEPT = "log_in_at_provider"
_PROVED = "second_factor_at_provider"


class ProvedElsewhere(AuthenticateStage):  # type: ignore[misc]  # allauth has no types
    """The second factor at the log-in, unless the provider has asked for it."""

    def _should_handle(self, request: HttpRequest) -> bool:
        if (self.login.signal_kwargs or {}).get(_PROVED):
            return False
        return bool(super()._should_handle(request))


@require_GET
@never_cache
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """To the provider, with what proves later that the way began in this browser."""
    provider = get_object_or_404(IdentityProvider, pk=pk, is_active=True)
    if request.user.is_authenticated:
        return redirect("after-login")
    limits.spend(BEGIN, "log-in-at-provider", limits.network_address(request))
    try:
        address, kept = openid.begin(provider, openid.callback_address(provider.pk))
    except openid.Failed as error:
        return _refused(request, provider, error, _cannot(provider))
    wanted = request.GET.get("next", "")
    kept["next"] = wanted if wanted and get_adapter().is_safe_url(wanted) else ""
    request.session[_KEPT] = kept
    return redirect(address)


@require_GET
@never_cache
def back(request: HttpRequest, pk: int) -> HttpResponse:
    """From the provider: who it is comes in, if they are on the staff. An answer counts once."""
    provider = get_object_or_404(IdentityProvider, pk=pk, is_active=True)
    kept: Mapping[str, Any] = request.session.pop(_KEPT, None) or {}
    if "error" in request.GET:
        return _refused(
            request,
            provider,
            request.GET["error"][:100],
            _("%(name)s did not let you in. Try it again, or take another way.")
            % {"name": provider},
        )
    try:
        found = openid.finish(
            provider, kept, request.GET.dict(), openid.callback_address(provider.pk)
        )
    except openid.Failed as error:
        return _refused(request, provider, error, _cannot(provider))
    if not found.verified:
        return _refused(
            request,
            provider,
            "an address that is not verified",
            _(
                "%(name)s does not say that it has verified your e-mail address, so nobody can come in "
                "by it. Ask your admin."
            )
            % {"name": provider},
        )
    user = User.objects.filter(email=addresses.to_look_up(found.email)).first()
    if user is None or not user.on_the_staff:
        return _refused(
            request,
            provider,
            "nobody on the staff",
            _(
                "Nobody who works here has the e-mail address that %(name)s says is yours, or their "
                "account is switched off. Ask your admin."
            )
            % {"name": provider},
        )
    return _let_in(request, provider, user, str(kept.get("next", "")))


def _let_in(
    request: HttpRequest, provider: IdentityProvider, user: User, wanted: str
) -> HttpResponse:
    # What another way proved in this browser before is no part of this one.
    request.session.pop(AUTHENTICATION_METHODS_SESSION_KEY, None)
    record_authentication(request, user, method=sessions.PROVIDER, provider=provider.name)
    answer: HttpResponse = perform_login(
        request,
        user,
        email_verification="none",  # the provider has verified it
        redirect_url=wanted or None,
        signal_kwargs={_PROVED: provider.proves_second_factor},
    )
    return answer


def _cannot(provider: IdentityProvider) -> str:
    return _("Logging in with %(name)s did not work. Try it again, or take another way.") % {
        "name": provider
    }


def _refused(
    request: HttpRequest, provider: IdentityProvider, why: object, words: str
) -> HttpResponse:
    logger.warning("Nobody was let in by the identity provider %s: %s", provider.pk, why)
    messages.error(request, words)
    return redirect("account_login")
