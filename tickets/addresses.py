"""The signed token that proves an address: it says who left which address in which conversation."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.urls import reverse

MAX_AGE = 7 * 24 * 3600  # seconds; a week, since people read mail late
_SALT = "tickets.address"


@dataclass(frozen=True, slots=True)
class AddressToken:
    customer_id: int
    email: str
    reference: str

    def url(self) -> str:
        """The link for the mail, on the configured site, never on the host that a request names."""
        token = signing.dumps(
            [self.customer_id, self.email, self.reference], salt=_SALT, compress=True
        )
        return str(settings.SITE_URL) + reverse("confirm-address", args=[token])

    @classmethod
    def read(cls, token: str) -> AddressToken:
        """What a token says. Raises BadSignature for one that is not ours or too old."""
        customer_id, email, reference = signing.loads(token, salt=_SALT, max_age=MAX_AGE)
        return cls(customer_id, email, reference)
