"""Secrets that we have to use again, like a mailbox's password: encrypted where they are kept.

The first of `SEALING_KEYS` encrypts, all of them decrypt. To change the key, put a new one in front,
run `manage.py seal_again`, and take the old one away. Without that setting the keys are derived from
`SECRET_KEY` and its fallbacks.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unreadable(ValueError):
    """What was sealed cannot be opened: its key is not among ours."""


def seal(secret: str) -> str:
    """The secret, encrypted; nothing stays nothing."""
    return _keys().encrypt(secret.encode()).decode() if secret else ""


def unseal(sealed: str) -> str:
    """The secret itself. Raises Unreadable."""
    if not sealed:
        return ""
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Unreadable("Its key is not among SEALING_KEYS.") from error


def seal_again(sealed: str) -> str:
    """The same secret under the first key. Raises Unreadable."""
    if not sealed:
        return ""
    try:
        return _keys().rotate(sealed.encode()).decode()
    except InvalidToken as error:
        raise Unreadable("Its key is not among SEALING_KEYS.") from error


def _keys() -> MultiFernet:
    texts = settings.SEALING_KEYS or [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(text)) for text in texts])


def _derived(text: str) -> bytes:
    """A key of the right form, from a text of any (RFC 5869)."""
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"helpdesk sealing")
    return base64.urlsafe_b64encode(made.derive(text.encode()))
