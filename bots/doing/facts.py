"""What a customer answers to a task's questions, read in the form that each fact has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from bots.models import Task
from bots.models.tasks import LONGEST_VALUE, FactKind, TaskFact
from bots.understanding import find_facts
from tickets.models import RecordType
from tickets.records.references import among, compiled

# In words of their own: whoever writes more than this answers nothing, but says something.
LONGEST_ANSWER = 200
FOUND = {FactKind.EMAIL: "email", FactKind.PHONE: "phone", FactKind.POSTCODE: "postcode"}
_PHONE = re.compile(r"[+(]?\d[\d ()/.-]{5,20}\d")
_POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|\d{4,5}(?: ?[A-Z]{2})?", re.IGNORECASE)
_DAYS = (
    (re.compile(r"\b\d{4}-\d{1,2}-\d{1,2}\b"), ("%Y-%m-%d",)),
    (re.compile(r"\b\d{1,2}[./]\d{1,2}[./]\d{4}\b"), ("%d.%m.%Y", "%d/%m/%Y")),
    (re.compile(r"\b\d{1,2} [A-Za-z]{3,9},? \d{4}\b"), ("%d %B %Y", "%d %b %Y")),
    (re.compile(r"\b[A-Za-z]{3,9} \d{1,2},? \d{4}\b"), ("%B %d %Y", "%b %d %Y")),
)
_NUMBER = re.compile(r"-?\d{1,12}(?:[.,]\d{1,4})?")


def reference_in(record_type: RecordType, text: str) -> str:
    """What looks like a reference of this type, as it was written; "" for none or for several."""
    if record_type.look:
        look = compiled(record_type.look)
        found = among(text, [(record_type.pk, look)])
        match = look.search(text)
        if len(found) == 1 and match:
            return match[0].upper()
    return ""


def plain_reference(record_type: RecordType, text: str) -> str:
    """An answer to "which one?": also the digits of a reference alone."""
    if found := reference_in(record_type, text):
        return found
    fixed = record_type.look.rstrip("#@*")
    digits = re.fullmatch(r"\D{0,30}?(\d{3,15})\D{0,10}", text.strip())
    if record_type.look and fixed and digits:
        return reference_in(record_type, f"{fixed}{digits[1]}")
    word = text.strip()
    return word.upper() if not record_type.look and re.fullmatch(r"[\w-]{3,60}", word) else ""


def known_from(task: Task, text: str, noted: Mapping[str, str]) -> dict[str, str]:
    """The facts that need not be asked for: noted before in the conversation, or stated in the message
    in a form of their own. Free text of the message is never taken for an answer to anything.
    """
    stated = {fact.key: fact.value for fact in find_facts(text)}
    known = {}
    for fact in task.asks():
        kind = FactKind(fact.kind)
        value = stated.get(FOUND.get(kind, ""), "") or noted.get(fact.key, "")
        if kind == FactKind.CHOICE and not value:
            value = _named_in(fact.options, text)
        if value:
            known[fact.key] = value[:LONGEST_VALUE]
    return known


def read(fact: TaskFact, text: str) -> str:
    """The answer to this fact's question; "" where it cannot be read as one."""
    words = " ".join(text.split())
    if not words or len(words) > LONGEST_ANSWER:
        return ""
    kind = FactKind(fact.kind)
    if kind == FactKind.CHOICE:
        return _named_in(fact.options, words)
    if kind == FactKind.TEXT:
        return "" if words.endswith("?") else words
    if kind == FactKind.EMAIL:
        return next((one for one in _stated(words, "email") if _is_email(one)), "")
    if kind == FactKind.DATE:
        return _day(words)
    form = {FactKind.NUMBER: _NUMBER, FactKind.PHONE: _PHONE, FactKind.POSTCODE: _POSTCODE}[kind]
    found = form.search(words)
    return found[0].strip() if found else ""


def read_all(facts: Iterable[TaskFact], asked: str, text: str) -> dict[str, str]:
    """All answers in a message: to what was asked, and to what would be asked next if it says so too."""
    found = {}
    for fact in facts:
        if fact.key == asked:
            value = read(fact, text)
        elif fact.kind in FOUND:
            value = next(iter(_stated(text, FOUND[FactKind(fact.kind)])), "")
        else:
            value = _named_in(fact.options, text) if fact.kind == FactKind.CHOICE else ""
        if value:
            found[fact.key] = value[:LONGEST_VALUE]
    return found


def _stated(text: str, key: str) -> list[str]:
    return [fact.value for fact in find_facts(text) if fact.key == key]


def _named_in(options: Iterable[str], text: str) -> str:
    """The one option that a text names; "" where it names none, or several."""
    said = _as_words(text)
    named = [one for one in options if _as_words(one) in said]
    return named[0] if len(named) == 1 else ""


def _as_words(text: str) -> str:
    return " ".join(["", *re.findall(r"[^\W_]+", text.casefold()), ""])


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _day(text: str) -> str:
    """The day in a text, as YYYY-MM-DD; the day stands before the month, as most of the world writes."""
    for written, forms in _DAYS:
        for found in written.findall(text):
            for form in forms:
                try:
                    day = datetime.strptime(found.replace(",", ""), form)  # noqa: DTZ007 - a day
                    return day.date().isoformat()
                except ValueError:
                    continue
    return ""
