"""Segments: who is in one, asked of customers and of tickets alike; circles; one that is removed."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from knowledgebase.lately import Lately
from tests.factories import make_agent, make_customer, make_lead, make_team, make_ticket
from tests.tickets.parallel import real_transactions, together
from tickets import actions, conditions
from tickets.actions import NotAllowed
from tickets.actors import Actor
from tickets.conditions import segments
from tickets.conditions.sentences import ValueNames, group_in_words
from tickets.models import Customer, CustomField, Event, EventKind, Rating, Segment, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked for once a second is asked for each time."""
    monkeypatch.setattr("knowledgebase.lately.SECONDS", 0.0)
    assert Lately(list)() == []


@pytest.fixture
def lead(db: None) -> Actor:
    return Actor.agent(make_lead(teams=[make_team()]))


def condition(field: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


def saved(by: Actor, name: str, *there: dict[str, Any], match: str = "all") -> Segment:
    group = {"match": match, "conditions": list(there)}
    return actions.save_segment(actor=by, segment=None, name=name, conditions=group)


def changed(by: Actor, segment: Segment, *there: dict[str, Any]) -> Segment:
    group = {"match": "all", "conditions": list(there)}
    return actions.save_segment(actor=by, segment=segment, name=segment.name, conditions=group)


def members(segment: Segment) -> set[Customer]:
    return set(segments.members(Customer.objects.all(), segment.conditions))


def test_who_is_in_a_segment_is_said_by_customers_tickets_and_turns_alike(lead: Actor) -> None:
    CustomField.objects.create(about="customer", key="boat", name="Boat", kind="checkbox")
    people = [
        make_customer("Ines", tier="premier", tags=["press"], custom={"boat": True}),
        make_customer("Olaf", prefers_person=True, value="900"),
        make_customer("Ann", language="de"),
    ]
    tickets = [make_ticket(customer=one) for one in people for _again in range(2)]
    Rating.objects.create(ticket=tickets[2], satisfaction=1, effort=2)
    made = [
        saved(lead, "Premier", condition("tier", "is", "premier")),
        saved(lead, "Press", condition("customer_tags", "any_of", ["press"])),
        saved(lead, "Boats", condition("custom.boat", "is", True)),
        saved(lead, "Worth it", condition("value", "at_least", 500)),
        saved(lead, "German", condition("customer_language", "any_of", ["de"])),
        saved(lead, "Often", condition("conversations_lately", "at_least", 2)),
        saved(lead, "Unhappy", condition("last_satisfaction", "at_most", 2)),
        saved(lead, "New", condition("tenure_days", "at_most", 1)),
        saved(lead, "Called so", condition("customer", "contains", ["ann"])),
    ]
    made.append(
        saved(
            lead,
            "Either",
            condition("segment.premier", "is", True),
            condition("segment.german", "is", True),
            match="any",
        )
    )
    assert members(made[-1]) == {people[0], people[2]}
    sizes = []
    for segment in made:
        there = members(segment)
        field = condition(f"segment.{segment.key}", "is", True)
        group = {"match": "all", "conditions": [field]}
        found = conditions.matching(Ticket.objects.all(), group)
        assert set(found) == {one for one in tickets if one.customer in there}
        for ticket in tickets:
            situation = conditions.of_ticket(ticket, text="", now=timezone.now())
            holds = conditions.evaluate(group, situation) is not None
            assert holds == (ticket.customer in there)
        sizes.append(len(there))
    assert sizes == [1, 1, 1, 1, 1, 3, 1, 3, 1, 2]


def test_two_segments_that_refer_to_each_other_are_refused_with_a_sentence(lead: Actor) -> None:
    plain = condition("tier", "is", "premier")
    first = saved(lead, "First", plain)
    second = saved(lead, "Second", condition("segment.first", "is", True))
    third = saved(lead, "Third", condition("segment.second", "is", False))
    for other, name in ((second, "second"), (third, "third")):
        with pytest.raises(ValidationError) as refused:
            changed(lead, first, condition(f"segment.{name}", "is", True))
        assert other.name in refused.value.messages[0] or "Second" in refused.value.messages[0]
    with pytest.raises(ValidationError) as refused:
        changed(lead, first, condition("segment.first", "is", True))
    assert refused.value.messages == ["A segment cannot be a condition of itself."]
    first.refresh_from_db()
    assert first.conditions["conditions"] == [plain]


def test_a_circle_that_is_stored_all_the_same_ends(lead: Actor) -> None:
    first = saved(lead, "First", condition("tier", "is", "premier"))
    second = saved(lead, "Second", condition("segment.first", "is", True))
    group = {"match": "all", "conditions": [condition("segment.second", "is", True)]}
    Segment.objects.filter(pk=first.pk).update(conditions=group)
    make_ticket(customer=make_customer(tier="premier"))
    assert members(second) == set()
    assert not conditions.matching(Ticket.objects.all(), group).exists()


def test_a_removed_segment_holds_for_nobody_and_says_that_it_is_gone(lead: Actor) -> None:
    make_ticket(customer=make_customer(tier="premier"))
    first = saved(lead, "First", condition("tier", "is", "premier"))
    second = saved(lead, "Second", condition("segment.first", "is", True))
    assert len(members(second)) == 1
    actions.remove_segment(actor=lead, segment=first)
    assert members(second) == set()
    words = group_in_words(second.conditions, ValueNames())
    assert "no longer there" in words
    with pytest.raises(ValidationError):
        saved(lead, "Third", condition("segment.first", "is", True))
    assert Event.objects.filter(kind=EventKind.SETTING_REMOVED).count() == 1


def test_only_leads_and_admins_keep_segments(lead: Actor) -> None:
    agent = Actor.agent(make_agent(teams=[make_team()]))
    with pytest.raises(NotAllowed):
        saved(agent, "Mine", condition("tier", "is", "premier"))
    segment = saved(lead, "First", condition("tier", "is", "premier"))
    with pytest.raises(NotAllowed):
        actions.remove_segment(actor=agent, segment=segment)
    assert Segment.objects.count() == 1


@pytest.mark.parametrize("field", ["channel", "waiting_minutes", "feeling", "nothing", ""])
def test_what_is_no_field_of_a_customer_is_refused(lead: Actor, field: str) -> None:
    with pytest.raises(ValidationError):
        saved(lead, "First", condition(field, "is", "1"))


def test_a_field_of_customers_alone_is_none_of_rules_and_lists() -> None:
    group = {"match": "all", "conditions": [condition("conversations", "at_least", 2)]}
    with pytest.raises(ValidationError):
        conditions.clean_group(group)
    assert "conversations" not in {one.name for one in conditions.all_fields()}


def test_without_segments_a_turn_costs_no_statement_more() -> None:
    ticket = make_ticket()
    conditions.of_ticket(ticket, text="", now=timezone.now())
    with CaptureQueriesContext(connection) as captured:
        conditions.of_ticket(ticket, text="", now=timezone.now())
    assert not [one for one in captured.captured_queries if 'tickets_customer"' in one["sql"]]


@real_transactions
def test_of_two_that_would_refer_to_each_other_at_once_one_is_saved() -> None:
    lead = Actor.agent(make_lead(teams=[make_team()]))
    plain = condition("tier", "is", "premier")
    pair = [saved(lead, "First", plain), saved(lead, "Second", plain)]
    done = together(
        2,
        lambda place: changed(
            lead, pair[place], condition(f"segment.{pair[1 - place].key}", "is", True)
        ),
    )
    assert sorted(type(one).__name__ for one in done) == ["Segment", "ValidationError"]
