"""A rule tried out on past conversations, by what was kept with their messages. Nothing is changed.

Only what was said while no person had the conversation counts: a rule is asked before the assistant
answers. A message that an agent corrected counts as corrected.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Left

from tickets.conditions import Value, complete, evaluate, fields_of, of_values
from tickets.models import EscalationRule, HandOver, Reading, Reason, Ticket
from tickets.rules.content import Content, when
from tickets.rules.effects import Effects
from tickets.rules.engine import active_rules, decide

EXCERPT = 160  # characters of a message that a result shows


@dataclass(frozen=True, slots=True)
class Said:
    """One customer's message of a past conversation, and what was kept with it."""

    ticket: int
    message: int
    position: int
    at: datetime
    text: str
    values: Any
    corrected: Any

    def situation(self, only: set[str] | None = None) -> dict[str, Value]:
        return complete(of_values(self.values, self.corrected, text=self.text, only=only))


@dataclass(frozen=True, slots=True)
class Asked:
    """One time that a person was asked for in a conversation, and by which rule, if by one."""

    at: datetime
    ended: datetime | None
    reason: str
    rule: int | None
    rule_name: str
    message: int | None

    @property
    def why(self) -> str:
        return self.rule_name or str(Reason(self.reason).label)


@dataclass(frozen=True, slots=True)
class Found:
    """A conversation in a result: the message, what shows it there, and what happened in truth."""

    reference: str
    subject: str
    position: int
    at: datetime
    text: str
    evidence: list[str]
    asked: Asked | None = None  # the person that was asked for, then or later
    later: int = 0  # the customer's messages in between
    changed: bool = False  # the saved version of the rule says otherwise
    still: str = ""  # another rule that would hand over all the same


@dataclass(frozen=True, slots=True)
class Trial:
    """What would have come of a rule in the newest conversations."""

    conversations: int = 0
    messages: int = 0
    newly: list[Found] = field(default_factory=list)  # no person was asked for, then or later
    anyway: list[Found] = field(default_factory=list)  # a person was asked for, then or later
    lost: list[Found] = field(default_factory=list)  # the saved rule holds, this one does not

    @property
    def total(self) -> int:
        return len(self.newly) + len(self.anyway)

    @property
    def sooner(self) -> int:
        return sum(found.later > 0 for found in self.anyway)

    @property
    def gained(self) -> int:
        """Conversations in which the saved version of the rule does not hold."""
        return sum(found.changed for found in (*self.newly, *self.anyway))


def trial(content: Content, *, saved: EscalationRule | None, last: int) -> Trial:
    """Try a rule on the newest `last` conversations; `saved` is the rule as it is now, if it is.

    Three queries, and one more where the saved rule would have done what this one does not.
    """
    tickets = {
        pk: (reference, subject)
        for pk, reference, subject in Ticket.objects.filter(
            Exists(Reading.objects.filter(ticket=OuterRef("pk")))
        )
        .order_by("-last_message_at", "-pk")
        .values_list("pk", "reference", "subject")[:last]
    }
    asked = _asked(list(tickets))
    before = Content.of(saved) if saved else None
    wanted = fields_of(when(content)) | (fields_of(when(before)) if before else set())
    hits: dict[int, _Hit] = {}
    messages = 0
    for pk, said in _conversations(list(tickets), whole=saved is not None or "text" in wanted):
        messages += len(said)
        hit = _try(content, before, saved, said, asked[pk], wanted)
        if hit is not None:
            hits[pk] = hit
    rows: dict[str, list[Found]] = {"newly": [], "anyway": [], "lost": []}
    others = _others(saved, hits.values())
    for pk, (reference, subject) in tickets.items():  # the newest first
        if pk in hits:
            rows[hits[pk].kind].append(_named(hits[pk], reference, subject, others))
    return Trial(len(tickets), messages, **rows)


@dataclass(slots=True)
class _Hit:
    kind: str
    said: Said
    evidence: list[str]
    asked: Asked | None = None
    later: int = 0
    changed: bool = False


