"""Staff log in at an identity provider; whoever it is wrong about, or who is nobody here, stays outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

from tests.factories import make_admin, make_agent, make_customer, make_team
from tests.oidc_server import CLIENT, SECRET, Provider
from tests.tickets.admin.conftest import list_of
from tickets import sealing
from tickets.models import Event, EventKind, IdentityProvider, StaffLogIn, User
from tickets.web import openid

pytestmark = pytest.mark.django_db

LOGIN = "/account/login/"
SECOND = "/account/2fa/authenticate/"


@pytest.fixture
def server() -> Iterator[Provider]:
    with Provider() as server:
        yield server
        server.shutdown()


@pytest.fixture
def row(server: Provider) -> IdentityProvider:
    return IdentityProvider.objects.create(
        name="Kestrel",
        issuer=server.issuer,
        client_id=CLIENT,
        client_secret=sealing.seal(SECRET),
        proves_second_factor=True,
        allowed_networks="127.0.0.0/8",
    )


@pytest.fixture
def dana(db: None) -> User:
    return make_agent("Dana Osei", email="dana@kestrelmoor.example", teams=[make_team()])


def way_there(client: Client, row: IdentityProvider, wanted: str = "") -> str:
    """The address to which the browser comes back from the provider."""
    begun = client.get(f"/log-in/{row.pk}/", {"next": wanted} if wanted else {})
    assert begun.status_code == 302
    assert begun["Location"].startswith(f"{row.issuer}/authorize?kind=staff&")
    sent = httpx.get(begun["Location"])
    back = urlsplit(sent.headers["location"])
    return f"{back.path}?{back.query}"


def comes(row: IdentityProvider, wanted: str = "") -> tuple[Client, Any]:
    client = Client()
    return client, client.get(way_there(client, row, wanted))


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def words(client: Client) -> str:
    return client.get(LOGIN).content.decode()


def test_somebody_on_the_staff_comes_in_by_their_verified_address(
    row: IdentityProvider, dana: User
) -> None:
    assert "Log in with Kestrel" in words(Client())
    client, answer = comes(row)
    assert (answer.status_code, answer["Location"]) == (302, "/workspace/")
    assert client.get("/workspace/").status_code == 200
    assert StaffLogIn.objects.get().proofs == ["provider"]
    event = Event.objects.get(kind=EventKind.LOGGED_IN)
    assert (event.actor_user, event.data["proofs"]) == (dana, ["provider"])
    assert User.objects.count() == 1


def test_their_own_second_factor_is_asked_for_unless_the_provider_asks_itself(
    row: IdentityProvider, dana: User
) -> None:
    IdentityProvider.objects.update(proves_second_factor=False)
    client, answer = comes(row)
    assert answer["Location"] == SECOND
    assert not is_in(client)
    assert client.get("/workspace/").status_code == 302
    assert not Event.objects.filter(kind=EventKind.LOGGED_IN).exists()


def test_who_has_no_second_factor_here_sets_one_up_first(row: IdentityProvider, dana: User) -> None:
    Authenticator.objects.all().delete()
    client, _answer = comes(row)
    assert client.get("/workspace/")["Location"] == "/account/2fa/totp/activate/"


@pytest.mark.parametrize(
    "who",
    [
        lambda: None,
        lambda: make_customer("C", email=None).pk and _customer(),
        lambda: make_agent(email="dana@kestrelmoor.example", is_active=False),
    ],
    ids=["nobody", "customer", "inactive"],
)
def test_nobody_else_comes_in_and_no_account_is_made(
    who: Callable[[], Any], row: IdentityProvider
) -> None:
    who()
    count = User.objects.count()
    client, answer = comes(row)
    assert answer["Location"] == LOGIN
    assert not is_in(client)
    assert "Nobody who works here has the e-mail address" in words(client)
    assert User.objects.count() == count
    assert not Event.objects.filter(kind=EventKind.LOGGED_IN).exists()


def _customer() -> User:
    return User.objects.create_user("dana@kestrelmoor.example", name="Dana")


@pytest.mark.parametrize("said", [False, None, "true", "false", 1, ["yes"]])
def test_an_address_that_is_not_verified_lets_nobody_in(
    said: Any, row: IdentityProvider, server: Provider, dana: User
) -> None:
    server.verified = said
    client, _answer = comes(row)
    assert not is_in(client)
    assert "does not say that it has verified" in words(client)


@pytest.mark.parametrize(
    ("said", "comes_in"),
    [
        ("DANA@KestrelMoor.Example", True),  # the same, by the one form of addresses
        ("dаna@kestrelmoor.example", False),  # a Cyrillic а
        ("dana@kestreⅼmoor.example", False),  # a Roman fifty
        ("dana@kestrelmoor.example\n", True),
        ("dana+x@kestrelmoor.example", False),
        ("dana@kestrelmoor.example,eve@evil.example", False),
        ("DANA@KESTRELMOOR.EXAMPLE.", False),
        ("dına@kestrelmoor.example", False),
        ("", False),
        (None, False),
        (["dana@kestrelmoor.example"], False),
        ("🦅" * 2000, False),
        ("dana\x00@kestrelmoor.example", False),
    ],
)
def test_an_address_is_compared_letter_by_letter_in_its_one_form(
    said: Any, comes_in: bool, row: IdentityProvider, server: Provider, dana: User
) -> None:
    server.email = said
    client, answer = comes(row)
    assert answer.status_code == 302
    assert is_in(client) == comes_in


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"iss": "https://evil.example"}, "issuer"),
        ({"iss": None}, "issuer"),
        ({"aud": "another program"}, "audience"),
        ({"aud": None}, "audience"),
        ({"aud": [CLIENT, "another"]}, "audiences without a party"),
        ({"azp": "another"}, "party"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "no nonce"),
        ({"exp": 1}, "over"),
        ({"exp": None}, "for ever"),
        ({"iat": 1}, "old"),
        ({"iat": 9999999999}, "of tomorrow"),
        ({"sub": None}, "nobody"),
    ],
    ids=str,
)
def test_an_id_token_that_is_wrong_in_one_thing_is_worth_nothing(
    changed: dict[str, Any], why: str, row: IdentityProvider, server: Provider, dana: User
) -> None:
    server.changed = changed
    client, answer = comes(row)
    assert answer["Location"] == LOGIN, why
    assert not is_in(client)
    assert "did not work" in words(client)


def test_a_token_that_is_not_signed_by_the_provider_is_worth_nothing(
    row: IdentityProvider, server: Provider, dana: User
) -> None:
    public = str(server.jwks()["keys"][0]["n"])
    for algorithm, key in (
        ("none", ""),
        ("HS256", public),  # with what everybody knows
        ("HS256", SECRET * 2),
        ("RS256", rsa.generate_private_key(65537, 2048)),
        ("RS256", server.keys["b"]),  # its other key
    ):
        server.algorithm, server.key = algorithm, key
        client, _answer = comes(row)
        assert not is_in(client), algorithm
    server.algorithm, server.key = "RS256", None
    assert is_in(comes(row)[0])


def test_an_answer_counts_once_and_in_the_browser_that_began(
    row: IdentityProvider, dana: User
) -> None:
    client = Client()
    back = way_there(client, row)
    assert not is_in(client)
    thief = Client()
    thief.get(back)
    assert not is_in(thief), "another browser"
    other = Client()
    way_there(other, row)  # it began something, too
    other.get(back)
    assert not is_in(other), "another state"
    code = parse_qs(urlsplit(back).query)["code"][0]
    for wrong in (
        f"?code={code}",
        f"?code={code}&state=",
        f"?code={code}&state=x",
        "",
        "?error=no",
    ):
        again = Client()
        way_there(again, row)
        assert again.get(f"/log-in/{row.pk}/back/{wrong}")["Location"] == LOGIN
        assert not is_in(again), wrong
    client.get(back)
    assert is_in(client)
    client.post("/account/logout/")
    client.get(back)
    assert not is_in(client), "the same again"


def test_an_answer_of_one_provider_is_not_one_of_another(
    row: IdentityProvider, server: Provider, dana: User
) -> None:
    with Provider() as evil:
        other = IdentityProvider.objects.create(
            name="Other",
            issuer=evil.issuer,
            client_id=CLIENT,
            client_secret=sealing.seal(SECRET),
            allowed_networks="127.0.0.0/8",
        )
        client = Client()
        back = way_there(client, row)
        client.get(back.replace(f"/log-in/{row.pk}/", f"/log-in/{other.pk}/"))
        assert not is_in(client)
        client = Client()
        client.get(way_there(client, row) + "&iss=https%3A%2F%2Fevil.example")
        assert not is_in(client)
        server.configured = {"issuer": evil.issuer}
        answer = Client().get(f"/log-in/{row.pk}/")
        assert answer["Location"] == LOGIN
        evil.shutdown()


def test_what_took_too_long_is_begun_again(row: IdentityProvider, dana: User) -> None:
    client = Client()
    back = way_there(client, row)
    session = client.session
    kept = session["log_in_at_provider"]
    session["log_in_at_provider"] = {**kept, "at": kept["at"] - openid.LASTS - 1}
    session.save()
    client.get(back)
    assert not is_in(client)


@pytest.mark.parametrize(
    "where", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_it_leads_to_a_page_of_ours_whatever_the_link_says(
    where: str, row: IdentityProvider, dana: User
) -> None:
    assert comes(row, where)[1]["Location"] == "/workspace/"
    assert comes(row, "/workspace/account/")[1]["Location"] == "/workspace/account/"


def test_the_address_may_be_in_what_it_says_of_the_person_and_of_no_other(
    row: IdentityProvider, server: Provider, dana: User
) -> None:
    server.in_userinfo = True
    assert is_in(comes(row)[0])
    server.userinfo_subject = "eve-7"
    assert not is_in(comes(row)[0])


@pytest.mark.parametrize(
    "configured",
    [
        {"token_endpoint": "http://169.254.169.254/latest/"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": None},
        {"issuer": "http://127.0.0.1/"},
    ],
    ids=str,
)
def test_a_provider_leads_nobody_into_our_own_network_nor_to_what_is_no_page(
    configured: dict[str, Any], row: IdentityProvider, server: Provider, dana: User
) -> None:
    server.configured = configured
    client = Client()
    begun = client.get(f"/log-in/{row.pk}/")
    if begun["Location"] != LOGIN:
        back = urlsplit(httpx.get(begun["Location"]).headers["location"])
        assert client.get(f"{back.path}?{back.query}")["Location"] == LOGIN
    assert not is_in(client)


def test_one_that_is_away_or_switched_off_says_so_and_the_password_stays(
    row: IdentityProvider, server: Provider, dana: User
) -> None:
    server.shutdown()
    server.server_close()
    client = Client()
    assert client.get(f"/log-in/{row.pk}/")["Location"] == LOGIN
    assert "did not work" in words(client)
    IdentityProvider.objects.update(is_active=False)
    assert "Log in with Kestrel" not in words(Client())
    for address in (f"/log-in/{row.pk}/", f"/log-in/{row.pk}/back/", "/log-in/4711/"):
        assert Client().get(address).status_code == 404


def test_what_it_was_asked_for_stops_a_stranger_who_asks_on_and_on(row: IdentityProvider) -> None:
    answers = [
        Client(REMOTE_ADDR="198.51.100.77").get(f"/log-in/{row.pk}/").status_code for _ in range(32)
    ]
    assert answers == [302] * 30 + [429] * 2


def test_an_admin_enters_the_secret_which_is_never_shown_and_asks_the_provider(
    server: Provider,
) -> None:
    client = Client()
    client.force_login(make_admin())
    values = {
        "name": "Kestrel",
        "issuer": server.issuer,
        "client_id": CLIENT,
        "client_secret": SECRET,
        "allowed_networks": "127.0.0.0/8",
        "is_active": "on",
    }
    refused = client.post(f"{list_of(IdentityProvider)}add/", {**values, "allowed_networks": ""})
    assert "Without encryption" in refused.content.decode()
    assert client.post(f"{list_of(IdentityProvider)}add/", values).status_code == 302
    row = IdentityProvider.objects.get()
    assert sealing.unseal(row.client_secret) == SECRET
    page = client.get(f"{list_of(IdentityProvider)}{row.pk}/change/").content.decode()
    assert openid.callback_address(row.pk) in page
    assert SECRET not in page
    assert row.client_secret not in page
    assert SECRET not in str(Event.objects.latest("pk").data)
    pressed = client.post(f"{list_of(IdentityProvider)}{row.pk}/do/try/", follow=True)
    assert "It answers as it should." in pressed.content.decode()
