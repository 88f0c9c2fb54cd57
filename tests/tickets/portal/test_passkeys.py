"""A passkey is its owner's, and what a browser sends in place of one is no way in and breaks nothing."""

from __future__ import annotations

import json
import secrets
from hashlib import sha256
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

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
    handle = websafe_encode(user_pk_to_url_str(user).encode()) if isinstance(user, User) else user
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


class Device:
    """A key in software, which answers as a browser would that says yes to everything."""

    def __init__(self, user: User, *, verifies: bool = True) -> None:
        self.user, self.verifies = user, verifies
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.number = secrets.token_bytes(16)
        public = ES256.from_cryptography_key(self.key.public_key())  # type: ignore[no-untyped-call]
        made = AttestedCredentialData.create(b"\0" * 16, self.number, public)
        flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT
        data = AuthenticatorData.create(self.site, flags, 0, made)
        attested = AttestationObject.create("none", data, {})
        said = '{"type": "webauthn.create", "challenge": "eA", "origin": "http://localhost"}'
        self.row = Authenticator.objects.create(
            user=user,
            type="webauthn",
            data={
                "name": "Key",
                "credential": {
                    **self.named(),
                    "response": {
                        "clientDataJSON": websafe_encode(said.encode()),
                        "attestationObject": websafe_encode(bytes(attested)),
                    },
                },
            },
        )

    @property
    def site(self) -> bytes:
        return sha256(b"localhost").digest()

    def named(self) -> dict[str, str]:
        number = websafe_encode(self.number)
        return {"id": number, "rawId": number, "type": "public-key"}

    def answers(self, challenge: str, origin: str = "http://localhost") -> str:
        data = {"type": "webauthn.get", "challenge": challenge, "origin": origin}
        said = json.dumps(data).encode()
        flags = AuthenticatorData.FLAG.UP
        if self.verifies:
            flags |= AuthenticatorData.FLAG.UV
        about = bytes(AuthenticatorData.create(self.site, flags, 1))
        signature = self.key.sign(about + sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": websafe_encode(said),
            "authenticatorData": websafe_encode(about),
            "signature": websafe_encode(signature),
            "userHandle": websafe_encode(user_pk_to_url_str(self.user).encode()),
        }
        return json.dumps({**self.named(), "response": response})


def challenge_for_a_log_in(client: Client) -> str:
    asked = client.get(ALONE, headers={"accept": "application/json"}).json()
    return str(asked["request_options"]["publicKey"]["challenge"])


def challenge_after_the_password(client: Client, user: User) -> str:
    client.post(LOGIN, {"login": user.email, "password": PASSWORD})
    asked = client.get(SECOND).context["js_data"]["request_options"]
    return str(asked["publicKey"]["challenge"])


def comes_in(client: Client, at: str, sent: str) -> bool:
    client.post(at, {"credential": sent})
    return "_auth_user_id" in client.session


def test_a_passkey_lets_in_its_owner_once_and_nobody_else(dana: User) -> None:
    robin = make_agent("Robin Vale", password=PASSWORD)
    EmailAddress.objects.create(user=robin, email=robin.email, verified=True, primary=True)
    danas, robins = Device(dana), Device(robin)
    client = Client()
    asked = challenge_after_the_password(client, dana)
    for wrong in (
        robins.answers(asked),
        danas.answers("eA"),
        danas.answers(asked, "https://evil.example"),
        danas.answers(asked, "http://localhost.evil.example"),
    ):
        assert not comes_in(client, SECOND, wrong)
        asked = client.get(SECOND).context["js_data"]["request_options"]["publicKey"]["challenge"]
    right = danas.answers(asked)
    assert comes_in(client, SECOND, right)
    again = Client()
    challenge_after_the_password(again, dana)
    assert not comes_in(again, SECOND, right), "the same again, of another time"

    alone = Client()
    sent = danas.answers(challenge_for_a_log_in(alone))
    assert comes_in(alone, ALONE, sent)
    assert alone.session["_auth_user_id"] == str(dana.pk)
    assert not comes_in(Client(), ALONE, sent), "in a browser that asked nothing"
    forged = Client()
    robins.user = dana  # it says that it is hers
    assert not comes_in(forged, ALONE, robins.answers(challenge_for_a_log_in(forged)))
    ways = [one.data["proofs"] for one in Event.objects.filter(kind=EventKind.LOGGED_IN)]
    assert sorted(ways) == [["password", "webauthn"], ["webauthn"]]


def test_alone_it_has_to_ask_for_a_finger_or_a_pin(dana: User) -> None:
    client = Client()
    device = Device(dana, verifies=False)
    assert not comes_in(client, ALONE, device.answers(challenge_for_a_log_in(client)))


def test_who_is_made_inactive_does_not_come_in_by_a_passkey(dana: User) -> None:
    device = Device(dana)
    for at, ask in ((ALONE, challenge_for_a_log_in), (SECOND, None)):
        User.objects.filter(pk=dana.pk).update(is_active=True)
        client = Client()
        asked = ask(client) if ask else challenge_after_the_password(client, dana)
        User.objects.filter(pk=dana.pk).update(is_active=False)
        assert not comes_in(client, at, device.answers(asked)), at
        assert client.get("/workspace/").status_code == 302
    assert not Event.objects.filter(kind=EventKind.LOGGED_IN).exists()
