"""A log-in: it leads to pages of ours, a code counts once, and what changes it asks who it is."""

from __future__ import annotations

import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.test import Client

from tests.factories import PASSWORD, TOTP_SECRET, make_admin
from tests.tickets.portal.conftest import Browser
from tests.tickets.portal.test_accounts import KNOWN, LOGIN, NEW, account, logged_in
from tickets import events

pytestmark = pytest.mark.django_db

CODE = "/account/2fa/authenticate/"
WHO_IS_IT = "/account/reauthenticate/"


@pytest.mark.parametrize(
    "where",
    [
        "//evil.example/",
        "https://evil.example/",
        "https:evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "///evil.example",
        "javascript:alert(1)",
        "http://testserver@evil.example/",
        "/\t/evil.example",
    ],
)
def test_a_log_in_leads_to_a_page_of_ours_whatever_the_link_says(where: str) -> None:
    account()
    client = Client()
    answered = client.post(LOGIN, {"login": KNOWN, "password": PASSWORD, "next": where})
    assert logged_in(client)
    assert answered["Location"] == "/requests/"
    again = Client().post(LOGIN, {"login": KNOWN, "password": PASSWORD, "next": "/help/"})
    assert again["Location"] == "/help/", "a page of ours is gone on to"


def code_at(step: int) -> str:
    """What the app shows so many half minutes from now."""
    return str(format_hotp_value(hotp_value(TOTP_SECRET, int(time.time()) // 30 + step)))


def test_a_code_of_the_second_factor_lets_in_once_and_an_old_one_never() -> None:
    admin = make_admin(email="odhran@kestrelmoor.example", password=PASSWORD)
    EmailAddress.objects.create(user=admin, email=admin.email, verified=True, primary=True)

    def lets_in(code: str) -> bool:
        client = Client()
        client.post(LOGIN, {"login": admin.email, "password": PASSWORD})
        client.post(CODE, {"code": code})
        return logged_in(client)

    for wrong in (code_at(-3), code_at(3), "", "0" * 400):
        assert not lets_in(wrong), wrong
    code = code_at(0)
    assert lets_in(code)
    assert not lets_in(code), "whoever looked over the shoulder comes too late"


def test_what_changes_a_log_in_asks_who_it_is_first(browser: Browser) -> None:
    """Somebody at a desk that was left open gets no further than they are."""
    admin = make_admin(email="odhran@kestrelmoor.example", password=PASSWORD)
    EmailAddress.objects.create(user=admin, email=admin.email, verified=True, primary=True)
    client = browser(admin)
    for address, sent in (
        ("/account/email/", {"email": "mallory@evil.example", "action_add": ""}),
        ("/account/2fa/totp/deactivate/", {}),
        ("/account/2fa/recovery-codes/generate/", {}),
    ):
        assert client.post(address, sent)["Location"].startswith(WHO_IS_IT), address
    changed = client.post(
        "/account/password/change/", {"oldpassword": NEW, "password1": NEW, "password2": NEW}
    )
    assert changed.status_code == 200
    events.run_due()
    assert mail.outbox == []
    admin.refresh_from_db()
    assert admin.check_password(PASSWORD)
    assert list(EmailAddress.objects.values_list("email", flat=True)) == [admin.email]
    assert Authenticator.objects.get(user=admin).type == Authenticator.Type.TOTP
    client.post(WHO_IS_IT, {"password": PASSWORD})
    assert client.post("/account/2fa/totp/deactivate/").status_code == 302
    assert not Authenticator.objects.exists(), "and then it is done"
