"""A passkey is its owner's, and what a browser sends in place of one is no way in and breaks nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.test import Client
from fido2.utils import websafe_encode

from tests.factories import PASSWORD, make_agent, make_team
from tickets.models import Event, EventKind, User
from tickets.web import passkeys

pytestmark = pytest.mark.django_db

LOGIN, ALONE = "/account/login/", "/account/2fa/webauthn/login/"
SECOND, ADD = "/account/2fa/authenticate/", "/account/2fa/webauthn/add/"


@pytest.fixture
def dana(db: None) -> User:
    user = make_agent("Dana Osei", password=PASSWORD, teams=[make_team()])
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def answer(user: Any = None, **changed: Any) -> dict[str, Any]:
    """What a browser sends that has no key, in the form of one that has."""
    handle = websafe_encode(str(user.pk).encode()) if isinstance(user, User) else user
    data = {"type": "webauthn.get", "challenge": "eA", "origin": "http://localhost"}
    response = {
        "clientDataJSON": websafe_encode(json.dumps(data).encode()),
        "authenticatorData": websafe_encode(b"\0" * 37),
        "signature": "eA",
        "userHandle": handle,
    }
    return {"id": "eA", "rawId": "eA", "type": "public-key", "response": response, **changed}


JUNK: list[Any] = [
    "",
    "[]",
    "1",
    "null",
    "{",
    "{}",
    '{"a": "\\u0000"}',
    json.dumps({"response": "🦅" * 2000}),
    json.dumps({"a": "x" * 100_000}),
    json.dumps(answer()),
    json.dumps(answer("AAAA")),
    json.dumps(answer("9" * 400)),
    json.dumps(answer(["1"])),
    json.dumps(answer(response=[])),
    json.dumps(answer(id=7)),
    "[" * 3000,
]


@pytest.mark.parametrize("sent", JUNK, ids=range(len(JUNK)))
def test_what_is_no_passkey_lets_nobody_in_and_breaks_nothing(sent: str, dana: User) -> None:
    for alone in (True, False):
        client = Client()
        if alone:
            client.get(ALONE, headers={"accept": "application/json"})
        else:
            client.post(LOGIN, {"login": dana.email, "password": PASSWORD})
            client.get(SECOND)
        got = client.post(ALONE if alone else SECOND, {"credential": sent})
        assert got.status_code in (200, 302), sent[:60]
        assert "_auth_user_id" not in client.session
    assert not Event.objects.filter(kind=EventKind.LOGGED_IN).exists()


def test_a_name_of_somebody_is_no_proof(dana: User) -> None:
    client = Client()
    client.get(ALONE, headers={"accept": "application/json"})
    client.post(ALONE, {"credential": json.dumps(answer(dana))})
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("sent", [JUNK[6], JUNK[7], JUNK[9], "[]"], ids=range(4))
def test_what_is_no_passkey_is_not_kept(sent: str, dana: User) -> None:
    client = Client()
    client.force_login(dana, backend="tickets.web.logins.LogIns")
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    assert client.get(ADD).status_code == 200
    got = client.post(ADD, {"name": "x", "credential": sent})
    assert got.status_code == 200
    assert not Authenticator.objects.filter(type="webauthn").exists()


def test_a_passkey_is_named_and_removed_by_nobody_else(dana: User) -> None:
    robin = make_agent("Robin Vale", password=PASSWORD)
    key = Authenticator.objects.create(
        user=robin, type="webauthn", data={"name": "Laptop", "credential": {}}
    )
    client = Client()
    client.force_login(dana, backend="tickets.web.logins.LogIns")
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    for act in ("edit", "remove"):
        for call in (client.get, client.post):
            at = f"/account/2fa/webauthn/keys/{key.pk}/{act}/"
            assert call(at, {"name": "Mine"}).status_code == 404
    key.refresh_from_db()
    assert key.data["name"] == "Laptop"


@pytest.mark.parametrize(
    ("name", "kept"),
    [("Work 🦅", True), ("🦅" * 2000, False), ("a\x00b", False), ("", False), ("  ", False)],
    ids=range(5),
)
def test_a_name_is_short_and_something_that_can_be_read(name: str, kept: bool, dana: User) -> None:
    form = passkeys.EditForm({"name": name}, instance=_key(dana))
    assert form.is_valid() == kept


def _key(user: User) -> Authenticator:
    return Authenticator(user=user, type="webauthn", data={"name": "x", "credential": {}})


def test_either_is_a_second_factor_and_each_that_comes_or_goes_ends_the_other_sessions(
    dana: User,
) -> None:
    key = Authenticator.objects.create(user=dana, type="webauthn", data={"name": "x"})
    assert User.objects.with_access().get(pk=dana.pk).works_here
    here, other = Client(), Client()
    for client in (here, other):
        client.force_login(User.objects.get(pk=dana.pk), backend="tickets.web.logins.LogIns")
        assert client.get("/workspace/").status_code == 200
    Authenticator.objects.filter(user=dana, type="totp").delete()
    assert other.get("/workspace/").status_code == 302
    mine = Client()
    mine.force_login(User.objects.get(pk=dana.pk), backend="tickets.web.logins.LogIns")
    assert mine.get("/workspace/").status_code == 200, "the passkey alone is enough"
    key.delete()
    assert not User.objects.get(pk=dana.pk).works_here


def test_a_passkey_is_of_the_configured_site_whatever_host_is_named(
    settings: Any, dana: User
) -> None:
    settings.SITE_URL = "https://help.kestrelmoor.example"
    client = Client()
    client.force_login(dana, backend="tickets.web.logins.LogIns")
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    page = client.get(ADD, headers={"host": "localhost"})
    assert '"id": "help.kestrelmoor.example"' in page.content.decode()
