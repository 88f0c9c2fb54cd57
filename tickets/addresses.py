"""What an e-mail address is: one form of it, in which it is kept, looked up and compared.

Two addresses are the same if their forms are equal, letter by letter. Nobody compares them in any
other way: what a database or a language calls "the same but for case" folds letters of different
alphabets into one (`upper('ı') = upper('i')`), and with them the accounts of two people.

The form is lower-case ASCII. What cannot be brought into it without a guess is refused:

* before the @ stand letters from a to z, digits and the signs of RFC 5321, nothing in quotation
  marks; dots and `+` stay, since only the receiving server knows what they mean to it;
* the domain is in its IDNA form (`münchen.example` is `xn--mnchen-3ya.example`), without a dot at
  its end; nothing but the case of its letters is mapped;
* characters that are not seen, or that Unicode counts as a variant of others, are not taken.
"""

from __future__ import annotations

import re
import unicodedata

import idna
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LONGEST = 254  # what an address may have (RFC 5321), and the columns hold
_LONGEST_LOCAL = 64  # before the @ (RFC 5321)
_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"

# The form as the database checks it; for Python's and PostgreSQL's regular expressions alike.
FORM = rf"^{_ATOM}(\.{_ATOM})*@[a-z0-9-]+(\.[a-z0-9-]+)*$"

_LOCAL = re.compile(rf"{_ATOM}(\.{_ATOM})*")


def normalised(text: str) -> str:
    """The one form of the address that somebody typed or sent.

    Raises:
        ValidationError: it is no address, or not one that has a form. The message says what to do.
    """
    text = text.strip()
    if len(text) > LONGEST or text.count("@") != 1 or any(map(str.isspace, text)):
        raise _no_address()
    if not text.isprintable() or unicodedata.normalize("NFKC", text) != text:
        raise ValidationError(
            _(
                "This address has characters that cannot be seen or look like others. Type it by hand."
            ),
            code="invalid_email",
        )
    local, _at, domain = text.partition("@")
    if not local.isascii():
        raise _not_before_the_at()
    local = local.lower()
    if not _LOCAL.fullmatch(local):
        raise _no_address() if not local else _not_before_the_at()
    address = f"{local}@{_domain(domain)}"
    if len(local) > _LONGEST_LOCAL or len(address) > LONGEST:
        raise _no_address()
    return address


def to_look_up(text: str) -> str:
    """The form of an address to look for; "", which nobody has, for what is no address."""
    try:
        return normalised(text)
    except ValidationError:
        return ""


def domain(text: str) -> str:
    """The one form of a domain that somebody typed, with or without an @ before it.

    Raises:
        ValidationError: it is no domain.
    """
    return normalised("anybody@" + text.strip().removeprefix("@")).partition("@")[2]


def domain_of(address: str) -> str:
    """What stands behind the @ of an address in its one form."""
    return address.partition("@")[2]


def _domain(text: str) -> str:
    """The domain in its IDNA form (UTS 46, non-transitional), if only case has to be mapped."""
    try:
        if any(idna.uts46_remap(letter) not in (letter, letter.lower()) for letter in set(text)):
            raise _no_address()
        found = idna.encode(idna.uts46_remap(text)).decode()
        # An `xn--` label that somebody wrote by hand may say the same in another way.
        if idna.encode(idna.decode(found)).decode() != found:
            raise _no_address()
    except idna.IDNAError:
        raise _no_address() from None
    _names, dot, last = found.rpartition(".")
    if last.isdigit() or not last or not (dot or found == "localhost"):  # an IP, or no name yet
        raise _no_address()
    return found


def _no_address() -> ValidationError:
    return ValidationError(
        _("Write an e-mail address like name@example.com."), code="invalid_email"
    )


def _not_before_the_at() -> ValidationError:
    return ValidationError(
        _(
            "Before the @ we can take letters from a to z, digits and signs like . - _ + only. "
            "Write another address of yours."
        ),
        code="invalid_email",
    )
