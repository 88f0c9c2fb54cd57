"""DKIM (RFC 6376): the key with which mail of a domain is signed, as it stands in DNS."""

from __future__ import annotations

import base64
import binascii

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.utils.translation import gettext as _

from tickets.email.domains.asking import Dns
from tickets.email.domains.findings import Finding
from tickets.email.domains.tags import tags_of

TITLE = "DKIM"
FEWEST_BITS = 1024  # RFC 8301; fewer are believed by nobody
ENOUGH_BITS = 2048


def check(dns: Dns, domain: str, selector: str) -> Finding:
    """What DNS says of the key with this selector. Raises NoAnswer."""
    if not selector:
        return Finding(
            TITLE,
            is_right=None,
            sentences=[
                _(
                    "Your mail provider signs what leaves, and says under which selector its key "
                    "stands. Enter that with the mailbox, and check again."
                )
            ],
        )
    name = f"{selector}._domainkey.{domain}"
    found = [one for one in dns.texts(name) if "p" in tags_of(one)]
    if not found:
        return _wrong(
            _(
                "There is no key at %(name)s, so no signature of this mailbox can be checked. Your mail "
                "provider shows the record, which begins as here and has the key at its end."
            ),
            name,
            record="v=DKIM1; k=rsa; p=…",
        )
    if len(found) > 1:
        return _wrong(
            _("There are several keys at %(name)s. Leave the one that your provider shows."),
            name,
            found=found,
        )
    tags = tags_of(found[0])
    if not tags["p"]:
        return _wrong(
            _("The key at %(name)s was taken back: its record is there, and empty."), name, found
        )
    kind = tags.get("k", "rsa").lower()
    bits = _bits(tags["p"], kind)
    if bits is None:
        return _wrong(
            _(
                "What stands at %(name)s is no key. Often a part is missing, or a space came in: copy it "
                "again in one piece."
            ),
            name,
            found,
        )
    if bits and bits < FEWEST_BITS:
        words = _("The key at %(name)s has too few bits. Let your provider make one of 2,048.")
        return _wrong(words, name, found)
    sentences = [_("There is a key at %(name)s.") % {"name": name}]
    if bits and bits < ENOUGH_BITS:
        sentences.append(_("It has %(bits)d bits; 2,048 are usual by now.") % {"bits": bits})
    if "y" in tags.get("t", "").lower().split(":"):
        sentences.append(
            _("It is marked as a trial (t=y): take that away once signatures are right.")
        )
    return Finding(TITLE, True, sentences, found=found)


def _wrong(
    sentence: str, name: str, found: list[str] | None = None, *, record: str = ""
) -> Finding:
    return Finding(
        TITLE,
        is_right=False,
        sentences=[sentence % {"name": name}],
        found=found or [],
        name=name if record else "",
        record=record,
    )


def _bits(written: str, kind: str) -> int | None:
    """How many bits a key of RSA has, 0 for one of another kind; None for what is no key."""
    try:
        raw = base64.b64decode("".join(written.split()), validate=True)
        if kind == "ed25519":
            return 0 if len(raw) == 32 else None
        key = load_der_public_key(raw)
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        return None
    return key.key_size if isinstance(key, rsa.RSAPublicKey) else None
