"""Accounts on the portal: where a log-in leads, and how what was written before joins it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.signals import email_changed, password_changed, password_reset
from allauth.account.stages import EmailVerificationStage
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.stages import AuthenticateStage
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from tickets import access, actions, addresses
from tickets.actors import Actor
from tickets.email import logins
from tickets.live import nudges
from tickets.models import Customer, EventKind, MailText, SiteSettings, User
from tickets.portal.guesses import GuessesAreSlow
from tickets.portal.providers import ProvedElsewhere
from tickets.web import sessions

# allauth's mails whose words are an admin's, and where those lead that have no code.
_WORDED = {
    "account/email/email_confirmation": MailText.LOGIN_CONFIRM,
    "account/email/email_confirmation_signup": MailText.LOGIN_CONFIRM,
    "account/email/password_reset_code": MailText.LOGIN_RESET,
    "account/email/account_already_exists": MailText.LOGIN_EXISTS,
    "account/email/unknown_account": MailText.LOGIN_UNKNOWN,
}
_LINKS = {MailText.LOGIN_EXISTS: "password_reset_url", MailText.LOGIN_UNKNOWN: "signup_url"}


class CodeStage(EmailVerificationStage):  # type: ignore[misc]  # allauth has no types
    """Waiting for the code of a new account. Whoever has one already, and is told so by mail, is not
    led back to that page when they want to log in.
    """

    def is_resumable(self, request: HttpRequest) -> bool:
        return False


class AccountAdapter(GuessesAreSlow, DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """allauth's hooks. Its rules are set in the settings."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        user = request.user
        if isinstance(user, User) and user.on_the_staff:
            return "/workspace/"
        return "/requests/"

    def get_login_stages(self) -> list[str]:
        ours = {_path(EmailVerificationStage): CodeStage, _path(AuthenticateStage): ProvedElsewhere}
        return [
            _path(ours[stage]) if stage in ours else stage for stage in super().get_login_stages()
        ]

    def login(self, request: HttpRequest, user: User) -> None:
        """At the end of all stages they are looked at again: made inactive meanwhile, they stay out."""
        if not user.is_active:
            raise ImmediateHttpResponse(self.respond_user_inactive(request, user))
        super().login(request, user)

    def post_login(
        self, request: HttpRequest, user: User, *, email: str | None, **more: Any
    ) -> HttpResponse:
        """Staff who came in, by whatever way, stand in the record."""
        if user.on_the_staff:
            data: dict[str, str | list[str]] = {
                "proofs": sessions.proofs(request, user),
                "device": sessions.device(request),
                "network_address": sessions.network_address(request) or "",
            }
            kind = EventKind.LOGGED_IN
            actions.tell_of_access(actor=Actor.agent(user), user=user, kind=kind, data=data)
        return super().post_login(request, user, email=email, **more)

    def clean_email(self, email: str) -> str:
        """What an address is, is decided in one place, whatever form it came by."""
        return addresses.normalised(email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue it: what the mail server does tells nobody which addresses are known.

        Whatever leads back here leads to the configured site: the request's own name for it may
        have been written by anybody.
        """
        desk = SiteSettings.load()
        if (kind := _WORDED.get(template_prefix)) is not None:
            mail = logins.written(
                kind,
                desk,
                code=context.get("code", ""),
                link=_on_our_site(context.get(_LINKS.get(kind, ""), "")),
            )
            actions.queue_mail(
                actor=Actor.nobody(),
                to=email,
                subject=mail.subject,
                text=mail.text,
                html=mail.html,
            )
            return
        site = urlsplit(settings.SITE_URL)
        shown = {
            name: _on_our_site(value) if name.endswith("_url") else value
            for name, value in context.items()
            if name != "request"
        }
        shown |= {
            "email": email,
            "desk": desk,
            "site_url": settings.SITE_URL,
            "current_site": {"name": desk.company_name, "domain": site.netloc},
        }
        subject = render_to_string(f"{template_prefix}_subject.txt", shown)
        text = render_to_string(f"{template_prefix}_message.txt", shown).strip()
        actions.queue_mail(
            actor=Actor.nobody(),
            to=email,
            subject=" ".join(subject.split()),
            text=text,
            html=render_to_string("emails/account.html", {"desk": desk, "text": text}),
        )


def _path(stage: type) -> str:
    return f"{stage.__module__}.{stage.__name__}"


def _on_our_site(url: str) -> str:
    """The same address on the configured site."""
    parts = urlsplit(url)
    return str(settings.SITE_URL) + urlunsplit(("", "", parts.path, parts.query, parts.fragment))


def join_on_login(sender: object, request: HttpRequest | None, user: Any, **kwargs: object) -> None:
    """What a visitor wrote in this browser is theirs once they log in."""
    if request is None or not isinstance(user, User) or user.on_the_staff:
        return
    pk: int = request.session.get(access.VISITOR) or 0
    visitor = Customer.objects.filter(pk=pk).first()
    actor = Actor.of_customer(visitor) if visitor else Actor.nobody()
    browser = access.browser_of(request)
    actions.join_account(actor=actor, user=user, visitor=visitor, browser=browser)
    access.forget(request.session)


def close_sockets_on_logout(sender: object, request: HttpRequest | None, **kwargs: object) -> None:
    """Whoever logs out sees nothing more, also in the tab that stayed open."""
    session: SessionBase | None = getattr(request, "session", None)
    if session is not None and session.session_key:
        nudges.end_session(session.session_key)


def recheck_after_a_new_password(sender: object, user: User, **kwargs: object) -> None:
    """A new password ends the other sessions, and with them their sockets."""
    nudges.recheck_account(user.pk)


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
