"""A customer's words without what names somebody: what a scenario keeps of a real conversation.

What stands instead has the same form, so that the assistant reads it as it read the real one: an
order number stays an order number. It goes too far rather than not far enough; whoever keeps the
scenario reads it again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bots.understanding import facts

NAME, MAIL, PLACE, ADDRESS, STREET = (
    *("Sam", "somebody@example.com", "Exampletown"),
    *("https://example.com/", "1 Example Street"),
)
SHORTEST = 3  # letters of a part of a name; "Jo" alone is too often a word
_READ = 20_000  # characters

_LINK = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}")
_STREET = re.compile(
    r"\b\d{1,4}[a-z]?,? (?:[^\W\d_][\w'’-]{0,30} ){1,3}"
    r"(?:street|st|road|rd|lane|ln|avenue|ave|drive|close|way|court|square|crescent|terrace|row)\b\.?",
    re.IGNORECASE,
)
_STRASSE = re.compile(
    r"\b[^\W\d_][\w-]{1,40}(?:straße|strasse|str\.|weg|platz|allee|gasse|ring) ?\d{1,4} ?[a-z]?\b",
    re.IGNORECASE,
)
_TOWN = re.compile(r"\b\d{5} [A-ZÄÖÜ][\w-]{1,40}")
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b", re.IGNORECASE)
_BANK = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{3,4}){3,8}\b")
_NUMBER = re.compile(r"(?<!\w)[+(]?\d(?:[ \-–/().]{0,2}\d){4,24}")
_SAYS_NAME = re.compile(
    r"(?i:\b(?:my name is|my name's|i am called|ich heiße|ich heisse|mein name ist|je m'appelle|"
    r"me llamo|mi chiamo)) ((?:[^\W\d_][\w'’-]{0,30})(?: [^\W\d_a-z][\w'’-]{0,30}){0,2})"
)
_SIGNED = re.compile(
    r"(?i:(?:regards|wishes|best|cheers|sincerely|thanks|thank you|mfg|gr(?:ü|ue)(?:ß|ss)en?|danke))"
    r"[ ]?[,.!]?\s{0,3}\n\s{0,3}([^\W\d_][^\n]{0,60})\s*\Z"
)


def mask(text: str, *, names: Iterable[str] = ()) -> str:
    """The words without names, addresses, numbers and links. `names` are those known to be somebody's.

    The steps are as many as the text is long, times the parts of names.
    """
    text = text[:_READ]
    text = _LINK.sub(ADDRESS, text)
    text = _MAIL.sub(MAIL, text)
    text = _SIGNED.sub(lambda found: found[0].replace(found[1], NAME), text)
    text = _SAYS_NAME.sub(lambda found: found[0].replace(found[1], NAME), text)
    for name in _parts(names):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", NAME, text, flags=re.IGNORECASE)
    text = re.sub(rf"\b{NAME}(?:[ -]{NAME}\b){{1,9}}", NAME, text)
    for pattern, instead in ((_STREET, STREET), (_STRASSE, STREET), (_TOWN, f"00000 {PLACE}")):
        text = pattern.sub(instead, text)
    text = _numbers(text)
    for pattern in (_BANK, _NUMBER):
        text = pattern.sub(_zeros, text)
    return text


def _numbers(text: str) -> str:
    """Numbers of orders, telephones and places in their own form, with other digits."""
    pieces, place = [], 0
    for fact in sorted(facts.everywhere(text), key=lambda one: one.start):
        if fact.start < place or fact.key == "amount":
            continue
        found = text[fact.start : fact.end]
        pieces.append(text[place : fact.start])
        pieces.append("AB1 2CD" if _POSTCODE.fullmatch(found) else re.sub(r"\d", "0", found))
        place = fact.end
    return "".join(pieces) + text[place:]


def _zeros(found: re.Match[str]) -> str:
    return re.sub(r"\d", "0", found[0])


def _parts(names: Iterable[str]) -> list[str]:
    """Names and their parts, the longest first, so that none is left of a longer one."""
    found: set[str] = set()
    for name in names:
        whole = " ".join(name.split())
        found |= {whole, *re.split(r"[\s,.@_-]+", whole)}
    return sorted((one for one in found if len(one) >= SHORTEST), key=lambda one: (-len(one), one))
