"""Saving a ticket that an action has locked and changed: its service level's clocks follow, at once.

Every action that changes a ticket saves it here, so that no promise is left behind. What is asked and
written depends on what changed since the row was loaded: nothing more where that has no meaning for the
clocks (most often), and one statement where nothing is promised at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tickets import clock, events
from tickets.actors import Actor
from tickets.models import AuthorKind, EventKind, Metric, SlaClock, Ticket, Turn
from tickets.models.states import ENDED
from tickets.service import hours
from tickets.service.hours import Hours
from tickets.sla import choosing, clocks
from tickets.sla.choosing import Policy
from tickets.sla.clocks import Passed

_CHOOSE = {"priority", "team_id", "type_id", "status_id", "tags", "custom", "customer_id"}
_MOVE = {"turn", "person_asked_at", "snoozed_at", "merged_into_id"}
_SAID = {AuthorKind.AGENT, AuthorKind.CUSTOMER}
_DUE = ("sla", "due_at", "due_warns_at", "due_metric", "last_position")
# All of a clock that may change.
_CLOCK = [
    field.name
    for field in SlaClock._meta.concrete_fields
    if field.name not in ("id", "ticket", "metric")
]


def save(ticket: Ticket, *, waits_since: datetime | None = None) -> None:
    """Write a locked ticket, with what follows for its service level.

    `waits_since`: its customer waits for an answer since then, by what they said elsewhere.
    """
    changed, heard = ticket.changed, ticket.heard
    chooses = _chooses(ticket, changed)
    if chooses:  # conditions are asked of the row as it is now
        ticket.save()
        _follow(ticket, changed, heard, chooses=True, waits_since=waits_since)
    else:
        if ticket.sla_id is not None and (changed & _MOVE or heard & _SAID or waits_since):
            _follow(ticket, changed, heard, chooses=False, waits_since=waits_since)
        ticket.save()
    ticket.remember()
    ticket.heard = frozenset()


def add(ticket: Ticket) -> None:
    """Write a new ticket. Nobody was asked for in it, so nothing is promised yet."""
    ticket.save(force_insert=True)
    ticket.remember()


def review(ticket: Ticket) -> None:
    """Look at a locked ticket again, since policies or hours changed. What is new counts from now on."""
    _follow(ticket, set(), frozenset(), chooses=True, anew=True)
    ticket.remember()


def _chooses(ticket: Ticket, changed: set[str]) -> bool:
    """Whether another policy may apply now, or one for the first time."""
    if ticket.person_asked_at is None or ticket.is_closed:
        return False
    before = getattr(ticket, "loaded", {})
    comes = "person_asked_at" in changed or before.get("turn") in ENDED
    return bool(changed & _CHOOSE) or (ticket.sla_id is None and comes)


def _follow(
    ticket: Ticket,
    changed: set[str],
    heard: frozenset[str],
    *,
    chooses: bool,
    anew: bool = False,
    waits_since: datetime | None = None,
) -> None:
    now, was = clock.now(), ticket.sla_id
    policies = choosing.active() if chooses or ticket.sla_id is not None else []
    if not policies and was is None:
        return
    before = _due(ticket)
    found = SlaClock.objects.of_ticket(ticket.pk)
    rows = {one.pk: _values(one) for one in found}
    # What was broken before this change stays so; of a warning nothing is said to who acts just now.
    over = (one for one in found if one.due_at is not None and one.due_at <= now)
    told = [said for one in over if (said := clocks.passed(one, now)) is not None]
    policy = _policy(ticket, policies, now, chooses=chooses)
    ticket.sla_id = policy.key if policy else None
    if policy is None:
        found = _give_up(found)
    else:
        team_before = getattr(ticket, "loaded", {}).get("team_id") or ticket.team_id
        of_team = hours.of_teams([team_before, ticket.team_id])
        hours_of = (of_team[team_before], of_team[ticket.team_id])
        moved = _Moved(ticket, policy, hours_of, now, changed, heard, waits_since, anew)
        found = moved.all(found)
        told += [said for one in found if (said := clocks.passed(one, now)) is not None]
    _write(found, rows)
    _tell(ticket, told)
    clocks.tell_ticket(ticket, found)
    if chooses and (told or _due(ticket) != before):
        ticket.save(update_fields=_DUE)


def _policy(
    ticket: Ticket, policies: list[Policy], now: datetime, *, chooses: bool
) -> Policy | None:
    """The one that applies; the one that did, while nothing changed by which it is chosen."""
    kept = next((one for one in policies if one.key == ticket.sla_id), None)
    if not chooses and kept is not None:
        return kept
    return choosing.choose(ticket, policies, now)


class _Moved:
    """The clocks of a ticket, moved on to what it is now."""

    def __init__(
        self,
        ticket: Ticket,
        policy: Policy,
        hours_of: tuple[Hours, Hours],
        now: datetime,
        changed: set[str],
        heard: frozenset[str],
        waits_since: datetime | None,
        anew: bool,
    ) -> None:
        self.ticket, self.policy, self.now, self.anew = ticket, policy, now, anew
        self.hours_before, self.hours = hours_of
        self.answered = AuthorKind.AGENT in heard
        # A person was asked for, or the customer wrote: somebody waits for an answer of ours.
        waits = "person_asked_at" in changed or AuthorKind.CUSTOMER in heard
        self.waits, self.waits_since = waits or waits_since is not None, waits_since or now
        self.is_asked = "person_asked_at" in changed
        self.other_team = "team_id" in changed
        self.runs = clocks.runs(ticket)

    def all(self, found: list[SlaClock]) -> list[SlaClock]:
        """Those that there are, and those that begin."""
        for one in found:
            if one.ended_at is None and self._has_come_about(one):
                clocks.end(one, self.hours_before, self.now)
            elif one.metric == Metric.RESOLUTION and one.ended_at and not self.ticket.is_closed:
                clocks.take_up(one)
        found = [*found, *self._begun(found)]
        for one in found:
            if one.ended_at is None:
                self._move(one)
        return found

    def _has_come_about(self, one: SlaClock) -> bool:
        if one.metric == Metric.RESOLUTION:
            return self.ticket.turn == Turn.CLOSED and self.ticket.merged_into_id is None
        return self.answered

    def _begun(self, found: list[SlaClock]) -> Iterable[SlaClock]:
        if self.ticket.person_asked_at is None or self.ticket.is_closed:
            return
        there = {one.metric for one in found}
        was_first = bool(there)
        since, waits = self.now, self.waits
        if not there and not self.is_asked:
            # It applies from the middle on: what was asked for and never answered counts from then.
            last, was_answered = self._said_before()
            was_first = was_answered
            waits = self.runs and last == AuthorKind.CUSTOMER
            if not was_answered and not self.anew:
                since = min(self.ticket.person_asked_at, self.now)
        if Metric.RESOLUTION not in there:
            yield clocks.begin(self.ticket, Metric.RESOLUTION, self.policy, since)
        if not was_first:
            if not self.answered:
                yield clocks.begin(self.ticket, Metric.FIRST, self.policy, since)
            return
        answering = any(
            one.metric in (Metric.FIRST, Metric.NEXT) and one.ended_at is None for one in found
        )
        if waits and not self.answered and not answering:
            yield clocks.begin(self.ticket, Metric.NEXT, self.policy, self.waits_since)

    def _said_before(self) -> tuple[str, bool]:
        """Who spoke last, and whether an agent did since a person was asked for."""
        said = self.ticket.messages.exclude(author_kind=AuthorKind.SYSTEM)
        last = said.order_by("-position").values_list("author_kind", flat=True).first()
        asked = self.ticket.person_asked_at
        answers = said.filter(author_kind=AuthorKind.AGENT, created_at__gte=asked)
        return last or "", answers.exists()

    def _move(self, one: SlaClock) -> None:
        other = clocks.promise(one, self.policy, self.ticket.priority)
        if one.runs and (not self.runs or self.other_team):
            clocks.stop(one, self.hours_before, self.now)
        if self.runs and not one.runs:
            # What begins earlier than now runs from then on.
            at = one.started_at if one.pk is None else self.now
            clocks.start(one, self.hours, at)
            other = True
        if other or self.anew:
            clocks.reckon(one, self.hours, self.policy.warn_percent)


def _give_up(found: list[SlaClock]) -> list[SlaClock]:
    """Nothing is promised any more: what was measured until the end stays."""
    gone = [one.pk for one in found if one.ended_at is None]
    SlaClock.objects.filter(pk__in=gone).delete()
    return [one for one in found if one.ended_at is not None]


def _write(found: list[SlaClock], rows: dict[int, tuple[object, ...]]) -> None:
    SlaClock.objects.bulk_create(one for one in found if one.pk is None)
    changed = [one for one in found if one.pk in rows and _values(one) != rows[one.pk]]
    if changed:
        SlaClock.objects.bulk_update(changed, _CLOCK)


def _values(one: SlaClock) -> tuple[object, ...]:
    return tuple(field.value_from_object(one) for field in SlaClock._meta.concrete_fields)


def _due(ticket: Ticket) -> tuple[object, ...]:
    return ticket.sla_id, ticket.due_at, ticket.due_warns_at, ticket.due_metric


def _tell(ticket: Ticket, told: Iterable[Passed]) -> None:
    for one in told:
        kind = EventKind.SLA_BREACHED if one.breached else EventKind.SLA_WARNED
        events.record(kind, actor=Actor.system(), ticket=ticket, **said_of(one))


def said_of(one: Passed) -> dict[str, Any]:
    """What the event keeps: which promise of which policy, when it was so, and when it is or was due."""
    clock = one.clock
    return {
        "metric": clock.metric,
        "policy": clock.policy_id,
        "at": one.at.isoformat(),
        "due": clock.due_at.isoformat() if clock.due_at else None,
    }
