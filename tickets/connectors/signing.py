"""The signature of a call, as the Standard Webhooks specification 1.0 describes it."""

from __future__ import annotations

import base64
import secrets
from datetime import UTC, datetime

from standardwebhooks.webhooks import Webhook

from tickets import sealing
from tickets.models import Connector

_BYTES = 32  # the specification asks for 24 to 64


def new_secret() -> str:
    """A secret in the form in which the libraries of the specification take it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def headers(connector: Connector, number: str, body: bytes) -> dict[str, str]:
    """What signs `body`; while the secret is being changed, with both. Raises sealing.Unreadable."""
    now = datetime.now(UTC)
    sealed = filter(None, (connector.secret, connector.previous_secret))
    signatures = [Webhook(sealing.unseal(one)).sign(number, now, body.decode()) for one in sealed]
    return {
        "webhook-id": number,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
