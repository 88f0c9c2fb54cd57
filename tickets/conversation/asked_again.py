"""What an agent's draft asks for although it is known already. Plain expressions, German too.

A sentence counts if it asks (a cue like "could you send", "what is", "wie lautet") and names what
is known after it. Whoever writes the value itself anywhere in the draft knows it, and asks nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tickets.models import Fact, Ticket

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

TRIED = "tried"
READ = 5_000  # characters of a draft
NOTED = 100  # facts, the newest
LONGEST = 600  # of a sentence; what goes on for longer asks at its beginning, or not at all
NEAR = 70  # characters between the words that ask and what they ask for

_NAMES: dict[str, StrOrPromise] = {
    "order_number": _("order number"),
    "email": _("e-mail address"),
    "phone": _("phone number"),
    "postcode": _("postcode"),
    "amount": _("amount"),
    "name": _("name"),
    "address": _("postal address"),
    "serial_number": _("serial number"),
    "product": _("product"),
    TRIED: _("what they tried"),
}
FACTS = tuple(key for key in _NAMES if key != TRIED)  # that have a value of a few words

_GIVE = (
    r"(?:send|give|tell|provide|share|confirm|let|state|remind|repeat|forward|write|name|specify|"
    r"supply|message|pass|type|quote|read)"
)
_SAY = (
    r"(?:nennen?|mitteilen|sagen?|geben?|senden?|schicken?|angeben?|durchgeben|bestätigen?|verraten?|"
    r"teilen?|mailen?|wiederholen?)"
)
_CUE = re.compile(
    rf"\b(?:(?:could|can|would|will) you\b(?: \w+){{0,4}}? {_GIVE}\b|please(?: \w+){{0,2}}? {_GIVE}\b|"
    rf"^{_GIVE} (?:me|us)\b|let (?:me|us) (?:know|have)|what(?:'s|s)?\b|which\b|who am i\b|"
    r"how much\b|under what\b|"
    r"(?:may|can|could|might) (?:i|we) (?:please )?(?:have|get|ask|know|take|note)\b|"
    r"(?:i|we)(?:'ll| will|'d| would|'m| am|'re| are)?(?: \w+)? "
    r"(?:need|require|missing|like to know|like to have)(?! to\b)\b|"
    r"(?:do|would) you (?:have|know|remember|happen to have)\b|is there an?\b|"
    r"where (?:should|shall|do|can|may) (?:we|i)\b|have you\b|did you\b|had you\b|"
    rf"(?:können|könnten|würden|kannst|könntest|würdest) (?:sie|du|ihr)\b(?=.*\b{_SAY}\b)|"
    rf"bitte\b(?=.*\b{_SAY}\b)|{_SAY} sie (?:mir|uns)\b|(?:sag|gib|nenn|schick)e? (?:mir|uns)\b|"
    r"(?:wie|was) (?:ist|lautet|war|hei(?:ß|ss)\w*|haben sie)\b|wie viel\b|wieviel\b|"
    r"welche[rsnm]?\b|mit wem\b|haben sie\b|hast du\b|"
    r"(?:ich|wir) (?:bräucht\w*|brauch\w*|benötig\w*)(?: \w+)?\b|"
    r"(?:darf|dürfte|dürfen|kann|können|könnte) (?:ich|wir)\b(?=.*\b(?:haben|erfragen|wissen|bekommen)\b))"
)
# Between the two: what is asked for is something else, and this only the condition for it.
_TURNED = re.compile(
    r"\b(?:if|whether|once|as soon as|because|so that|until|to check|check|change|update|reset|"
    r"ob|wenn|falls|sobald|damit|weil|ändern|prüfen)\b"
)
_OURS = r"(?<!\bour )(?<!\bmy )(?<!this )(?<!new )(?<!another )(?<!unsere )(?<!diese )(?<!neue )"
_NOT_ON_PAPER = (
    r"(?!(?: \w+)? (?:on|onto|inside|auf) (?:the|your|das|dem|den|ihr\w*) "
    r"(?:parcel|package|box|label|slip|outside|return|paket|karton|etikett))"
)
_NUMBER = r"(?:[\s-]*(?:number|no\.?|nr\.?|id|code|reference|#))"
_ASKED: dict[str, re.Pattern[str]] = {
    "order_number": re.compile(
        rf"{_OURS}\b(?:(?:order|purchase|invoice|booking){_NUMBER}|order reference|"
        r"(?:bestell|auftrags|rechnungs|bestellungs)[\s-]*(?:nummer|nr\.?)|"
        rf"nummer (?:ihrer|der|deiner) (?:bestellung|rechnung))(?!\w){_NOT_ON_PAPER}|"
        r"(?<=which )order\b(?! (?:status|history))|(?<=welche )bestellung\b"
    ),
    "email": re.compile(
        rf"{_OURS}\be-?mail[\s-]*ad+res+e?\b(?!.*\b(?:link|click))|"
        r"(?<=your )e-?mail(?=\s*[?.,]|\s+please|$)|(?<=which )e-?mail\b|"
        r"\b(?:ihre|deine) e-?mail(?=\s*[?.,]|$)"
    ),
    "phone": re.compile(
        rf"{_OURS}\b(?:(?:tele)?phone|mobile|cell(?:phone)?|contact|callback)[\s-]*number\b|"
        r"\bnumber (?:can|may|should|do) (?:we|i) (?:call|reach|ring|phone)|"
        r"\b(?:telefon|handy|mobil|ruf|rückruf)[\s-]*nummer\b|welcher nummer"
    ),
    "amount": re.compile(
        r"\b(?:amount (?:was|were|you|that|of|did|is)|(?:exact|total|charged|full) amount\b|"
        r"amount\s*\?|(?<=how much )(?:was|were|did|have|had) (?:you|it|taken|charged|the|they|we)\b|"
        r"(?:betrag|summe)\b|(?<=wie viel )(?:wurde|haben|hat)\b|(?<=wieviel )(?:wurde|haben|hat)\b)"
    ),
    "name": re.compile(
        r"\b(?:your (?:full |first |last |family )?name|name (?:on|of|for) the (?:order|account)|"
        r"speaking (?:to|with)|(?:ihr|dein)(?:e[nrm]?)? (?:voll\w* )?name\w?|"
        r"(?<=mit wem )(?:spreche|schreibe)|(?<=wie )hei(?:ß|ss)en sie)\b"
    ),
    "address": re.compile(
        rf"{_OURS}\b(?:(?:postal|delivery|shipping|home|street|billing|mailing) address|"
        r"(?:liefer|versand|post|rechnungs|wohn)[\s-]*(?:adresse|anschrift)|anschrift|"
        r"(?:send|ship|deliver) (?:it|them|the \w+|that) to)\b"
    ),
    "serial_number": re.compile(rf"\b(?:serial{_NUMBER}|serien[\s-]*nummer)\b{_NOT_ON_PAPER}"),
    "product": re.compile(
        r"(?<=which )(?:product|model|item|article)\b|(?<=what )(?:product|model|item)\b|"
        r"(?<=welches )(?:produkt|modell)\b|(?<=welchen )artikel\b"
    ),
}
_WHAT_WAS_TRIED = re.compile(
    r"\b(?:what (?:have|did) you (?:already |so far )*(?:tried?|done|do)\b|"
    r"(?:have|did) you (?:already )?tr(?:y|ied) (?:anything|something)|"
    r"was haben sie (?:schon |bereits |bisher )*(?:versucht|probiert|getan|unternommen))"
)
_WHETHER_TRIED = re.compile(
    r"\b(?:have you|did you|haben sie|hast du)\b(?: \w+){0,3}? "
    r"(?:tried|try|read|seen|looked|look|checked|check|followed|follow|restarted|reset|schon|bereits)\b(.*)"
)
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
_CONTENT = re.compile(r"[^\W\d_]{4,}")
_LITTLE = {*("and", "und", "also", "the", "your", "ihre", "ihr", "deine", "dein", "die", "der")}
_COMMON = {
    *("already", "tried", "with", "that", "this", "have", "your", "them", "from", "also", "which"),
    *("help", "article", "guide", "again", "already", "schon", "bereits", "nicht", "what", "time"),
    *("word", "whether", "helped", "looked", "checked", "did", "would", "could", "about", "into"),
}


@dataclass(frozen=True, slots=True)
class Known:
    """Something that nobody need ask for: what it is, its value, and where the customer said it."""

    key: str
    value: str
    position: int | None = None

    @property
    def name(self) -> str:
        return str(name_of(self.key))


def name_of(key: str) -> StrOrPromise:
    """What a kind of fact is called, for people."""
    return _NAMES.get(key) or key.replace("_", " ")


def find(draft: str, facts: Iterable[Known]) -> list[Known]:
    """Those of the known facts that the draft asks for, in their order. No queries.

    Where two values of a kind are known, asking which one is meant is a fair question.
    """
    whole = " ".join(draft[:READ].lower().split())
    parts = [
        " ".join(part.split())[:LONGEST]
        for part in _SENTENCE.split(draft[:READ].lower().replace("’", "'"))
    ]
    asking = [part for part in parts if part and (_CUE.search(part) or _is_brief_question(part))]
    if not asking:
        return []
    by_key: dict[str, list[Known]] = {}
    for fact in facts:
        if fact.value and fact.value.lower() not in whole:
            by_key.setdefault(fact.key, []).append(fact)
        else:
            by_key.setdefault(fact.key, [])
    found = []
    for key, known in by_key.items():
        if key == TRIED:
            found += [fact for fact in known if any(_asks_tried(part, fact) for part in asking)]
        elif len({fact.value.lower() for fact in known}) == 1 and any(
            _asks_for(part, key) for part in asking
        ):
            found.append(known[0])
    return found


def known_of(ticket: Ticket) -> list[Known]:
    """All that is known in a conversation and of its customer. Two queries.

    The ticket's customer is loaded with it, see `access.ticket_for`.
    """
    found: dict[tuple[str, str], Known] = {}

    def add(key: str, value: str, position: int | None) -> None:
        if key and value:
            found.setdefault((key, value.lower()), Known(key, value, position))

    handover = ticket.handovers.order_by("-pk").first()
    if handover is not None:
        for fact in handover.facts:
            add(str(fact["key"]), str(fact["value"]), fact.get("position"))
        for one in handover.statements:
            if one.get("kind") == TRIED:
                add(TRIED, str(one["text"]), (one.get("positions") or [None])[0])
    stored = Fact.objects.filter(Q(ticket=ticket) | Q(ticket=None, customer=ticket.customer_id))
    for row in reversed(stored.select_related("message").order_by("-pk")[:NOTED]):
        add(row.key, row.value, row.message.position if row.message else None)
    customer = ticket.customer
    if not any(key == "email" for key, _value in found):
        add("email", customer.email or customer.claimed_email, None)
    if not any(key == "phone" for key, _value in found):
        add("phone", customer.phone, None)
    add("name", customer.name, None)
    return list(found.values())


def _is_brief_question(sentence: str) -> bool:
    """ "Your order number, please?": no verb, and still a question."""
    asks = sentence.endswith("?") or re.search(r"\b(?:please|pls|bitte)\b", sentence)
    return len(sentence.split()) <= 6 and bool(asks)


def _asks_for(sentence: str, key: str) -> bool:
    pattern = _ASKED.get(key) or re.compile(rf"\b{re.escape(key.replace('_', ' '))}\b")
    if _is_brief_question(sentence) and (bare := pattern.search(sentence)):
        before = set(sentence[: bare.start()].split())
        if before <= _LITTLE:
            return True
    for cue in _CUE.finditer(sentence):
        for asked in pattern.finditer(sentence, cue.start()):
            between = sentence[cue.end() : max(asked.start(), cue.end())]
            if len(between) <= NEAR and not _TURNED.search(between):
                return True
    return False


def _asks_tried(sentence: str, fact: Known) -> bool:
    """What they tried at all, or whether they tried the very thing that they told of."""
    if _WHAT_WAS_TRIED.search(sentence):
        return True
    asked = _WHETHER_TRIED.search(sentence)
    if asked is None:
        return False
    told = {word[:5] for word in _CONTENT.findall(fact.value.lower()) if word not in _COMMON}
    return any(word[:5] in told for word in _CONTENT.findall(asked.group()) if word not in _COMMON)
