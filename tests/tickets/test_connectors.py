"""Systems that are asked: what is sent, what is believed, and what happens when they misbehave."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import override_settings
from standardwebhooks.webhooks import Webhook

from helpdesk.demo.load_shop import OPERATIONS
from tests.shop_server import BODIES, SECRET, FaultyShop
from tickets import actions, connectors, outside, sealing, signing
from tickets.actors import Actor
from tickets.connectors import Owner, breaker, trying_out
from tickets.models import Connector, ConnectorCall, ConnectorCallState, Event, Operation

pytestmark = pytest.mark.django_db

State = ConnectorCallState
THEO = "theo.v@homemail.example"
THEIRS = Owner(emails={THEO, "layla.mansour@inbox.example"})
TENT = {"number": "KM-48877"}  # of Theo's, sent
NEW = {"number": "KM-49151"}  # of Layla's, not packed yet
ARRIVED = {"number": "KM-48951"}  # of somebody else's


@pytest.fixture
def shop() -> Iterator[FaultyShop]:
    server = FaultyShop()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def connector(shop: FaultyShop) -> Iterator[Connector]:
    made = Connector.objects.create(
        key="shop",
        name="Shop",
        address=shop.address,
        secret=sealing.seal(SECRET),
        allowed_networks="127.0.0.1/32",
        seconds=1,
    )
    for key, values in OPERATIONS.items():
        Operation.objects.create(connector=made, key=key, **values)
    cache.clear()
    breaker.forget(made)
    yield made
    breaker.forget(made)


def ask(connector: Connector, key: str, inputs: Any, number: str = "1", **more: Any) -> Any:
    operation = Operation.objects.select_related("connector").get(connector=connector, key=key)
    return connectors.ask(operation, inputs, number=number, owner=more.pop("owner", THEIRS), **more)


def test_what_an_admin_named_of_the_answer_is_told_and_nothing_else(connector: Connector) -> None:
    found = ask(connector, "find_order", TENT)
    assert found.is_done
    (row,) = found.rows
    assert set(row) == set(OPERATIONS["find_order"]["values"])
    assert (row["number"], row["status"], row["carrier"]) == ("KM-48877", "Sent", "Moorland Post")
    call = ConnectorCall.objects.get()
    assert (call.state, call.inputs, call.rows, call.attempts) == (State.DONE, TENT, [row], 1)


def test_a_list_is_told_row_by_row_and_only_what_belongs_to_whoever_asks(
    connector: Connector, shop: FaultyShop
) -> None:
    shop.is_careless = True
    mine = ask(connector, "list_orders", {"email": THEO})
    assert [row["number"] for row in mine.rows] == ["KM-48877", "KM-47688"]
    theirs = ask(connector, "list_orders", {"email": "maya@lindqvist.example"}, "2")
    assert (theirs.state, theirs.rows) == (State.NOT_FOUND, ())


def test_nothing_is_changed_of_what_belongs_to_somebody_else(
    connector: Connector, shop: FaultyShop
) -> None:
    """It is not enough to tell nobody: the order of another must not be cancelled at all."""
    found = ask(connector, "cancel_order", NEW, owner=Owner(emails={THEO}))
    assert (found.state, found.rows) == (State.NOT_FOUND, ())
    assert shop.store.orders[NEW["number"]].status == "Ordered"
    assert ask(connector, "cancel_order", NEW, "2").is_done
    assert shop.store.orders[NEW["number"]].status == "Cancelled"


def test_a_change_whose_answer_cannot_be_read_is_not_called_undone(
    connector: Connector,
) -> None:
    Operation.objects.filter(key="cancel_order").update(rows_path="order")
    assert ask(connector, "cancel_order", NEW).state == State.UNCERTAIN


@pytest.mark.parametrize(
    "owner",
    [
        Owner(emails={"callum.birtwistle@postbox.example"}),
        Owner(emails={"theo.v@homemaıl.example"}),  # an i without its dot
        Owner(external_ids={"KM-48877"}),
        Owner(),
    ],
)
@pytest.mark.parametrize("careless", [True, False])
def test_what_belongs_to_somebody_else_is_as_if_it_were_not_there(
    connector: Connector, shop: FaultyShop, owner: Owner, careless: bool
) -> None:
    shop.is_careless = careless
    other = ask(connector, "find_order", TENT, owner=owner)
    missing = ask(connector, "find_order", {"number": "KM-00000"}, "2", owner=owner)
    assert (other.state, other.rows) == (missing.state, missing.rows) == (State.NOT_FOUND, ())
    assert ConnectorCall.objects.get(number="1").rows == []


def test_what_is_kept_for_a_while_is_not_told_to_another(
    connector: Connector, shop: FaultyShop
) -> None:
    assert ask(connector, "find_order", TENT).is_done
    again = ask(connector, "find_order", TENT, "2")
    assert again.is_done
    assert again.cached
    assert ask(connector, "find_order", TENT, "3", owner=Owner()).state == State.NOT_FOUND
    assert len(shop.asked) == 1


def test_a_call_is_signed_as_the_published_library_checks_it(connector: Connector) -> None:
    body = b'{"a": "\xc3\xa9"}'
    headers = signing.headers((connector.secret, connector.previous_secret), "number-1", body)
    assert Webhook(SECRET).verify(body, headers) == {"a": "é"}


def test_while_the_secret_changes_both_are_good(connector: Connector) -> None:
    newer = signing.new_secret()
    connector.previous_secret, connector.secret = connector.secret, sealing.seal(newer)
    headers = signing.headers((connector.secret, connector.previous_secret), "number-1", b"{}")
    for secret in (SECRET, newer):
        Webhook(secret).verify(b"{}", headers)


def test_another_secret_is_not_believed_and_the_sentence_says_where_to_look(
    connector: Connector,
) -> None:
    connector.secret = sealing.seal(signing.new_secret())
    connector.save()
    found = ask(connector, "find_order", TENT)
    assert found.state == State.FAILED
    assert "Compare the secret" in found.problem


def test_what_changes_something_is_done_once_however_often_it_is_asked_for(
    connector: Connector, shop: FaultyShop
) -> None:
    first = ask(connector, "cancel_order", NEW)
    again = ask(connector, "cancel_order", NEW)
    assert first.is_done
    assert (again.state, again.rows) == (first.state, first.rows)
    assert len(shop.asked) == 1


def test_what_a_system_refuses_is_told_in_its_words(connector: Connector) -> None:
    found = ask(connector, "cancel_order", TENT)
    assert (found.state, found.rows) == (State.REFUSED, ())
    assert found.problem == "It is packed already and cannot be cancelled any more."


def test_a_system_that_was_away_for_a_moment_is_asked_again_with_the_same_number(
    connector: Connector, shop: FaultyShop
) -> None:
    shop.trouble, shop.times = "down", 1
    assert ask(connector, "create_return", ARRIVED, owner=None).is_done
    assert [number for _path, number in shop.asked] == ["1", "1"]
    assert len(shop.store.mails) == 1


def test_an_answer_that_was_lost_is_asked_for_and_nothing_is_done_twice(
    connector: Connector, shop: FaultyShop
) -> None:
    """The shop does it and dies; asked again with the same number it tells what it did."""
    connector.attempts = 1
    connector.save()
    shop.trouble, shop.times = "dies", 1
    lost = ask(connector, "cancel_order", NEW)
    assert lost.state == State.UNCERTAIN
    found = ask(connector, "cancel_order", NEW)
    assert found.is_done
    assert found.rows[0]["status"] == "Cancelled"
    assert [path for path, _number in shop.asked] == ["/helpdesk/orders/cancel", "/helpdesk/calls"]


def test_what_a_dead_process_began_and_never_sent_is_sent_then(
    connector: Connector, shop: FaultyShop
) -> None:
    operation = Operation.objects.get(key="cancel_order")
    actions.begin_connector_call(actor=Actor.system(), operation=operation, number="1", inputs=NEW)
    assert ask(connector, "cancel_order", NEW).is_done
    assert [path for path, _number in shop.asked] == ["/helpdesk/calls", "/helpdesk/orders/cancel"]
    assert ConnectorCall.objects.count() == 1


def test_nobody_claims_to_know_what_became_of_a_change_while_the_system_is_silent(
    connector: Connector, shop: FaultyShop
) -> None:
    shop.trouble = "dies"
    assert ask(connector, "cancel_order", NEW).state == State.UNCERTAIN
    assert ask(connector, "cancel_order", NEW).state == State.UNCERTAIN
    shop.trouble = ""
    breaker.forget(connector)
    assert ask(connector, "cancel_order", NEW).is_done
    assert ConnectorCall.objects.get().state == State.DONE


@pytest.mark.parametrize("trouble", ["slow", "down", "breaks off", "redirects", *BODIES])
def test_a_look_up_that_goes_wrong_ends_in_a_sentence(
    connector: Connector, shop: FaultyShop, trouble: str
) -> None:
    shop.trouble = trouble
    found = ask(connector, "find_order", TENT)
    if trouble == "surrogate":
        assert found.is_done
        assert found.rows[0]["status"] == "ab"
        return
    # Nothing that has an owner is told where the answer names none.
    wanted = State.NOT_FOUND if trouble == "nothing" else State.FAILED
    assert (found.state, found.rows) == (wanted, ())
    assert found.problem.endswith(".")
    assert shop.redirected == 0
    assert ConnectorCall.objects.get().ended_at is not None


def test_a_system_that_fails_again_and_again_is_left_alone_for_a_while(
    connector: Connector, shop: FaultyShop
) -> None:
    shop.trouble = "down"
    for number in range(4):
        ask(connector, "find_order", TENT, str(number))
    assert len(shop.asked) == breaker.FAILURES
    shop.trouble = ""
    left = ask(connector, "find_order", TENT, "5")
    assert left.state == State.UNAVAILABLE
    assert len(shop.asked) == breaker.FAILURES
    tried = trying_out.attempt(Operation.objects.get(key="find_order"), TENT)
    assert tried.works
    assert ask(connector, "find_order", TENT, "6").is_done


def test_without_redis_a_system_is_asked_all_the_same(connector: Connector) -> None:
    with override_settings(REDIS_URL="redis://127.0.0.1:1/0"):
        assert breaker.of(connector).current_state == "closed"


@pytest.mark.parametrize(
    ("address", "networks"),
    [
        ("http://127.0.0.1:{port}/helpdesk/", "10.0.0.0/8"),
        ("https://127.0.0.1:{port}/helpdesk/", ""),
        ("https://[::ffff:127.0.0.1]:{port}/helpdesk/", "10.0.0.0/8"),
        ("https://localhost:{port}/", ""),
        ("file:///etc/passwd", "127.0.0.1/32"),
        ("http://user@127.0.0.1:{port}/", "127.0.0.1/32"),
    ],
)
def test_no_call_goes_into_a_network_that_was_not_allowed(
    connector: Connector, shop: FaultyShop, address: str, networks: str
) -> None:
    connector.address = address.format(port=shop.server_port)
    connector.allowed_networks = networks
    connector.save()
    assert ask(connector, "find_order", TENT).state == State.FAILED
    assert shop.asked == []


def test_without_encryption_only_an_allowed_network_is_asked() -> None:
    """Whoever is on the way could read it: a public address is asked by https alone."""
    assert not outside.lies_in("203.0.113.9", ["127.0.0.1/32"])
    assert outside.lies_in("10.1.2.3", ["10.0.0.0/8"])
    with pytest.raises(outside.Refused):
        outside.read("http://shop.example.com/")


def test_what_is_switched_off_is_not_asked(connector: Connector, shop: FaultyShop) -> None:
    Operation.objects.filter(key="find_order").update(is_active=False)
    assert ask(connector, "find_order", TENT).state == State.UNAVAILABLE
    assert shop.asked == []
    assert not ConnectorCall.objects.exists()


def test_what_is_asked_with_is_kept_plain(connector: Connector) -> None:
    ask(connector, "find_order", {"number": "KM\x00-48877 \ud83d", "what": ["a"], "big": 10**40})
    assert ConnectorCall.objects.get().inputs["number"].startswith("KM-48877")
    assert Event.objects.filter(kind="setting_changed").count() == 0


def test_calls_are_forgotten_after_their_time(connector: Connector) -> None:
    from tickets import clock
    from tickets.models.connectors import KEPT_FOR

    ask(connector, "find_order", TENT)
    assert ConnectorCall.objects.forget_old() == 0
    ConnectorCall.objects.update(created_at=clock.now() - KEPT_FOR * 1.01)
    assert ConnectorCall.objects.forget_old() == 1