def _try(
    content: Content,
    before: Content | None,
    saved: EscalationRule | None,
    said: list[Said],
    asked: list[Asked],
    wanted: set[str],
) -> _Hit | None:
    """Where the rule first holds in one conversation, else where the saved one did."""
    alone = [each for each in said if not _with_a_person(each, asked)]
    situations = [each.situation(wanted) for each in alone]
    now = _first(content, situations)
    then = _first(before, situations) if before else None
    if now is not None:
        index, evidence = now
        person = next((one for one in asked if one.at >= alone[index].at), None)
        later = sum(alone[index].at < each.at <= person.at for each in said) if person else 0
        kind = "anyway" if person else "newly"
        return _Hit(
            kind, alone[index], evidence, person, later, before is not None and then is None
        )
    if then is not None:
        index, evidence = then
        person = next((one for one in asked if one.at >= alone[index].at), None)
        return _Hit("lost", alone[index], evidence, person)
    # An earlier version of the rule asked for a person here, and this one would not.
    own = next((one for one in asked if saved is not None and one.rule == saved.pk), None)
    told = next((each for each in said if own is not None and each.message == own.message), None)
    return _Hit("lost", told, [], own) if told is not None else None


def _first(content: Content, situations: list[dict[str, Value]]) -> tuple[int, list[str]] | None:
    for index, situation in enumerate(situations):
        evidence = evaluate(when(content), situation)
        if evidence is not None:
            return index, evidence
    return None


def _with_a_person(said: Said, asked: list[Asked]) -> bool:
    return any(one.at < said.at and (one.ended is None or said.at < one.ended) for one in asked)


def _named(hit: _Hit, reference: str, subject: str, others: list[EscalationRule]) -> Found:
    text = " ".join(hit.said.text.split())
    decided = decide(hit.said.situation(), others).hand_over if hit.kind == "lost" else None
    return Found(
        reference=reference,
        subject=subject,
        position=hit.said.position,
        at=hit.said.at,
        text=text if len(text) <= EXCERPT else f"{text[: EXCERPT - 1].rstrip()}…",
        evidence=hit.evidence,
        asked=hit.asked,
        later=hit.later,
        changed=hit.changed,
        still=decided.rule.name if decided else "",
    )


def _others(saved: EscalationRule | None, hits: Iterable[_Hit]) -> list[EscalationRule]:
    """The other rules that hand over, if there is a conversation to ask them of."""
    if saved is None or not any(hit.kind == "lost" for hit in hits):
        return []
    return [
        rule
        for rule in active_rules()
        if rule.pk != saved.pk and Effects.of(rule.actions).hand_over is not None
    ]


def _asked(tickets: list[int]) -> Mapping[int, list[Asked]]:
    found: dict[int, list[Asked]] = defaultdict(list)
    rows = HandOver.objects.filter(ticket__in=tickets).order_by("asked_at", "pk")
    for ticket, *row in rows.values_list(
        "ticket_id",
        *("asked_at", "ended_at", "reason"),
        *("rule__rule_id", "rule__rule_name", "rule__message_id"),
    ):
        at, ended, reason, rule, name, message = row
        found[ticket].append(Asked(at, ended, reason, rule, name or "", message))
    return found


def _conversations(tickets: list[int], *, whole: bool) -> Iterator[tuple[int, list[Said]]]:
    """Each conversation's messages in their order, `whole` or their beginnings. One query."""
    body = F("message__body")
    rows = (
        Reading.objects.filter(ticket__in=tickets)
        .annotate(said=body if whole else Left(body, EXCERPT * 2))
        .order_by("ticket_id", "message__position")
        .values_list(
            *("ticket_id", "message_id", "message__position", "message__created_at"),
            *("said", "values", "corrected"),
        )
    )
    current: list[Said] = []
    for row in rows.iterator(chunk_size=500):
        said = Said(*row)
        if current and current[0].ticket != said.ticket:
            yield current[0].ticket, current
            current = []
        current.append(said)
    if current:
        yield current[0].ticket, current
