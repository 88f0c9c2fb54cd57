"""What is looked for: the words of a message without the facts that it states beside its question.

An order number makes no article the right one. Its letters and digits, and the words around it, pull
a question away from its article, so that whoever gives their number would be answered worse. A part
of a sentence that does no more than state facts is left out; elsewhere only the number itself is. An
amount that stands in a question stays: it may be what is asked about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bots.understanding import facts
from knowledgebase import search

_BETWEEN = re.compile(  # sentences, and the parts of one
    r"((?<!\bno)(?<!\bnr)[.!?…。！？]+(?:\s|$)|\n+|[,;]\s|:\s(?![+\w-]*\d)|\s[-–—]\s|"
    r"\s(?:and|but|und|aber|et|y)\s)",
    re.IGNORECASE,
)
_ENDS = re.compile(r"[.!?…。！？\n]")
_ASIDE = re.compile(r"\s*[(\[]([^()\[\]]{1,120})[)\]]")
_WORD = re.compile(r"[^\W_]+")
# What stands before a number and names it: the thing that is numbered stays, "number" goes.
_LABEL = re.compile(
    r"(?:\s*\b(?:numbers?|no|nr|nummer|id|ref|reference|code|numéro|número|numero)\b\.?)?"
    r"(?:\s*[:#=]|\s*n°)?\s*$",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"\b(?:order|purchase|parcel|package|delivery|invoice|receipt|refund|return|bestell|auftrag|"
    r"rechnung|paket|liefer|commande|colis|facture|pedido|paquete|ordine|pacco)",
    re.IGNORECASE,
)
# What follows an order that was only named by its number, and is about it.
_REFERS = re.compile(
    r"\s*(?:it|they|this|is|was|has|hasn'?t|never|still|es|sie|ist|wurde|hat|elle|est)\b",
    re.IGNORECASE,
)
# Words that do no more than say which fact it is, or that there is one.
_STATING = """
a an the this that these it its s is are was were be here there my our mine i m we me us have has
had got you can could reach call write reply contact see please for about regarding concerning re
with under from on in of to at by as or also number numbers no nr id ref reference code order orders
ordered purchase purchased bought paid pay invoice receipt parcel package tracking delivery customer
account e mail email address phone telephone tel mobile cell post postcode postal zip plz total sum
amount price cost costs came question
der die das ein eine mein meine meiner unsere es ist war lautet geht um zu zur zum für unter von mit
ich habe wir haben und bestellung bestellnummer auftrag auftragsnummer rechnung rechnungsnummer nummer
kundennummer telefon telefonnummer adresse mailadresse postleitzahl betrag preis bezahlt
ma mon le la les ce est il s agit de du pour numéro n commande facture téléphone adresse code postal
mi el es se trata para número pedido factura teléfono correo dirección
il mio è per numero ordine fattura telefono indirizzo mijn het gaat over bestelling nummer
"""
_STATES = frozenset(_STATING.split())


def query_of(text: str) -> str:
    """The words to search for. Without any but stated facts: what the numbers are of, if that is said."""
    lines = text[: 2 * search.LONGEST_QUERY].splitlines()
    text = "\n".join(" ".join(line.split()) for line in lines)
    if next(facts.everywhere(text), None) is None:
        return search.readable(text)
    text = _ASIDE.sub(lambda aside: "" if _only_states(aside[1]) else aside[0], text)
    parts = [*_BETWEEN.split(text), ""]
    pairs = list(zip(parts[::2], parts[1::2], strict=True))
    asked = search.readable("".join(part + after for part, after in _asked(pairs)))
    if not _says_more(asked):
        asked = search.readable("".join(_cut(part) + after for part, after in pairs))
    return asked


def _asked(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The parts that do more than state facts, each with the mark after it."""
    kept: list[tuple[str, str]] = []
    told_order = False
    for part, after in pairs:
        if not part.strip():
            continue
        if _only_states(part):
            told_order = any(fact.key == "order_number" for fact in facts.everywhere(part))
            while kept and not _ENDS.search(kept[-1][1]) and not _says_more(kept[-1][0]):
                kept.pop()  # "My order number, KM-48213"
            if kept and not _ENDS.search(kept[-1][1]):
                kept[-1] = (kept[-1][0], after)
            continue
        meant = "order " if told_order and _REFERS.match(part) else ""
        kept.append((meant + _cut(part), after))
        told_order = False
    return kept


def _only_states(part: str) -> bool:
    """Whether a part of a sentence has a fact, and beside it nothing but what says which."""
    found = list(facts.everywhere(part))
    return bool(found) and not _says_more(_blanked(part, found))


def _says_more(words: str) -> bool:
    return any(word.casefold() not in _STATES for word in _WORD.findall(words))


def _blanked(part: str, found: list[facts.FoundFact]) -> str:
    for fact in found:
        part = part[: fact.start] + " " * (fact.end - fact.start) + part[fact.end :]
    return part


def _cut(part: str) -> str:
    """A part of a sentence without its numbers and addresses; an order that only its number named stays."""
    found = sorted(
        (fact for fact in facts.everywhere(part) if fact.key != "amount"), key=lambda one: one.start
    )
    if not found:
        return part
    named = _NAMED.search(part)
    pieces, place = [], 0
    for fact in found:
        if fact.start < place:
            continue
        before = part[place : fact.start]
        instead = "" if named or fact.key != "order_number" else " order"
        pieces.append(_LABEL.sub("", before) + instead)
        place = fact.end
    return "".join(pieces) + part[place:]
