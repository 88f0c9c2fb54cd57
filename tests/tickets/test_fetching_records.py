"""An agent asks the system of a record what holds now, and it is kept like what that tells itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from helpdesk.demo.load_shop import OPERATIONS
from tests.factories import make_agent, make_customer, make_team, make_ticket
from tests.shop_server import SECRET, FaultyShop
from tests.tickets.records.making import make_type
from tickets import actions, sealing
from tickets.actions import NewRecord
from tickets.actors import Actor
from tickets.connectors import breaker, fetching
from tickets.models import Connector, Operation, Record, RecordField, RecordVersion

pytestmark = pytest.mark.django_db

THEO = "theo.v@homemail.example"


@pytest.fixture
def shop() -> Iterator[FaultyShop]:
    server = FaultyShop()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def record(shop: FaultyShop) -> Record:
    """An order that the shop has sent; here it is packed still."""
    connector = Connector.objects.create(
        key="shop",
        name="Shop",
        address=shop.address,
        secret=sealing.seal(SECRET),
        allowed_networks="127.0.0.1/32",
        seconds=1,
        attempts=1,
    )
    cache.clear()
    breaker.forget(connector)
    operation = Operation.objects.create(
        connector=connector, key="find_order", **OPERATIONS["find_order"]
    )
    orders = make_type(operation=operation)
    RecordField.objects.filter(type=orders, key="status").update(options=["packed", "Sent"])
    RecordField.objects.filter(type=orders, key="items").update(kind="text", options=[])
    told = NewRecord(
        external_id="48877",
        reference="KM-48877",
        customer_email=THEO,
        values={"status": "packed", "margin": "30 %", "total": 1},
    )
    actions.upsert_record(actor=Actor.system(), record_type=orders, row=told)
    return Record.objects.select_related("type__operation__connector").get()


def test_what_came_is_kept_and_what_was_not_told_of_stays(record: Record) -> None:
    assert fetching.fetch(record)
    versions = RecordVersion.objects.count()
    kept = Record.objects.select_related("type__operation__connector").get()
    assert kept.values["status"] == "Sent"
    assert kept.values["margin"] == "30 %"
    assert kept.customer_email == THEO
    assert not fetching.fetch(kept)  # the same again, for some seconds without asking
    assert Record.objects.get().changed_at == kept.changed_at
    assert RecordVersion.objects.count() == versions


@pytest.mark.parametrize("trouble", ["down", "rubbish", "slow"])
def test_a_system_that_fails_changes_nothing_and_says_so(
    record: Record, shop: FaultyShop, trouble: str
) -> None:
    shop.trouble = trouble
    with pytest.raises(fetching.NotFetched, match=r"\.$"):
        fetching.fetch(record)
    assert Record.objects.get().values["status"] == "packed"


def test_an_answer_that_does_not_fit_the_fields_is_refused_in_words(record: Record) -> None:
    RecordField.objects.filter(key="status").update(options=["packed"])
    with pytest.raises(fetching.NotFetched):
        fetching.fetch(record)
    assert Record.objects.get().values["status"] == "packed"


def test_an_agent_asks_on_the_page_of_the_record_and_others_find_none(record: Record) -> None:
    team = make_team()
    customer = make_customer("Theo", email=THEO)
    Record.objects.update(customer=customer)
    make_ticket(team=team, customer=customer)
    page = reverse("workspace-record", args=[record.pk])
    url = reverse("workspace-fetch-record", args=[record.pk])
    client = Client()
    client.force_login(make_agent(teams=[team]), backend="tickets.web.logins.LogIns")
    assert url in client.get(page).text
    shown = client.post(url, follow=True)
    assert "It is as it is in its system now." in shown.text
    assert Record.objects.get().values["status"] == "Sent"
    stranger = Client()
    stranger.force_login(make_agent(teams=[make_team()]), backend="tickets.web.logins.LogIns")
    assert stranger.post(url).status_code == 404
