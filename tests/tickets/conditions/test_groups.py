"""Groups: all or any, nested, of the past; and what shows that they hold."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from tests.factories import make_customer, make_ticket
from tests.tickets.conditions.worlds import NOW
from tickets.conditions import Field, NotAskable, Value, evaluate, fields_of, matching, register
from tickets.models import Priority, Rating, Ticket, Turn

ANGRY = {"field": "feeling", "op": "is", "value": "angry"}
CALM = {"field": "feeling", "op": "is", "value": "calm"}
LATE = {"field": "waiting_minutes", "op": "at_least", "value": 30}
SITUATION = {"feeling": Value("angry", ("this is a joke",)), "waiting_minutes": Value(45)}


def all_of(*members: Any) -> dict[str, Any]:
    return {"match": "all", "conditions": list(members)}


def any_of(*members: Any) -> dict[str, Any]:
    return {"match": "any", "conditions": list(members)}


@pytest.mark.parametrize(
    ("group", "shown"),
    [
        (all_of(ANGRY, LATE), ["this is a joke", "waiting time in minutes: 45"]),
        (all_of(ANGRY, CALM), None),
        (any_of(CALM, LATE), ["waiting time in minutes: 45"]),
        (any_of(CALM), None),
        (all_of(LATE, any_of(CALM, ANGRY)), ["waiting time in minutes: 45", "this is a joke"]),
        (all_of(LATE, all_of(CALM, ANGRY)), None),
        (
            any_of(all_of(CALM, LATE), all_of(ANGRY, any_of(CALM, LATE))),
            ["this is a joke", "waiting time in minutes: 45"],
        ),
        (all_of(), None),
        (any_of(), None),
        (all_of(ANGRY, any_of()), None),
        (any_of(ANGRY, any_of()), ["this is a joke"]),
        ({"conditions": [ANGRY]}, ["this is a joke"]),
        ({"match": "all", "conditions": ANGRY}, None),
        ([ANGRY], None),
        (None, None),
    ],
)
def test_a_group_holds_by_its_members_and_says_what_shows_it(group: Any, shown: Any) -> None:
    assert evaluate(group, SITUATION) == shown


def test_what_is_nested_deeper_than_groups_may_be_does_not_hold_and_breaks_nothing() -> None:
    deep: Any = ANGRY
    for depth in range(1, 5_000):
        deep = any_of(deep)
        assert (evaluate(deep, SITUATION) is not None) is (depth <= 3)
    circle = any_of(CALM)
    circle["conditions"].append(circle)
    assert evaluate(circle, SITUATION) is None


def test_what_a_value_was_is_looked_up_in_the_situation_before() -> None:
    was_calm, now_angry = {**CALM, "was": True}, ANGRY
    group = all_of(now_angry, was_calm)
    before = {"feeling": Value("calm", ("all fine",))}
    assert evaluate(group, SITUATION, before) == ["this is a joke", "all fine"]
    assert evaluate(group, SITUATION, SITUATION) is None
    assert evaluate(group, SITUATION, {}) is None
    assert evaluate(group, SITUATION) is None, "nothing is known of before"
    assert evaluate(all_of({**ANGRY, "was": "yes"}), SITUATION) is not None, "true and nothing else"


def test_the_fields_of_a_group_are_those_of_all_its_groups_and_what_they_follow_from() -> None:
    register(
        Field("mood", "mood", "text", derive=lambda _: None, derived_from=("feeling", "turns"))
    )
    mood = {"field": "mood", "op": "is", "value": "x"}
    assert fields_of(all_of(LATE, any_of(all_of(mood)))) == {
        *("mood", "feeling", "turns", "waiting_minutes")
    }
    assert fields_of({"conditions": [None, "x", {"field": ["a"]}]}) == {"['a']"}


@pytest.mark.django_db
def test_a_nested_group_finds_the_tickets_for_which_it_holds() -> None:
    guide = make_customer(segment="Mountain guides")
    urgent = make_ticket(customer=guide, priority=Priority.URGENT)
    tagged = make_ticket(customer=guide)
    Ticket.objects.filter(pk=tagged.pk).update(tags=["refund"])
    make_ticket(customer=guide)
    make_ticket(priority=Priority.URGENT)
    group = all_of(
        {"field": "segment", "op": "contains", "value": ["GUIDES"]},
        any_of(
            {"field": "priority", "op": "any_of", "value": ["3", "4"]},
            {"field": "tags", "op": "any_of", "value": ["refund"]},
        ),
    )
    assert set(matching(Ticket.objects.all(), group)) == {urgent, tagged}
    others = Ticket.objects.exclude(pk=urgent.pk)
    assert set(matching(others, group, now=NOW + timedelta(days=400))) == {tagged}


@pytest.mark.django_db
def test_what_is_unknown_is_found_by_no_comparison_and_hides_nothing_else() -> None:
    register(Field("ease", "ease", "number", query=lambda now: F("rating__effort")))
    rated, unrated = make_ticket(turn=Turn.CLOSED), make_ticket()
    Rating.objects.create(ticket=rated, satisfaction=4, effort=2)
    low, not_low = (
        {"field": "ease", "op": op, "value": value} for op, value in (("at_most", 2), ("is_not", 2))
    )
    tickets = Ticket.objects.all()
    assert set(matching(tickets, all_of(low))) == {rated}
    assert set(matching(tickets, all_of(not_low))) == set()
    queued = {"field": "waiting_minutes", "op": "at_least", "value": 0}
    assert set(matching(tickets, any_of(not_low, queued))) == {rated, unrated}


@pytest.mark.django_db
def test_a_query_is_one_statement_however_deep_the_group_is(django_assert_num_queries: Any) -> None:
    fields = ("turns", "earlier_tickets", "waiting_minutes", "tenure_days", "value")
    each = [{"field": name, "op": "at_least", "value": 1} for name in fields]
    with django_assert_num_queries(1):
        list(matching(Ticket.objects.all(), any_of(*each, all_of(*each, any_of(*each)))))


@pytest.mark.parametrize("condition", [ANGRY, {**LATE, "was": True}])
def test_what_exists_at_a_turn_only_is_no_query_and_says_so(condition: dict[str, Any]) -> None:
    with pytest.raises(NotAskable, match=condition["field"]):
        matching(Ticket.objects.all(), all_of(LATE, any_of(condition)))
