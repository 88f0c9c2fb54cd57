"""Webhooks in the admin: set up and tried without a guess, seen to fail, and told again what was missed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import make_team, make_ticket
from tests.tickets.admin.conftest import errors_on, list_of, sent_by, url_of
from tests.webhook_receiver import Receiver, receiving
from tickets import sealing, signing
from tickets.admin import troubles
from tickets.models import (
    Event,
    Webhook,
    WebhookDelivery,
    WebhookDeliveryState,
    WebhookState,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving(signing.new_secret()) as found:
        yield found


def press(client: Client, row: Any, button: str) -> Any:
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_button"
    return client.post(reverse(name, args=[row.pk, button]), follow=True)


def add(client: Client, **values: Any) -> Any:
    page = list_of(Webhook, "add")
    return client.post(page, sent_by(client.get(page)) | values)


@pytest.fixture
def webhook(receiver: Receiver) -> Webhook:
    return Webhook.objects.create(
        name="Dashboard",
        address=receiver.address,
        allowed_networks="127.0.0.1/32",
        secret=sealing.seal(receiver.secret),
    )


def test_a_webhook_is_set_up_from_nothing(client: Client, receiver: Receiver) -> None:
    """What an admin does: save, make a secret, test, switch on."""
    team = make_team("Billing")
    values = {"name": "Dashboard", "address": receiver.address, "allowed_networks": "127.0.0.1"}
    kinds = {"kinds": ["ticket.opened", "ticket.closed"], "narrowing": f"team:{team.name}"}
    assert add(client, **values, **kinds).status_code == 302
    webhook = Webhook.objects.get()
    assert (webhook.state, webhook.kinds) == (WebhookState.OFF, kinds["kinds"])
    assert webhook.conditions["conditions"][0]["field"] == "team"
    page = client.get(url_of(webhook)).content.decode()
    assert "None yet" in page
    assert "Switch it on" not in page, "nothing is sent without a secret"

    shown = press(client, webhook, "new-secret")
    webhook.refresh_from_db()
    receiver.secret = sealing.unseal(webhook.secret)
    assert receiver.secret in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert receiver.secret not in str(list(Event.objects.values_list("data", flat=True)))

    tried = press(client, webhook, "test").content.decode()
    assert "It was taken: status 200." in tried
    assert receiver.got[0]["type"] == "webhook.test"
    press(client, webhook, "on")
    webhook.refresh_from_db()
    assert webhook.state == WebhookState.ACTIVE
    press(client, webhook, "off")
    webhook.refresh_from_db()
    assert webhook.state == WebhookState.OFF


def test_a_test_that_is_not_taken_says_why_and_switches_nothing(
    client: Client, webhook: Webhook, receiver: Receiver
) -> None:
    receiver.answer = lambda told: 500
    assert "It answers with 500." in press(client, webhook, "test").content.decode()
    webhook.refresh_from_db()
    assert (webhook.failures, webhook.trouble) == (0, "")
    assert WebhookDelivery.objects.get().state == WebhookDeliveryState.FAILED


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"address": "ftp://x.example"}, "begins with https"),
        ({"address": "http://x.example"}, "Without encryption"),
        ({"allowed_networks": "everywhere"}, "is no network"),
        ({"kinds": ["note.written"]}, "is among agents"),
        ({"narrowing": "parcel"}, "Only conditions without words"),
        ({"narrowing": "priority:enormous"}, "priority"),
        ({"narrowing": "(tag:a OR parcel)"}, "Only conditions without words"),
        ({"name": ""}, "required"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    client: Client, values: dict[str, Any], words: str
) -> None:
    good = {"name": "Dashboard", "address": "https://x.example/hook"}
    assert words in str(errors_on(add(client, **(good | values))))
    assert not Webhook.objects.exists()


def test_whoever_saves_while_it_is_told_something_hinders_nobody(
    client: Client, webhook: Webhook
) -> None:
    page = client.get(url_of(webhook))
    Webhook.objects.update(failures=2, failing_since=timezone.now(), trouble="It answers with 500.")
    assert client.post(url_of(webhook), sent_by(page) | {"name": "Board"}).status_code == 302
    webhook.refresh_from_db()
    assert (webhook.name, webhook.failures) == ("Board", 2)


def test_who_fails_or_was_paused_stands_on_the_first_page(client: Client, webhook: Webhook) -> None:
    assert not list(troubles._webhooks())
    Webhook.objects.update(state=WebhookState.PAUSED, trouble="It answers with 500.", cursor="x")
    page = client.get(reverse("admin:index")).content.decode()
    assert "Dashboard: Paused, since nothing was taken for a day – It answers with 500." in page


def test_one_of_the_log_and_a_period_are_sent_again(client: Client, webhook: Webhook) -> None:
    event = make_ticket().events.earliest("pk")
    done = WebhookDelivery.objects.create(
        webhook=webhook,
        event=event,
        ticket=event.ticket,
        number="event-1",
        body="{}",
        state=WebhookDeliveryState.DONE,
    )
    assert "Send it again" in client.get(url_of(done)).content.decode()
    press(client, done, "again")
    done.refresh_from_db()
    assert done.state == WebhookDeliveryState.DUE
    WebhookDelivery.objects.update(state=WebhookDeliveryState.DONE)
    page = reverse("admin:tickets_webhook_again", args=[webhook.pk])
    local = timezone.localtime(event.created_at)
    period = {"since": local - timedelta(days=1), "until": local - timedelta(days=2)}
    sent = {name: f"{at:%Y-%m-%dT%H:%M}" for name, at in period.items()}
    assert "Choose a time after the first." in client.post(page, sent).content.decode()
    period["until"] = local + timedelta(days=1)
    sent = {name: f"{at:%Y-%m-%dT%H:%M}" for name, at in period.items()}
    assert "1 is sent again." in client.post(page, sent, follow=True).content.decode()
    done.refresh_from_db()
    assert done.state == WebhookDeliveryState.DUE


def test_a_webhook_is_removed_with_its_log(client: Client, webhook: Webhook) -> None:
    WebhookDelivery.objects.create(webhook=webhook, number="test-1", body="{}")
    assert client.post(url_of(webhook, "delete"), {"post": "yes"}).status_code == 302
    assert not Webhook.objects.exists()
    assert not WebhookDelivery.objects.exists()
