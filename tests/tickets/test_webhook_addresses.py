"""Where webhooks go, and where not: what their receivers do to keep them or to lead them elsewhere."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from django.utils import timezone

from tests.factories import make_ticket
from tests.tickets.parallel import real_transactions
from tests.tickets.webhooks import make_webhook, of, receiver, work
from tests.webhook_receiver import Receiver, receiving
from tickets.models import Webhook, WebhookDelivery
from tickets.webhooks import sending

__all__ = ["receiver"]  # a fixture


@real_transactions
def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    make_webhook(receiver)
    make_ticket()
    receiver.answer = lambda told: 307
    work()
    assert receiver.redirected == 0
    assert "redirect" in Webhook.objects.get().trouble


@real_transactions
@pytest.mark.parametrize(
    "address",
    [
        "https://localhost/hook",
        "https://127.0.0.1/hook",
        "https://[::1]/hook",
        "https://10.1.2.3/hook",
        "https://169.254.169.254/latest",
        "https://[64:ff9b::7f00:1]/hook",
        "https://[::ffff:127.0.0.1]/hook",
        "http://93.184.215.14/hook",
        "https://user@93.184.215.14/hook",
        "file:///etc/passwd",
    ],
)
def test_nothing_is_sent_where_it_may_not_go(receiver: Receiver, address: str) -> None:
    make_webhook(receiver, address=address, allowed_networks="", kinds=["ticket.opened"])
    make_ticket()
    work()
    delivery = WebhookDelivery.objects.get()
    assert delivery.status is None
    assert "network of our own" in delivery.problem
    assert receiver.asked == []


@real_transactions
def test_the_address_that_was_looked_at_is_the_one_that_is_connected_to(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that leads elsewhere a moment later gains nothing: it is looked up once."""
    asked = []
    real = socket.getaddrinfo

    def changing(host: Any, port: Any, *given: Any, **more: Any) -> Any:
        if host != "rebinding.example":
            return real(host, port, *given, **more)
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "10.0.0.1"
        return real(address, port, *given, **more)

    monkeypatch.setattr(socket, "getaddrinfo", changing)
    address = f"http://rebinding.example:{receiver.server_port}/hook"
    make_webhook(receiver, address=address, kinds=["ticket.opened"])
    make_ticket()
    work()
    assert len(asked) == len(receiver.got) == 1


@real_transactions
def test_whoever_hangs_holds_up_nobody_else(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "SECONDS", 1.0)
    with receiving(receiver.secret) as slow:
        slow.hangs = 3
        hanging = make_webhook(slow)
        make_webhook(receiver)
        ticket = make_ticket()
        work()
        assert of(ticket, receiver)
    hanging.refresh_from_db()
    assert "1 seconds" in hanging.trouble
    assert hanging.due_at > timezone.now(), "it is left alone for a while"
