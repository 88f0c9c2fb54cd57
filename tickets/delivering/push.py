"""A push to a browser (Web Push): encrypted for it alone (RFC 8291), signed by us (RFC 8292)."""

from __future__ import annotations

import base64
import logging
import time
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid02

from tickets import outside, sealing
from tickets.models import NotificationTarget, PushKey
from tickets.outside import Endpoint, Refused

logger = logging.getLogger(__name__)

SECONDS = 10  # for all of it
KEPT_FOR = 24 * 3600  # seconds that the push service keeps it for a browser that is away
TOKEN_LASTS = 12 * 3600  # seconds; the standard allows 24 hours
LONGEST_WAIT = timedelta(hours=1)


class Outcome(Enum):
    SENT = "sent"
    GONE = "gone"  # the browser has unsubscribed, or its address is none that we send to
    LATER = "later"
    REFUSED = "refused"  # this one will never be taken


@dataclass(frozen=True, slots=True)
class Answer:
    """What the push service made of it; after how long it wants to be asked again, if it says so."""

    outcome: Outcome
    wait: timedelta | None = None


def public_key() -> str:
    """Our key in the form in which a browser takes it to subscribe; "" if it cannot be opened any more."""
    try:
        public = _keys().public_key
    except sealing.Unreadable:
        return ""
    return _base64(public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def send(target: NotificationTarget, payload: bytes, *, urgent: bool) -> Answer:
    """Send a payload of at most some 3,000 bytes to a browser. Never raises."""
    try:
        endpoint = outside.read(target.endpoint, plain=settings.PUSH_INTO_OWN_NETWORK)
        address = outside.look_up(endpoint, inside=settings.PUSH_INTO_OWN_NETWORK)
        body = encrypted(target, payload)
    except (Refused, ValueError, http_ece.ECEException) as error:
        logger.warning("A push is not sent: %s", type(error).__name__)
        return Answer(Outcome.GONE)
    except outside.NotReached:
        return Answer(Outcome.LATER)
    try:
        signature = _signature(endpoint)
    except sealing.Unreadable:
        logger.error("Pushes are not sent: the key among SEALING_KEYS that opens ours is gone.")
        return Answer(Outcome.LATER)
    return _post(endpoint, address, body, signature, urgent=urgent)


def encrypted(target: NotificationTarget, payload: bytes) -> bytes:
    """Readable only with the browser's private key. Raises ValueError for keys that are none."""
    ours = ec.generate_private_key(ec.SECP256R1())
    sealed: bytes = http_ece.encrypt(
        payload,
        private_key=ours,
        dh=_bytes(target.p256dh),
        auth_secret=_bytes(target.auth),
        version="aes128gcm",
    )
    return sealed


def are_keys(p256dh: str, auth: str) -> bool:
    """Whether a browser's keys are what the standard says: a point of the curve, and 16 bytes."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(p256dh))
        return len(_bytes(auth)) == 16
    except ValueError:
        return False


def _post(
    endpoint: Endpoint, address: str, body: bytes, signature: dict[str, str], *, urgent: bool
) -> Answer:
    headers = {
        **signature,
        "Content-Type": "application/octet-stream",
        "Content-Encoding": "aes128gcm",
        "TTL": str(KEPT_FOR),
        "Urgency": "high" if urgent else "normal",
        # One that was not fetched yet is replaced: the newer one says what is new in all.
        "Topic": "helpdesk",
    }
    try:
        answer = outside.post(endpoint, address, body=body, headers=headers, seconds=SECONDS)
    except outside.TooMuch:
        return Answer(Outcome.REFUSED)
    except outside.NoAnswer as error:
        logger.warning("A push service did not answer: %s", type(error).__name__)
        return Answer(Outcome.LATER)
    return _read(answer.status, answer.headers.get("Retry-After", ""))


def _read(status: int, wait: str) -> Answer:
    if 200 <= status < 300:
        return Answer(Outcome.SENT)
    if status in (404, 410):
        return Answer(Outcome.GONE)
    if status == 429 or status >= 500:
        seconds = int(wait) if wait.isascii() and wait.isdecimal() and len(wait) < 7 else None
        asked = timedelta(seconds=seconds) if seconds else None
        return Answer(Outcome.LATER, min(asked, LONGEST_WAIT) if asked else None)
    logger.warning("A push service refused a push: %d", status)
    return Answer(Outcome.REFUSED)


def _signature(endpoint: Endpoint) -> dict[str, str]:
    claims = {
        "aud": endpoint.origin,
        "exp": int(time.time()) + TOKEN_LASTS,
        "sub": f"mailto:{settings.DEFAULT_FROM_EMAIL}",
    }
    signed: dict[str, str] = _keys().sign(claims)
    return signed


def _keys() -> Vapid02:
    return Vapid02.from_pem(sealing.unseal(PushKey.objects.get().private_key).encode())


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
