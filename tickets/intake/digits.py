"""A code of digits as somebody typed or pasted it."""

from __future__ import annotations

import unicodedata

LONGEST = 100


def digits_of(typed: str, *, number: int) -> str:
    """So many digits, as 0 to 9; "" for anything else.

    Spaces and dashes count for nothing. Digits of every script are the same digits: a keyboard in
    Arabic, or one with full-width letters, writes no others.
    """
    found = ""
    for sign in typed[:LONGEST]:
        if (digit := unicodedata.decimal(sign, None)) is not None:
            found += str(digit)
        elif not (sign.isspace() or unicodedata.category(sign) in ("Pd", "Cf")):
            return ""
    return found if len(found) == number and len(typed) <= LONGEST else ""
