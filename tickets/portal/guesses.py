"""Guessing passwords and codes is slowed down, and the device that is right is never shut out by it.

A browser that has logged in to an account carries a signed cookie that says so ("device cookies",
OWASP), and has a count of its own for that account: whatever strangers guess, from wherever, uses up
nothing of it. All others are counted by account and network address, and by account alone, so that
an attacker with many addresses is slow as well. Who is right but new here has another way while
that lasts: the mail that resets the password, after which the browser is a known one.
"""

from __future__ import annotations

from typing import Any

from allauth.core import context
from allauth.mfa.base import forms as mfa
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string, salted_hmac
from django.utils.translation import gettext as _
from limits import RateLimitItem, parse

from tickets import addresses
from tickets.intake import limits
from tickets.models import User

ON_A_KNOWN_DEVICE = parse("10/5 minutes")  # per account and device
IN_A_NETWORK = parse("5/5 minutes")  # per account and network address
ANYWHERE = parse("60/hour")  # per account, on unknown devices
WRONG_IN_A_NETWORK = parse("100/10 minutes")  # per network address, whatever the account

COOKIE = "__Host-device" if settings.SESSION_COOKIE_SECURE else "device"
COOKIE_SECONDS = 365 * 24 * 3600
ACCOUNTS_KEPT = 5  # of one browser: a person, perhaps a household
_SALT = "tickets.device"


class Guess:
    """One try at what proves an account: at its password or at a code of its second factor."""

    def __init__(self, request: HttpRequest, what: str, email: str) -> None:
        account = _account(email)
        device, accounts = _device(request)
        self.network = limits.network_address(request)
        self.counts: list[tuple[RateLimitItem, tuple[str, ...]]]
        if account in accounts:
            self.counts = [(ON_A_KNOWN_DEVICE, (what, account, device))]
        else:
            self.counts = [
                (IN_A_NETWORK, (what, account, self.network)),
                (ANYWHERE, (what, account)),
            ]
        self.known = account in accounts

    def count(self) -> None:
        """Before it is looked at, so that many at once count as well. Raises ValidationError."""
        try:
            if not self.known:
                limits.look(WRONG_IN_A_NETWORK, self.network)
            for limit, who in self.counts:
                limits.spend(limit, *who)
        except limits.TooMany:
            raise ValidationError(
                _(
                    "That was wrong too often. Wait a few minutes, or choose a new password: the "
                    "link in the mail works at once."
                ),
                code="too_many_login_attempts",
            ) from None

    def was_right(self) -> None:
        """Whoever knows it may be forgotten the tries before."""
        for limit, who in self.counts:
            limits.forget(limit, *who)

    def was_wrong(self) -> None:
        limits.count(WRONG_IN_A_NETWORK, self.network)


class GuessesAreSlow:
    """The part of allauth's adapter that looks at passwords."""

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        Guess(request, "password", credentials.get("email", "")).count()

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        user: User | None = super().authenticate(request, **credentials)  # type: ignore[misc]
        if user is not None:
            Guess(request, "password", credentials.get("email", "")).was_right()
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        Guess(request, "password", credentials.get("email", "")).was_wrong()

    def post_login(
        self, request: HttpRequest, user: User, *, email: str | None, **more: Any
    ) -> HttpResponse:
        """The password was right, and so was the code: this browser is known from now on."""
        response: HttpResponse = super().post_login(request, user, email=email, **more)  # type: ignore[misc]
        remember_device(request, response, user.email, email or "")
        return response


class _CodesAreGuessedSlowly:
    """The part of allauth's forms that looks at codes."""

    user: User

    def clean_code(self) -> str:
        guess = Guess(context.request, "code", self.user.email)
        guess.count()
        try:
            code: str = super().clean_code()  # type: ignore[misc]  # of the form that it is mixed into
        except ValidationError:
            guess.was_wrong()
            raise
        guess.was_right()
        return code


class AuthenticateForm(_CodesAreGuessedSlowly, mfa.AuthenticateForm):  # type: ignore[misc]  # no types
    """The code at the log-in."""


class ReauthenticateForm(_CodesAreGuessedSlowly, mfa.ReauthenticateForm):  # type: ignore[misc]  # no types
    """The code before something that needs a fresh proof."""


def remember_device(request: HttpRequest, response: HttpResponse, *emails: str) -> None:
    """Let this browser carry that it has logged in to an account with these addresses."""
    device, before = _device(request)
    accounts = [_account(email) for email in dict.fromkeys(emails) if email]
    accounts += [account for account in before if account not in accounts]
    response.set_cookie(
        COOKIE,
        signing.dumps([device or get_random_string(22), accounts[:ACCOUNTS_KEPT]], salt=_SALT),
        max_age=COOKIE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _device(request: HttpRequest) -> tuple[str, list[str]]:
    """What this browser is called, and the accounts that it has logged in to."""
    try:
        device, accounts = signing.loads(
            request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=COOKIE_SECONDS
        )
    except signing.BadSignature:
        return "", []
    return device, accounts


def _account(email: str) -> str:
    """An account as it is counted: the same for every way to write its address, and no address."""
    try:
        written = addresses.normalised(email)
    except ValidationError:  # nobody has an account with it
        written = email.strip().lower()[: addresses.LONGEST]
    return salted_hmac(_SALT, written, algorithm="sha256").hexdigest()[:24]
