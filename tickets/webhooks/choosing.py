"""What of the feed a webhook is told: by kinds, and by what holds for the ticket at that moment."""

from __future__ import annotations

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tickets import actions
from tickets.actors import Actor
from tickets.conditions import matching
from tickets.feed import kinds, reading, telling
from tickets.models import Event, Ticket, Webhook, WebhookDelivery
from tickets.models.feed import Edges
from tickets.search.language import Query
from tickets.search.operators import Misread

AT_ONCE = 200  # events
MOST_DUE = 1000  # that wait for one webhook; the rest stays in the feed


def next_ones(webhook: Webhook) -> bool:
    """Write down what it is to be told next; whether there is more already."""
    waiting = WebhookDelivery.objects.how_many_due(webhook, most=MOST_DUE)
    if waiting >= MOST_DUE:
        return False
    events = Event.objects.filter(ticket__isnull=False)
    chosen = kinds.wanted(webhook.kinds, internal=webhook.for_staff)
    try:
        found = reading.read(events, webhook.cursor, kinds=chosen, size=AT_ONCE)
    except (
        reading.Lost
    ):  # it was off for longer than the feed is kept, or set back with the database
        return actions.tell_webhook(
            actor=Actor.system(), webhook=webhook, cursor=_anew(), deliveries=[]
        )
    if found.cursor == webhook.cursor:
        return False
    told = actions.tell_webhook(
        actor=Actor.system(),
        webhook=webhook,
        cursor=found.cursor,
        deliveries=_deliveries(webhook, events, found.keys),
    )
    return told and found.more


def conditions_of(query: Query) -> dict[str, Any]:
    """The group of conditions that a search means, if it is one of conditions alone. Raises Misread."""
    looks_for_words = [term for term in query.terms if not term.heading]
    if looks_for_words or query.mixed or query.before or query.after or query.weights:
        raise Misread(
            _("Only conditions without words count here, like team:billing priority:>=high.")
        )
    return query.group


def _anew() -> str:
    return reading.FEED.cursor(Edges.now().floor, 0)


def _deliveries(
    webhook: Webhook, events: QuerySet[Event], keys: list[int]
) -> list[WebhookDelivery]:
    if not keys:
        return []
    tickets = dict(events.filter(pk__in=keys).values_list("pk", "ticket_id"))
    if webhook.conditions:
        there = Ticket.objects.filter(pk__in=set(tickets.values()))
        fit = set(matching(there, webhook.conditions).values_list("pk", flat=True))
        keys = [key for key in keys if tickets[key] in fit]
    return [
        WebhookDelivery(
            webhook=webhook,
            event_id=key,
            ticket_id=tickets[key],
            number=one["id"],
            body=json.dumps(one, cls=DjangoJSONEncoder, ensure_ascii=False),
        )
        for key, one in zip(keys, telling.told(events, keys), strict=True)
    ]
