"""The brief for the person who takes over. Extracted from the conversation, never invented."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from bots import telling
from bots.understanding import feel, find_facts, wants_person
from bots.understanding.vocabulary import CALM, FEELINGS
from tickets.conversation import identity
from tickets.conversation.briefs import Brief
from tickets.intake.text import first_line
from tickets.models import (
    Answer,
    AuthorKind,
    Citation,
    Customer,
    Decision,
    Message,
    Reading,
    Reason,
    Ticket,
)

# What weighs more as the state that somebody is in now.
_STRENGTH = {name: place for place, (name, _label) in enumerate(FEELINGS)}
# Reasons that lie in the customer's last words; the others happened outside of them.
_BY_WORDS = {
    *(Reason.ANGER, Reason.UNHELPFUL, Reason.NO_ARTICLE, Reason.NOT_UNDERSTOOD, Reason.SENSITIVE),
    *(Reason.CONFUSED, Reason.REPEATED, Reason.CANCELS, Reason.DISPUTE, Reason.URGENT),
    *(Reason.IMPORTANT, Reason.UNSURE, Reason.RULE),
}
LONGEST = 400
# What of a conversation is read, since a request waits for the brief: the first and the last
# messages, each with its beginning.
FIRST_READ, LAST_READ, READ = 10, 30, 2_000
FACTS = 100  # that were noted last
FIRST, LAST = 240, 120  # characters of the first and of the last thing they want
SURELY = 2.0  # weight; what came last is a wish of its own only if it says so
ENOUGH = 4  # words; a shorter line without a feeling says nothing of how somebody is


@dataclass(slots=True)
class _Said:
    """The conversation as it is read for a brief."""

    customers: list[Message] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    def next_by_customer(self, position: int) -> Message | None:
        return next((one for one in self.customers if one.position > position), None)


def write(ticket: Ticket, reason: Reason, detail: str) -> Brief:
    """The brief as of now. Reads rows only: at most four queries, no model."""
    said = _read(ticket)
    # Of a message's author it is known already; without any message it is looked up.
    customer = (said.customers[-1].author_customer if said.customers else None) or ticket.customer
    wants, tried = _wants(said), _tried(said)
    why = _why(reason, detail)
    start, now = _feelings(said)
    return Brief(
        wants=" … ".join(one["text"] for one in wants)[:LONGEST] or _no_words(reason),
        tried=_tried_line(tried),
        why=why,
        feeling=now.name,
        facts=_facts(ticket, said),
        articles=_articles(said),
        statements=[
            *wants,
            *tried,
            {"kind": "why", "text": why, "positions": _because(said, reason, detail)},
            *_felt(start, now),
        ],
        feeling_start=start.name,
        identity=identity.level_of(ticket),
        language=_language(said, customer),
    )


def _read(ticket: Ticket) -> _Said:
    """What the customer and the assistant said, at the start and lately: two queries."""
    said = _Said()
    spoken = ticket.messages.filter(author_kind__in=[AuthorKind.CUSTOMER, AuthorKind.ASSISTANT])
    at_first = spoken.order_by("position").values("pk")[:FIRST_READ]
    lately = spoken.order_by("-position").values("pk")[:LAST_READ]
    messages = (
        Message.objects.filter(pk__in=at_first.union(lately))
        .select_related("reading", "answer", "author_customer")
        .prefetch_related("answer__citations")
        .order_by("position")
    )
    for message in messages:
        message.body = message.body[:READ]  # of this copy, which nobody saves
        if message.author_kind == AuthorKind.CUSTOMER:
            said.customers.append(message)
        elif hasattr(message, "answer"):
            message.answer.message = message
            said.answers.append(message.answer)
    return said


# --- what they want -------------------------------------------------------------------------------


def _wants(said: _Said) -> list[dict[str, Any]]:
    """In their own words: the first that they want, and the last if that is something else."""
    said_something = [message for message in said.customers if message.body]
    first = next(filter(None, map(_wish_in, said_something)), None)
    if first is None:
        return [_as_wants(message, FIRST) for message in said_something[:1]]
    found = [first]
    for message in reversed(said_something):
        words = telling.wish(message.body, limit=LAST, from_weight=SURELY)
        if message.position == first["positions"][0]:
            break
        if words and words.lower() not in first["text"].lower():
            found.append({"kind": "wants", "text": words, "positions": [message.position]})
            break
    return found


def _wish_in(message: Message) -> dict[str, Any] | None:
    words = telling.wish(message.body, limit=FIRST)
    return {"kind": "wants", "text": words, "positions": [message.position]} if words else None


def _as_wants(message: Message, limit: int) -> dict[str, Any]:
    """Where nothing tells more than the rest, the beginning."""
    words = first_line(message.body.replace("\n", " "), limit=limit)
    return {"kind": "wants", "text": words, "positions": [message.position]}


def _no_words(reason: Reason) -> str:
    if reason == Reason.ASKED:
        return _("Nothing written yet. They asked for a person right away.")
    return _("Nothing written yet.")


# --- what was tried -------------------------------------------------------------------------------


def _tried(said: _Said) -> list[dict[str, Any]]:
    """What the customer says they tried, then what the assistant showed, each with its message."""
    own = [
        {"kind": "tried", "text": f"“{words}”", "positions": [message.position], "by": "customer"}
        for message in said.customers
        for words in telling.tried(message.body)
    ]
    shown = []
    for answer in said.answers:
        if answer.decision == Decision.TASK:
            continue
        if words := _outcome(answer):
            places = [answer.message.position]
            reply = said.next_by_customer(answer.message.position)
            if answer.helpful is False and reply is not None and _reading(reply, "repeats"):
                places.append(reply.position)
            shown.append(
                {"kind": "tried", "text": words, "positions": places, "by": AuthorKind.ASSISTANT}
            )
    return own[:2] + shown + _tasks(said)


def _tasks(said: _Said) -> list[dict[str, Any]]:
    """The tasks that were begun, each as far as it came, with the last message about it."""
    by_name: dict[str, dict[str, Any]] = {}
    for answer in said.answers:
        if answer.decision == Decision.TASK and answer.reasons:
            words = str(answer.reasons[0])
            name = words.partition(":")[0].partition("(")[0]
            by_name[name] = {
                "kind": "tried",
                "text": words,
                "positions": [answer.message.position],
                "by": AuthorKind.ASSISTANT,
                "task": True,
            }
    return list(by_name.values())


def _outcome(answer: Answer) -> str:
    """What the assistant did in an answer, and what the customer made of it."""
    sources: list[Citation] = list(answer.citations.all())
    if not sources:
        return _("asked them to put it differently") if answer.decision == Decision.CLARIFY else ""
    names = {"articles": f"“{sources[0].title}”"}
    if answer.helpful is False:
        return _("%(articles)s, which did not help") % names
    if answer.helpful:
        return _("%(articles)s, which helped") % names
    return _("%(articles)s, no word on whether it helped") % names


def _tried_line(tried: list[dict[str, Any]]) -> str:
    """The same in whole sentences."""
    own = ", ".join(one["text"] for one in tried if one["by"] == "customer")
    did = [one["text"] for one in tried if one["by"] != "customer" and not one.get("task")]
    tasks = "; ".join(one["text"] for one in tried if one.get("task"))
    shown = "; ".join(text for text in did if text.startswith("“"))
    lines = [_("They tried %(what)s.") % {"what": own}] if own else []
    if shown:
        lines.append(_("The assistant showed %(articles)s.") % {"articles": shown})
    elif not did and not tasks:
        lines.append(_("The assistant has shown nothing."))
    if any(not text.startswith("“") for text in did):
        lines.append(_("The assistant asked them to put it differently."))
    if tasks:
        lines.append(_("The assistant began: %(tasks)s.") % {"tasks": tasks})
    return " ".join(lines)[:LONGEST]


# --- why a person, and how they feel --------------------------------------------------------------


def _why(reason: Reason, detail: str) -> str:
    text = str(reason.label)
    return f"{text} ({detail})"[:LONGEST] if detail else text


def _because(said: _Said, reason: Reason, detail: str) -> list[int]:
    """The messages in which the reason lies; none for what happened outside of their words."""
    if not said.customers:
        return []
    if reason == Reason.ASKED:
        asking = [one.position for one in said.customers if detail and wants_person(one.body)]
        return asking[-1:]
    return [said.customers[-1].position] if reason in _BY_WORDS else []


@dataclass(frozen=True, slots=True)
class _Felt:
    name: str = CALM
    words: tuple[str, ...] = ()
    position: int | None = None


def _feelings(said: _Said) -> tuple[_Felt, _Felt]:
    """At the start and now. Now is the stronger of the last two: one calm line undoes nothing."""
    felt = [_felt_in(message) for message in said.customers]
    enough = [
        one
        for one, message in zip(felt, said.customers, strict=True)
        if one.name != CALM or len(message.body.split()) >= ENOUGH
    ] or felt
    if not enough:
        return _Felt(), _Felt()
    now = max(reversed(enough[-2:]), key=lambda one: _STRENGTH.get(one.name, 0))
    return enough[0], now


def _felt_in(message: Message) -> _Felt:
    reading = _stored(message)
    name = reading.value("feeling") if reading else None
    if reading is not None and name:
        corrected = "feeling" in reading.corrected
        evidence = [] if corrected else reading.values["feeling"].get("evidence", ())
        return _Felt(name, tuple(evidence), message.position)
    feeling = feel(message.body)
    return _Felt(feeling.name, tuple(feeling.words), message.position)


def _felt(start: _Felt, now: _Felt) -> list[dict[str, Any]]:
    """The feelings that were not calm, with the words that show them."""
    shown = [one for one in (start, now) if one.name != CALM and one.position is not None]
    return [
        {
            "kind": "feeling",
            "text": ", ".join(f"“{word}”" for word in one.words[:4]) or one.name,
            "positions": [one.position],
        }
        for one in dict.fromkeys(shown)
    ]


# --- what is known --------------------------------------------------------------------------------


def _stored(message: Message) -> Reading | None:
    return message.reading if hasattr(message, "reading") else None


def _reading(message: Message, name: str) -> Any:
    reading = _stored(message)
    return reading.value(name) if reading else None


def _language(said: _Said, customer: Customer) -> str:
    """The language of the newest message that was long enough to tell."""
    told = (_reading(message, "language") for message in reversed(said.customers))
    return str(next(filter(None, told), "") or customer.language)[:10]


def _facts(ticket: Ticket, said: _Said) -> list[dict[str, Any]]:
    """What was stated, each once, with the message that states it."""
    found = {
        (fact.key, fact.value.lower()): {
            "key": fact.key,
            "value": fact.value,
            "position": message.position,
            "source": AuthorKind.CUSTOMER.value,
        }
        for message in reversed(said.customers)
        for fact in find_facts(message.body)
    }
    for fact in reversed(ticket.facts.select_related("message").order_by("-pk")[:FACTS]):
        found.setdefault(
            (fact.key, fact.value.lower()),
            {
                "key": fact.key,
                "value": fact.value,
                "position": fact.message.position if fact.message else None,
                "source": fact.source,
            },
        )
    return sorted(found.values(), key=lambda fact: fact["position"] or 0)


def _articles(said: _Said) -> list[dict[str, Any]]:
    return [
        {
            "title": source.title,
            "slug": source.slug,
            "score": round(source.score, 3),
            "helpful": answer.helpful,
            "position": answer.message.position,
        }
        for answer in said.answers
        for source in answer.citations.all()
    ]
