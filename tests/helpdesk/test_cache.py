"""While Redis is away people get in all the same, and what they guess is still counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import caches
from django.test import Client
from pytest_django.fixtures import Settings
from redis.exceptions import RedisError

from helpdesk.cache import Cache
from tests.factories import PASSWORD, make_admin
from tests.tickets.portal.test_accounts import (
    LOGIN,
    NEW,
    RESET,
    RESET_CODE,
    SIGNUP,
    UNKNOWN,
    VERIFY,
    code,
    logged_in,
    sent,
)
from tests.tickets.portal.test_log_ins import CODE, code_at
from tickets.intake import limits
from tickets.models import User

pytestmark = pytest.mark.django_db
AWAY = "redis://127.0.0.1:1/0"  # nobody listens


@pytest.fixture(autouse=True)
def _redis_away(settings: Settings) -> Iterator[None]:
    settings.REDIS_URL = AWAY
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": AWAY}}
    for forget in (limits._shared.cache_clear, limits._own.storage.reset):
        forget()
    cast(Cache, caches["default"])._here.clear()
    yield
    limits._shared.cache_clear()


@pytest.fixture
def admin() -> User:
    user = make_admin(email="odhran@kestrelmoor.example", password=PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def test_without_redis_a_second_factor_lets_in_once(admin: User) -> None:
    typed, let_in = code_at(0), []
    for _ in range(2):
        client = Client()
        client.post(LOGIN, {"login": admin.email, "password": PASSWORD})
        client.post(CODE, {"code": typed})
        let_in.append(logged_in(client))
    assert let_in == [True, False]


def test_without_redis_a_password_is_reset_and_an_account_is_made(admin: User) -> None:
    client = Client()
    client.post(RESET, {"email": admin.email})
    chosen = client.post(RESET_CODE, {"code": code()})["Location"]
    assert client.post(chosen, {"password1": NEW, "password2": NEW}).status_code == 302
    admin.refresh_from_db()
    assert admin.check_password(NEW)
    sent()  # that it was changed
    other = Client()
    other.post(SIGNUP, {"email": UNKNOWN, "password1": PASSWORD})
    assert other.post(VERIFY, {"code": code()}).status_code == 302
    assert logged_in(other)


def test_without_redis_asking_for_codes_has_an_end(admin: User) -> None:
    asked = [Client().post(RESET, {"email": admin.email}).status_code for _ in range(30)]
    assert asked[0] == 302
    assert asked[-1] == 429


def test_whatever_else_is_in_the_cache_is_known_to_be_missing() -> None:
    """Presence kept in one process would be wrong; nothing is better."""
    for ask in (
        lambda: caches["default"].get("here"),
        lambda: caches["default"].set("here", 1),
        lambda: caches["default"].add("here", 1),
        lambda: caches["default"].delete("here"),
    ):
        with pytest.raises(RedisError):
            ask()
