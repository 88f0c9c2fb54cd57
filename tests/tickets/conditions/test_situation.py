"""What rules see of a ticket: its values, few queries, and how they are kept."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from tests.factories import (
    make_agent,
    make_customer,
    make_hours,
    make_message,
    make_organization,
    make_team,
    make_ticket,
    make_visitor,
)
from tickets.conditions import Value, all_fields, of_reading, of_ticket, to_store
from tickets.live import presence
from tickets.models import Holiday, Reading, Ticket, Tier, Turn

pytestmark = pytest.mark.django_db


def values(ticket: Ticket, text: str = "Hello") -> dict[str, Any]:
    return {
        name: seen.value for name, seen in of_ticket(ticket, text=text, now=timezone.now()).items()
    }


def test_a_ticket_and_its_customer_are_seen_as_they_are() -> None:
    organization = make_organization(tier=Tier.PREMIER)
    customer = make_customer(
        organization=organization,
        value=Decimal("1200.50"),
        segment="guides",
        prefers_person=True,
    )
    make_ticket(customer=customer, turn=Turn.QUEUE)
    team = make_team()
    ticket = make_ticket(customer=customer, turn=Turn.ASSISTANT, team=team)
    make_message(ticket)

    ticket.refresh_from_db()

    assert values(ticket, "Where is it?") == {
        "text": "Where is it?",
        "assignee_is_there": None,
        "silent_hours": 0,
        "waiting_business_minutes": 0,
        "opened": ticket.created_at,
        "changed": ticket.updated_at,
        "closed": None,
        "last_message": ticket.last_message_at,
        "satisfaction": None,
        "turn": "assistant",
        "has_files": False,
        "customer": f"{customer.name} {customer.email} ",
        "organization": organization.name,
        "assignee": 0,
        "channel": "portal",
        "turns": 2,
        "tags": [],
        "priority": 2,
        "type": None,
        "status": None,
        "snoozed": False,
        "waiting_minutes": 0,
        "tier": "premier",
        "segment": "guides",
        "value": 1200.5,
        "tenure_days": 0,
        "earlier_tickets": 1,
        "upset_in_a_week": 0,
        "prefers_person": True,
        "identity": "confirmed",
        "team": team.pk,
        "open_now": True,
        "sla": None,
        "due": None,
        "due_minutes": None,
        "breached": False,
    }


def test_a_visitor_is_seen_as_one() -> None:
    seen = values(make_ticket(customer=make_visitor(), turn=Turn.ASSISTANT))
    assert (seen["identity"], seen["tier"], seen["value"]) == ("unknown", "standard", None)


def test_waiting_is_counted_from_when_a_person_was_asked_for() -> None:
    ticket = make_ticket(turn=Turn.QUEUE)
    Ticket.objects.filter(pk=ticket.pk).update(
        person_asked_at=timezone.now() - timedelta(minutes=42, seconds=30)
    )
    assert values(ticket)["waiting_minutes"] == 42


def test_people_are_there_in_their_hours_or_when_they_are_at_work() -> None:
    team = make_team(hours=make_hours())
    ticket = make_ticket(turn=Turn.QUEUE, team=team)
    assert not values(ticket)["open_now"]
    dana = make_agent("Dana Osei", teams=[team])
    presence.mark_agent_here(dana)
    assert not values(ticket)["open_now"], "a forgotten browser tab is no open desk"
    presence.mark_agent_active(dana)
    assert values(ticket)["open_now"]


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland"])
def test_opening_hours_are_those_of_their_own_place(zone: str) -> None:
    local = timezone.now().astimezone(ZoneInfo(zone))
    today, yesterday = local.weekday(), (local.weekday() - 1) % 7
    all_day = "00:00", "23:59:59.999999"
    hours = make_hours((today, *all_day), zone=zone)
    open_now = make_ticket(team=make_team(hours=hours))
    closed = make_ticket(team=make_team(hours=make_hours((yesterday, *all_day), zone=zone)))
    assert values(open_now)["open_now"]
    assert not values(closed)["open_now"]
    Holiday.objects.create(hours=hours, day=local.date())
    assert not values(open_now)["open_now"]


def test_it_takes_two_queries_at_most_and_one_while_the_team_is_there(
    django_assert_max_num_queries: Any,
) -> None:
    customer = make_customer(organization=make_organization())
    for _number in range(3):
        ticket = make_ticket(customer=customer, team=make_team(hours=make_hours()))
    fresh = Ticket.objects.get(pk=ticket.pk)
    with django_assert_max_num_queries(2):
        of_ticket(fresh, text="Hello", now=timezone.now())
    always_there = make_ticket(customer=customer, team=make_team())
    with django_assert_max_num_queries(1):
        of_ticket(always_there, text="Hello", now=timezone.now())


def test_every_built_in_field_is_seen() -> None:
    seen = values(make_ticket(turn=Turn.ASSISTANT))
    ours = {field.name for field in all_fields() if str(field.name) in seen}
    assert ours == set(seen)


def test_a_reading_gives_the_situation_back_with_what_agents_corrected() -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, body="I am so done with this")
    message = ticket.messages.get(position=2)
    situation = {"feeling": Value("angry", ("so done",), 0.9), "text": Value(message.body)}
    reading = Reading.objects.create(message=message, ticket=ticket, values=to_store(situation))
    assert "text" not in reading.values
    assert of_reading(reading, text=message.body) == situation
    reading.corrected = {"feeling": {"to": "calm", "by": 1, "at": "now"}}
    assert of_reading(reading, text="x") == {"feeling": Value("calm"), "text": Value("x")}


def test_what_names_a_person_is_not_kept_with_a_message() -> None:
    ticket = make_ticket(customer=make_customer("Maya Lund"))
    stored = to_store(of_ticket(ticket, text="Hello", now=timezone.now()))
    assert "customer" not in stored
    assert "Maya" not in str(stored)
