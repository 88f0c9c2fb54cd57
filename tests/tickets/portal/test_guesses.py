"""Wrong guesses slow down whoever guesses, and never shut out the device that is right."""

from __future__ import annotations

import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings as configured
from django.test import Client
from limits import parse

from tests.factories import PASSWORD, TOTP_SECRET, make_admin, make_customer
from tests.tickets.portal.test_accounts import code as code_in_the_mail
from tickets.intake import limits
from tickets.models import User
from tickets.portal import guesses

pytestmark = pytest.mark.django_db

LOGIN = "/account/login/"
CODE = "/account/2fa/authenticate/"


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    limits._shared.cache_clear()
    limits._own.storage.reset()
    monkeypatch.setattr(guesses, "ANYWHERE", parse("9/hour"))  # each guess takes time, as it should


def with_password(user: User | None) -> User:
    """Somebody who can log in."""
    assert user is not None
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def ines() -> User:
    return with_password(make_customer("Ines", email="ines@walkers.example", login=True).user)


def guess(
    client: Client, email: str, typed: str = "a wrong one", network: str = "192.0.2.1"
) -> bool:
    """Whether it let them in."""
    sent = {"login": email, "password": typed}
    return client.post(LOGIN, sent, REMOTE_ADDR=network).status_code == 302


def refused(client: Client, email: str, network: str = "192.0.2.1") -> bool:
    """Whether even the right password is not looked at."""
    sent = {"login": email, "password": PASSWORD}
    page = client.post(LOGIN, sent, REMOTE_ADDR=network)
    return "wrong too often" in page.content.decode()


def known_device(email: str) -> Client:
    """A browser that has logged in to this account before, and out again."""
    client = Client()
    assert guess(client, email, PASSWORD, "198.51.100.1")
    client.post("/account/logout/")
    return client


