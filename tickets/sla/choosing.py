"""Which policy applies to a ticket: the first active one, in order, whose conditions hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, IntegerField, OuterRef, Q, Value, When
from django.db.models.functions import JSONObject

from tickets.conditions import NotAskable, as_query
from tickets.models import SlaPolicy, SlaTarget, Ticket


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy with its targets by metric and priority, as it is applied."""

    key: int
    name: str
    group: dict[str, Any]
    business: bool
    warn_percent: int | None
    targets: dict[tuple[str, int], timedelta]

    @property
    def is_for_all(self) -> bool:
        return not self.group["conditions"]

    def target(self, metric: str, priority: int) -> timedelta | None:
        return self.targets.get((metric, priority))


def active() -> list[Policy]:
    """The policies that are switched on, the one that comes first at the beginning. One statement."""
    rows = SlaTarget.objects.filter(policy=OuterRef("pk"))
    target = JSONObject(metric="metric", priority="priority", minutes="minutes")
    found = SlaPolicy.objects.filter(active=True).annotate(
        table=ArraySubquery(rows.order_by().values(row=target))
    )
    return [_of(row) for row in found.order_by("position", "pk")]


def _of(row: Any) -> Policy:
    return Policy(
        row.pk,
        row.name,
        {"match": row.match, "conditions": row.conditions},
        row.business,
        row.warn_percent,
        {(one["metric"], one["priority"]): timedelta(minutes=one["minutes"]) for one in row.table},
    )


def choose(ticket: Ticket, policies: Sequence[Policy], now: datetime) -> Policy | None:
    """The policy that applies to a ticket as it is in the database; None if none does.

    One statement, and none where the first policy is for everything.
    """
    return chosen_for([ticket.pk], policies, now).get(ticket.pk)


def chosen_for(
    tickets: Sequence[int], policies: Sequence[Policy], now: datetime
) -> dict[int, Policy]:
    """The same for several, by their keys; without those to which none applies."""
    if policies and policies[0].is_for_all:
        return dict.fromkeys(tickets, policies[0])
    whens = []
    rest: Policy | None = None
    for policy in policies:
        if policy.is_for_all:
            rest = policy
            break
        if (holds := holding(policy.group, now)) is not None:
            whens.append(When(holds, then=Value(policy.key)))
    by_key = {policy.key: policy for policy in policies}
    if not whens:
        return dict.fromkeys(tickets, rest) if rest else {}
    key = Case(*whens, default=Value(rest.key if rest else None), output_field=IntegerField())
    found = Ticket.objects.filter(pk__in=tickets).values_list("pk", key)
    return {pk: by_key[chosen] for pk, chosen in found if chosen is not None}


def holding(group: dict[str, Any], now: datetime) -> Q | None:
    """When a policy's conditions hold; None if they look at what no list can be asked for: never."""
    try:
        return as_query(group, now=now)
    except NotAskable:
        return None
