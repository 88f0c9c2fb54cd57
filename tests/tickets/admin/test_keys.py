"""API keys: the secret is shown once, and a key is revoked but never edited."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from tests.tickets.admin.conftest import errors_on, list_of, sent_by, url_of
from tickets import actions
from tickets.actors import Actor
from tickets.models import ApiKey, Event, User
from tickets.models.api_keys import hash_secret

pytestmark = pytest.mark.django_db


def _make(client: Client, **values: Any) -> Any:
    url = list_of(ApiKey, "add")
    return client.post(url, {**sent_by(client.get(url)), **values})


@pytest.fixture
def key(odhran: User) -> ApiKey:
    return actions.create_api_key(
        actor=Actor.agent(odhran), name="Web shop", scopes=["tickets:read"]
    )[0]


def test_the_secret_is_shown_once_and_kept_nowhere(client: Client, odhran: User) -> None:
    page = _make(client, name="Web shop", scopes=["tickets:read", "tickets:write"])

    secret = page.context["secret"]
    assert page.status_code == 200
    assert secret in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    key = ApiKey.objects.get()
    assert key.hash == hash_secret(secret)
    assert key.scopes == ["tickets:read", "tickets:write"]
    event = Event.objects.get()
    assert (event.kind, event.actor_user, event.data["name"]) == (
        "setting.added",
        odhran,
        "Web shop",
    )
    assert secret not in str(event.data)
    for url in (list_of(ApiKey), url_of(key), url_of(key, "history"), url_of(event)):
        again = client.get(url)
        assert again.status_code == 200
        assert secret not in again.content.decode()
        assert key.hash not in again.content.decode()
    assert all(secret not in str(session.get_decoded()) for session in Session.objects.all())


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"name": "Shop"}, "Choose at least one thing"),
        ({"name": "Shop", "scopes": ["tickets:everything"]}, "not one of the available choices"),
        ({"name": "", "scopes": ["tickets:read"]}, "required"),
        (
            {
                "name": "Shop",
                "scopes": ["tickets:read"],
                "expires_at_0": "2020-01-01",
                "expires_at_1": "10:00",
            },
            "Choose a time to come",
        ),
    ],
)
def test_a_key_that_makes_no_sense_is_not_made(
    client: Client, values: dict[str, Any], complaint: str
) -> None:
    assert complaint in errors_on(_make(client, **values))
    assert not ApiKey.objects.exists()
    assert not Event.objects.exists()


def test_a_revoked_key_is_over_at_once_and_the_ledger_says_who_did_it(
    client: Client, key: ApiKey, odhran: User
) -> None:
    answer = client.post(f"/admin/tickets/apikey/{key.pk}/do/revoke/", follow=True)

    assert "Web shop is revoked" in answer.content.decode()
    assert not ApiKey.objects.valid().exists()
    event = Event.objects.latest("pk")
    assert (event.data, event.actor_user) == ({"revoked": True}, odhran)

    count = Event.objects.count()
    again = client.post(f"/admin/tickets/apikey/{key.pk}/do/revoke/", follow=True)
    assert "Nothing was left to do" in again.content.decode()
    assert Event.objects.count() == count


def test_a_key_is_never_edited_nor_deleted(client: Client, key: ApiKey) -> None:
    assert client.post(url_of(key), {"name": "Mine"}).status_code == 403
    assert client.post(url_of(key, "delete"), {"post": "yes"}).status_code == 403
    key.refresh_from_db()
    assert key.name == "Web shop"


def test_looking_at_a_link_revokes_nothing(client: Client, key: ApiKey) -> None:
    """What changes something takes a POST."""
    assert client.get(f"/admin/tickets/apikey/{key.pk}/do/revoke/").status_code == 405
    assert ApiKey.objects.valid().exists()


def test_a_button_that_does_not_exist_is_404(client: Client, key: ApiKey) -> None:
    assert client.post(f"/admin/tickets/apikey/{key.pk}/do/delete_model/").status_code == 404
    assert client.post(f"/admin/tickets/apikey/{key.pk + 1}/do/revoke/").status_code == 404
