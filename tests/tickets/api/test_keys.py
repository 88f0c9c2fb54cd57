"""API keys: made on the command line, shown once, and what a caller without a good one gets."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.factories import make_admin
from tests.tickets.api.conftest import TICKETS, Caller, MakeCaller
from tickets import actions
from tickets.actors import Actor
from tickets.models import ApiKey, Event, EventKind, Scope
from tickets.models.api_keys import hash_secret

pytestmark = pytest.mark.django_db


def create(*options: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("create_api_key", *options, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_command_prints_a_secret_that_works_and_keeps_only_its_hash() -> None:
    out, err = create("--name", "Shop", "--scope", "tickets:read", "--scope", "articles:read")
    secret = out.strip()
    key = ApiKey.objects.get()
    assert out == f"{secret}\n"
    assert key.hash == hash_secret(secret)
    assert key.scopes == [Scope.ARTICLES_READ, Scope.TICKETS_READ]
    assert secret not in err
    assert secret not in str(ApiKey.objects.values().get())
    assert secret not in str(list(Event.objects.values()))
    assert Event.objects.get().kind == EventKind.SETTING_ADDED
    assert Caller(secret).get(TICKETS).status_code == 200


def test_a_key_for_some_days_ends_by_itself() -> None:
    out, err = create("--name", "Trial", "--scope", "tickets:read", "--expires-days", "2")
    key = ApiKey.objects.get()
    assert key.expires_at is not None
    assert timedelta(days=1, hours=23) < key.expires_at - timezone.now() <= timedelta(days=2)
    assert "valid until" in err
    ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Caller(out.strip()).get(TICKETS).status_code == 401


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            ["--scope", "tickets:destroy"],
            f"There is no scope “tickets:destroy”; choose among {', '.join(Scope.values)}.",
        ),
        (
            [],
            f"Give the key at least one --scope, of {', '.join(Scope.values)}.",
        ),
        (
            ["--scope", "tickets:read", "--expires-days", "0"],
            "--expires-days takes 1 to 3650 days.",
        ),
        (["--scope", "tickets:read", "--name", " \u0007"], "Give the key a name."),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence_and_no_key_is_made(
    options: list[str], sentence: str
) -> None:
    with pytest.raises(CommandError) as refused:
        create("--name", "Shop", *options)
    assert str(refused.value) == sentence
    assert refused.value.returncode == 1
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer hd_nobodys",
        "Bearer hd_\u00e9",
        "Basic aGQ6aGQ=",
        "Token {secret}",
        "{secret}",
        "Bearer {secret} {secret}",
        "Bearer {secret}x",
        "Bearer " + "x" * 10_000,
    ],
)
def test_without_a_good_key_the_answer_is_401_and_says_how_to_send_one(
    shop: Caller, header: str | None
) -> None:
    headers = {} if header is None else {"Authorization": header.format(secret=shop.secret)}
    response = Caller(None).get(TICKETS, **headers)
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="api"'
    assert response.json()["error"]["code"] in {"not_authenticated", "authentication_failed"}


def test_a_log_in_is_no_key() -> None:
    """Sessions are not accepted, so no other site can use one: there is no CSRF to speak of."""
    client = Client()
    client.force_login(make_admin())
    assert client.get(TICKETS).status_code == 401
    assert client.post(TICKETS, "{}", content_type="application/json").status_code == 401


def test_a_revoked_key_ends_with_the_next_request(shop: Caller) -> None:
    assert shop.get(TICKETS).status_code == 200
    actions.revoke_api_key(actor=Actor.system(), key=ApiKey.objects.get())
    assert shop.get(TICKETS).status_code == 401


def test_its_last_use_is_noted_once_a_minute(
    shop: Caller, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    shop.get(TICKETS)
    first = ApiKey.objects.get().last_used_at
    assert first is not None
    with django_assert_num_queries(2):  # the key and the list: no write
        shop.get(TICKETS)
    assert ApiKey.objects.get().last_used_at == first
    ApiKey.objects.update(last_used_at=first - timedelta(seconds=61))
    shop.get(TICKETS)
    second = ApiKey.objects.get().last_used_at
    assert second is not None
    assert second > first


def test_a_reading_key_writes_nothing_but_its_use_is_noted(
    caller: MakeCaller, caplog: pytest.LogCaptureFixture
) -> None:
    reader = caller(Scope.TICKETS_READ, name="Dashboard")
    response = reader.post(TICKETS, {})
    assert response.status_code == 403
    assert response.json()["error"] == {
        "code": "missing_scope",
        "message": "This API key lacks the scope “tickets:write”.",
        "request_id": response["X-Request-ID"],
    }
    assert ApiKey.objects.get().last_used_at is not None
    assert "Dashboard" in caplog.text


def test_the_command_names_the_agent_for_whom_a_key_acts() -> None:
    agent = make_admin("Ada")
    create("--name", "Billing", "--scope", "tickets:act", "--agent", agent.email.upper())
    assert ApiKey.objects.get().agent == agent
    for address in ("", "nobody@kestrelmoor.example"):
        with pytest.raises(CommandError):
            create("--name", "Billing", "--scope", "tickets:act", "--agent", address)
    assert ApiKey.objects.count() == 1
