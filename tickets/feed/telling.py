"""An event as programs read it, in the feed and in webhooks: the same object in both.

It has the form that Standard Webhooks recommends: a type, a timestamp and data. What is told of each kind
stands in `kinds`; what anybody wrote is in none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from tickets.feed.kinds import TOLD, Of
from tickets.models import Event, EventKind, Priority, Team, Ticket, User

_BESIDE = ("ticket", "actor_user", "actor_customer", "actor_key")
# No more than is told: a ticket and its people have many columns, and a page has a hundred events.
_READ = (
    *("kind", "position", "created_at", "data", "actor_kind", "ticket__reference"),
    *("actor_user__name", "actor_user__email", "actor_customer__name", "actor_key__name"),
)
_ANY = "REFERENCE"
Names = Mapping[Of, Mapping[int, str]]


def number_of(key: int) -> str:
    """What an event is called outside; the same in the feed and at every attempt of a webhook."""
    return f"event-{key}"


def told(events: QuerySet[Event], keys: Sequence[int]) -> list[dict[str, Any]]:
    """Those of the events with these keys, as they are told, in the feed's order.

    One statement, and one for each of: teams, tickets and agents that are named in them.
    """
    rows = events.filter(pk__in=keys).order_by("place", "pk")
    found = list(rows.select_related(*_BESIDE).only(*_READ))
    names = _names(found)
    routes = {"url": _address("api-ticket"), "workspace_url": _address("workspace-ticket")}
    return [_as_told(event, names, routes) for event in found]


def _as_told(event: Event, names: Names, routes: Mapping[str, str]) -> dict[str, Any]:
    ticket = event.ticket
    assert ticket is not None, "The feed tells of tickets only."
    return {
        "id": number_of(event.pk),
        "type": event.kind,
        "timestamp": event.created_at,
        "position": event.position,
        "by": {"kind": event.actor_kind, "name": _name_of_actor(event)},
        "ticket": {
            "reference": ticket.reference,
            **{name: route.format(ticket.reference) for name, route in routes.items()},
        },
        "data": _data(event, names),
    }


def _data(event: Event, names: Names) -> dict[str, Any]:
    values = TOLD[EventKind(event.kind)].values
    found = {name: (of, event.data[name]) for name, of in values.items() if name in event.data}
    data: dict[str, Any] = {
        name: value if of == Of.VALUE else names[of].get(value)
        for name, (of, value) in found.items()
    }
    if data.get("field") == "priority":  # by the words that the API has for them
        data |= {name: Priority(data[name]).name.lower() for name in ("before", "after")}
    return data


def _names(events: Iterable[Event]) -> Names:
    """What the rows are called that the events name by their keys."""
    keys: dict[Of, set[int]] = defaultdict(set)
    for event in events:
        for name, of in TOLD[EventKind(event.kind)].values.items():
            if of != Of.VALUE and isinstance(event.data.get(name), int):
                keys[of].add(event.data[name])
    return {of: _names_of(of, keys[of]) if keys[of] else {} for of in Of}


def _names_of(of: Of, keys: Collection[int]) -> Mapping[int, str]:
    if of == Of.TEAM:
        return dict(Team.objects.filter(pk__in=keys).values_list("pk", "slug"))
    if of == Of.TICKET:
        return dict(Ticket.objects.filter(pk__in=keys).values_list("pk", "reference"))
    return {user.pk: _name_of(user) for user in User.objects.filter(pk__in=keys)}


def _name_of_actor(event: Event) -> str:
    if event.actor_user is not None:
        return _name_of(event.actor_user)
    if event.actor_customer is not None:
        return event.actor_customer.name
    return event.actor_key.name if event.actor_key is not None else ""


def _name_of(user: User) -> str:
    return user.name or user.get_short_name()


def _address(route: str) -> str:
    """With a place for the reference: to ask for each address took longest of all."""
    return f"{settings.SITE_URL}{reverse(route, args=[_ANY])}".replace(_ANY, "{}")