def code_now() -> str:
    return str(format_hotp_value(hotp_value(TOTP_SECRET, int(time.time()) // 30)))


def test_a_strangers_wrong_guesses_never_shut_out_a_device_that_is_known(ines: User) -> None:
    """Not from the same office either, and not from a thousand places."""
    hers = known_device(ines.email)
    for number in range(guesses.ANYWHERE.amount + 5):
        guess(Client(), ines.email, network=f"203.0.113.{number}")
    for _number in range(10):
        guess(Client(), ines.email, network="198.51.100.1")
    assert refused(Client(), ines.email, "198.51.100.1")
    assert guess(hers, ines.email, PASSWORD, "198.51.100.1")


def test_a_stranger_is_slow_from_one_place_and_from_many(ines: User) -> None:
    for _number in range(guesses.IN_A_NETWORK.amount):
        assert not guess(Client(), ines.email)
    assert refused(Client(), ines.email)
    assert refused(Client(), ines.email.upper()), "however it is written"
    assert not refused(Client(), ines.email, "192.0.2.2"), "another place is another count"
    for number in range(guesses.ANYWHERE.amount):
        guess(Client(), ines.email, network=f"203.0.113.{number}")
    assert refused(Client(), ines.email, "192.0.2.99")


def test_a_stranger_who_tries_one_password_on_everybody_is_slow_too(
    ines: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guesses, "WRONG_IN_A_NETWORK", parse("5/10 minutes"))
    hers = known_device(ines.email)
    for number in range(5):
        guess(Client(), f"somebody{number}@walkers.example", network="198.51.100.1")
    assert refused(Client(), ines.email, "198.51.100.1")
    assert guess(Client(), ines.email, PASSWORD, "198.51.100.2")
    assert guess(hers, ines.email, PASSWORD, "198.51.100.1")


def test_also_a_known_device_may_not_guess_for_ever_and_is_known_for_its_account_alone(
    ines: User,
) -> None:
    other = with_password(make_customer(email="olav@walkers.example", login=True).user)
    olavs = known_device(other.email)
    for _number in range(guesses.IN_A_NETWORK.amount):
        assert not guess(olavs, ines.email)
    assert refused(olavs, ines.email), "of her account it knows nothing"
    for _number in range(guesses.ON_A_KNOWN_DEVICE.amount):
        guess(olavs, other.email)
    assert refused(olavs, other.email)
    assert not refused(Client(), other.email, "192.0.2.77")


def test_the_devices_cookie_is_signed_not_for_scripts_and_names_nobody(ines: User) -> None:
    hers = known_device(ines.email)
    cookie = hers.cookies[guesses.COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert "ines" not in cookie.value
    forged = Client()
    forged.cookies[guesses.COOKIE] = cookie.value[:-1] + ("A" if cookie.value[-1] != "A" else "B")
    for _number in range(guesses.IN_A_NETWORK.amount):
        guess(forged, ines.email)
    assert refused(forged, ines.email)


def new_password_by_mail(client: Client, email: str, chosen: str) -> None:
    """Ask for the code, type it, and choose a password."""
    typed_at = client.post("/account/password/reset/", {"email": email})["Location"]
    chosen_at = client.post(typed_at, {"code": code_in_the_mail()})["Location"]
    assert client.post(chosen_at, {"password1": chosen, "password2": chosen}).status_code == 302


def test_whoever_is_right_but_new_here_gets_in_by_the_mail(ines: User) -> None:
    for number in range(guesses.ANYWHERE.amount):
        guess(Client(), ines.email, network=f"203.0.113.{number}")
    client = Client()
    assert refused(client, ines.email, "192.0.2.50")
    new_password_by_mail(client, ines.email, "quite another walk")
    assert client.get("/requests/").context["user"] == ines
    client.post("/account/logout/")
    assert guess(client, ines.email, "quite another walk", "192.0.2.50")


def test_the_code_in_the_mail_is_no_way_past_the_second_factor() -> None:
    admin = with_password(make_admin(email="odhran@kestrelmoor.example"))
    client = Client()
    new_password_by_mail(client, admin.email, "quite another walk")
    assert client.get("/workspace/")["Location"].startswith(LOGIN)
    assert client.post(CODE, {"code": code_now()}).status_code == 302
    assert client.get("/workspace/").status_code == 200


def test_success_is_not_counted(ines: User) -> None:
    for _number in range(guesses.IN_A_NETWORK.amount * 2):
        assert guess(Client(), ines.email, PASSWORD)


def test_the_admins_log_in_is_the_same_one_and_codes_are_guessed_as_slowly() -> None:
    admin = with_password(make_admin(email="odhran@kestrelmoor.example"))
    page = Client().get("/admin/login/")
    assert page["Location"].startswith(LOGIN)
    hers = Client()
    assert guess(hers, admin.email, PASSWORD, "198.51.100.1")
    assert hers.post(CODE, {"code": code_now()}, REMOTE_ADDR="198.51.100.1").status_code == 302
    hers.post("/account/logout/")
    thief = Client()  # who has the password
    assert guess(thief, admin.email, PASSWORD)
    for _number in range(guesses.IN_A_NETWORK.amount):
        assert thief.post(CODE, {"code": "000000"}, REMOTE_ADDR="192.0.2.1").status_code == 200
    stopped = thief.post(CODE, {"code": code_now()}, REMOTE_ADDR="192.0.2.1")
    assert "wrong too often" in stopped.content.decode()
    assert thief.get("/workspace/")["Location"].startswith(LOGIN)
    assert guess(hers, admin.email, PASSWORD, "192.0.2.1")
    wrong = hers.post(CODE, {"code": "000000"}, REMOTE_ADDR="192.0.2.1")
    assert "wrong too often" not in wrong.content.decode()
    assert configured.MFA_FORMS["authenticate"].endswith("guesses.AuthenticateForm")


@pytest.mark.parametrize(
    "written", ["INES@walkers.example", "ines@WALKERS.example", " ines@walkers.example"]
)
def test_an_account_is_counted_once_however_its_address_is_written(written: str) -> None:
    assert guesses._account(written) == guesses._account("ines@walkers.example")


def test_without_redis_the_log_in_still_works(ines: User, settings: object) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"  # type: ignore[attr-defined]
    limits._shared.cache_clear()
    assert guess(Client(), ines.email, PASSWORD)
    limits._shared.cache_clear()
