"""Connectors in the admin: set up without a guess, secrets shown once, tried before they are used."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.shop_server import FaultyShop
from tests.tickets.admin.conftest import Change, errors_on, list_of, sent_by, url_of
from tickets import sealing
from tickets.connectors import breaker
from tickets.models import Connector, ConnectorCall, Event, EventKind, Operation

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Iterator[FaultyShop]:
    server = FaultyShop()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def connector(shop: FaultyShop) -> Connector:
    made = Connector.objects.create(
        key="shop", name="Shop", address=shop.address, allowed_networks="127.0.0.1/32"
    )
    breaker.forget(made)
    return made


def test_a_system_is_connected_and_asked_from_nothing(client: Client, shop: FaultyShop) -> None:
    """What an admin does: connector, secret, what it can be asked for, try it."""
    add = list_of(Connector, "add")
    values = {"key": "shop", "name": "Our shop", "address": shop.address}
    values["allowed_networks"] = "127.0.0.1"
    assert client.post(add, sent_by(client.get(add)) | values).status_code == 302
    connector = Connector.objects.get()
    assert "None yet" in client.get(url_of(connector)).content.decode()

    press = reverse("admin:tickets_connector_button", args=[connector.pk, "new-secret"])
    shown = client.post(press)
    connector.refresh_from_db()
    secret = sealing.unseal(connector.secret)
    assert secret.startswith("whsec_")
    assert secret in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert secret not in str(list(Event.objects.values_list("data", flat=True)))
    shop.webhook = type(shop.webhook)(secret)

    add = list_of(Operation, "add")
    values = {"connector": str(connector.pk), "key": "find_order", "path": "orders/find"}
    values["values"] = "number = order.number\n\nstatus=order.status\nitems = order.items"
    assert client.post(add, sent_by(client.get(add)) | values).status_code == 302
    operation = Operation.objects.get()
    assert operation.values == {
        "number": "order.number",
        "status": "order.status",
        "items": "order.items",
    }

    attempt = reverse("admin:tickets_operation_try", args=[operation.pk])
    page = client.post(attempt, {"inputs": "number = KM-48877"}).content.decode()
    assert "It answers." in page
    assert "<dd>Sent</dd>" in page
    assert "<dd>1 x Fell 2 in moss, 1 x Cairn mat</dd>" in page
    assert ConnectorCall.objects.get().number.startswith("try-")
    missing = client.post(attempt, {"inputs": "number = KM-1"}).content.decode()
    assert "It knows nothing of that." in missing


def test_what_changes_something_is_tried_only_by_whoever_says_so(
    client: Client, connector: Connector, shop: FaultyShop
) -> None:
    operation = Operation.objects.create(
        connector=connector, key="cancel", path="orders/cancel", changes=True
    )
    attempt = reverse("admin:tickets_operation_try", args=[operation.pk])
    assert client.post(attempt, {"inputs": "number = KM-49151"}).status_code == 200
    assert shop.asked == []


def test_a_secret_of_before_stays_good_until_it_is_forgotten(
    client: Client, connector: Connector
) -> None:
    press = reverse("admin:tickets_connector_button", args=[connector.pk, "new-secret"])
    client.post(press)
    connector.refresh_from_db()
    first = connector.secret
    client.post(press)
    connector.refresh_from_db()
    assert sealing.unseal(connector.previous_secret) == sealing.unseal(first)
    client.post(reverse("admin:tickets_connector_button", args=[connector.pk, "only-new"]))
    connector.refresh_from_db()
    assert connector.previous_secret == ""


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"address": "ftp://shop.example"}, "begins with https"),
        ({"address": "https://me:you@shop.example"}, "begins with https"),
        ({"address": "http://shop.example", "allowed_networks": ""}, "network of our own"),
        ({"allowed_networks": "10.0.0.0/8\nhome"}, "is no network"),
        ({"allowed_networks": "10.0.0.1/8"}, "is no network"),
        ({"seconds": "60"}, "less than or equal to 20"),
        ({"attempts": "0"}, "greater than or equal to 1"),
    ],
)
def test_what_would_not_work_is_refused_with_a_sentence(
    change: Change, connector: Connector, values: dict[str, Any], words: str
) -> None:
    assert words in errors_on(change(connector, **values))
    assert not Event.objects.filter(kind=EventKind.SETTING_CHANGED).exists()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"values": "status"}, "is not a name, = and a value"),
        ({"values": "Status = a"}, "is not a name, = and a value"),
        ({"values": "a = b\na = c"}, "stands there twice"),
        ({"values": "a = b..c"}, "no place in an answer"),
        ({"values": "a = b", "owner_path": "$.owner"}, "no place in an answer"),
        ({"values": "a = b", "path": "../admin?x"}, "Enter a valid value"),
        ({"values": "a = b", "changes": "on", "cache_seconds": "60"}, "asked each time"),
    ],
)
def test_an_operation_that_cannot_be_understood_is_refused(
    change: Change, connector: Connector, values: dict[str, Any], words: str
) -> None:
    operation = Operation.objects.create(connector=connector, key="find", values={"a": "b"})
    assert words in errors_on(change(operation, **values))
