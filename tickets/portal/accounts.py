"""Accounts on the portal: where a log-in leads, and how what was written before joins it."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.signals import email_changed, password_changed, password_reset
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.contrib.auth.views import redirect_to_login
from django.contrib.sessions.backends.base import SessionBase
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tickets import access, actions, live
from tickets.actors import Actor
from tickets.addresses import AddressToken
from tickets.models import Customer, User
from tickets.portal.guesses import GuessesAreSlow


class AccountAdapter(GuessesAreSlow, DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """allauth's hooks. Its rules are set in the settings."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        user = request.user
        if isinstance(user, User) and user.on_the_staff:
            return "/workspace/"
        return "/requests/"


def join_on_login(sender: object, request: HttpRequest | None, user: Any, **kwargs: object) -> None:
    """What a visitor wrote in this browser is theirs once they log in."""
    if request is None or not isinstance(user, User) or user.on_the_staff:
        return
    pk: int = request.session.get(access.VISITOR) or 0
    visitor = Customer.objects.filter(pk=pk).first()
    actor = Actor.of_customer(visitor) if visitor else Actor.nobody()
    actions.join_account(actor=actor, user=user, visitor=visitor)
    request.session.pop(access.VISITOR, None)


def close_sockets_on_logout(sender: object, request: HttpRequest | None, **kwargs: object) -> None:
    """Whoever logs out sees nothing more, also in the tab that stayed open."""
    session: SessionBase | None = getattr(request, "session", None)
    if session is not None and session.session_key:
        live.end_session(session.session_key)


def recheck_after_a_new_password(sender: object, user: User, **kwargs: object) -> None:
    """A new password ends the other sessions, and with them their sockets."""
    live.recheck_account(user.pk)


def follow_a_new_address(sender: object, user: User, **kwargs: object) -> None:
    """Answers go where the log-in is reached now."""
    user.refresh_from_db(fields=["email"])
    customer = Customer.objects.filter(user=user).first()
    if customer is not None:
        actions.follow_login_address(actor=Actor.of_customer(customer), user=user)


def subscribe() -> None:
    """Listen to Django's log-in and log-out. They are hooks of the framework, not of our data."""
    user_logged_in.connect(join_on_login, dispatch_uid="join-on-login")
    email_changed.connect(follow_a_new_address, dispatch_uid="follow-a-new-address")
    password_changed.connect(recheck_after_a_new_password, dispatch_uid="recheck-password-changed")
    password_reset.connect(recheck_after_a_new_password, dispatch_uid="recheck-password-reset")
    user_logged_out.connect(close_sockets_on_logout, dispatch_uid="close-sockets-on-logout")


@require_safe
def after_login(request: HttpRequest) -> HttpResponse:
    return redirect(AccountAdapter(request).get_login_redirect_url(request))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_address(request: HttpRequest, token: str) -> HttpResponse:
    """The link in the mail to an address that a visitor left.

    Opening it only asks; the button confirms, since mail scanners open every link. Whoever presses
    it holds the address, so from then on they are the customer who has it.
    """
    try:
        claim = AddressToken.read(token)
    except signing.BadSignature:
        return render(request, "portal/confirm_expired.html", status=410)
    customer = Customer.objects.filter(pk=claim.customer_id).first()
    if customer is None:
        raise Http404
    if not customer.may_confirm(claim.email):
        return render(request, "portal/confirm_expired.html", status=410)  # they left another since
    if request.method != "POST":
        return render(request, "portal/confirm_address.html", {"email": claim.email})
    owner = actions.confirm_email(
        actor=Actor.of_customer(customer), customer=customer, email=claim.email
    )
    if not request.user.is_authenticated and owner.user_id is None:
        request.session.cycle_key()
        request.session[access.VISITOR] = owner.pk
    elif not request.user.is_authenticated:  # it joined an account
        return redirect_to_login(reverse("conversation", args=[claim.reference]))
    return redirect("conversation", claim.reference)
