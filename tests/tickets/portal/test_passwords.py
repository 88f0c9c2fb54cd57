"""Passwords that are guessed easily are refused, and what a new account finds."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import PASSWORD, make_customer
from tests.tickets.portal.test_accounts import SIGNUP, UNKNOWN, VERIFY, code
from tickets.models import User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("password", ["73016594820157", "0" * 64, "short", "password123456"])
def test_a_password_that_is_guessed_easily_is_refused(client: Client, password: str) -> None:
    client.post(SIGNUP, {"email": UNKNOWN, "password1": password})
    assert not User.objects.exists()


def test_a_customer_who_signs_up_gets_what_the_shop_opened_for_them(client: Client) -> None:
    known = make_customer("Ines Pardo", email=UNKNOWN)
    client.post(SIGNUP, {"email": UNKNOWN, "password1": PASSWORD})
    client.post(VERIFY, {"code": code()})
    known.refresh_from_db()
    assert known.user is not None
