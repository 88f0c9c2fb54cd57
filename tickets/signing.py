"""The signature of what is sent to another system, as Standard Webhooks 1.0 describes it."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime

from standardwebhooks.webhooks import Webhook

from tickets import sealing

_BYTES = 32  # the specification asks for 24 to 64


def new_secret() -> str:
    """A secret in the form in which the libraries of the specification take it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def headers(sealed: Iterable[str], number: str, body: bytes) -> dict[str, str]:
    """What signs `body`, with each secret that there is: while it is being changed with both.

    Raises sealing.Unreadable.
    """
    now = datetime.now(UTC)
    opened = [sealing.unseal(one) for one in sealed if one]
    signatures = [Webhook(secret).sign(number, now, body.decode()) for secret in opened]
    return {
        "webhook-id": number,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
