"""Python and the database say the same of every condition, whatever the tickets are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tickets.conditions.worlds import (
    NOW,
    WORLDS,
    Person,
    Sketch,
    askable,
    build,
    conditions,
    desk,
    groups,
)
from tickets.conditions import Situation, at_most, complete, evaluate, matching, of_ticket
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

World = tuple[list[Person], list[Sketch]]


def test_a_group_holds_for_a_ticket_exactly_if_the_query_finds_it() -> None:
    teams, agent = desk()
    held = 0

    @settings(max_examples=60, deadline=None)
    @given(WORLDS, st.lists(groups(teams), min_size=2, max_size=2))
    def agree(world: World, wanted: list[dict[str, Any]]) -> None:
        nonlocal held
        with rolled_back():
            held += compare(build(*world, teams, agent), wanted)

    agree()
    assert held > 20, "conditions that never hold prove nothing"


def test_each_condition_alone_holds_exactly_if_the_query_finds_the_ticket() -> None:
    """Alone, so that no other condition hides that the two differ."""
    teams, agent = desk()

    @settings(max_examples=30, deadline=None)
    @given(WORLDS, st.lists(conditions(teams), min_size=6, max_size=6))
    def agree(world: World, wanted: list[dict[str, Any]]) -> None:
        with rolled_back():
            alone = [{"match": "all", "conditions": [condition]} for condition in wanted]
            compare(build(*world, teams, agent), alone)

    agree()


def test_each_field_has_the_same_value_in_the_database_as_in_the_situation() -> None:
    """To the last minute and day, which a random condition seldom asks for."""
    teams, agent = desk()
    asked = {f"asked_{field.name}": field.query(NOW) for field in askable() if field.query}

    @settings(max_examples=30, deadline=None)
    @given(WORLDS)
    def agree(world: World) -> None:
        with rolled_back():
            situations = situations_of(build(*world, teams, agent))
            for row in Ticket.objects.annotate(**asked).values("pk", *asked):
                situation = situations[row["pk"]]
                read = {name: situation[name.removeprefix("asked_")].value for name in asked}
                assert {name: plain(row[name]) for name in asked} == read

    agree()


# What the database cannot answer, or only narrow down.
UNASKABLE = [
    {"field": "waiting_business_minutes", "op": op, "value": value}
    for op in ("at_least", "more_than", "at_most", "is")
    for value in (0, 30, 600)
] + [
    {"field": "open_now", "op": "is", "value": True},
    {"field": "assignee_is_there", "op": "is_not", "value": True},
    {"field": "priority", "op": "is", "value": "3", "was": True},
]


def test_narrowing_down_by_the_database_leaves_nothing_out_for_which_a_group_holds() -> None:
    teams, agent = desk()
    narrowed = 0

    @settings(max_examples=40, deadline=None)
    @given(
        WORLDS,
        groups(teams),
        st.lists(st.sampled_from(UNASKABLE), min_size=1, max_size=2),
        st.sampled_from(["all", "any"]),
    )
    def agree(
        world: World, group: dict[str, Any], unaskable: list[dict[str, Any]], match: str
    ) -> None:
        nonlocal narrowed
        with rolled_back():
            both = {"match": match, "conditions": [group, *unaskable]}
            situations = situations_of(build(*world, teams, agent))
            rows = Ticket.objects.filter(at_most(both, now=NOW))
            found = set(rows.values_list("pk", flat=True))
            holds = {
                pk
                for pk, situation in situations.items()
                if evaluate(both, situation, situation) is not None
            }
            assert holds <= found, both
            narrowed += len(found) < len(situations)

    agree()
    assert narrowed > 5, "else all are found always"


def plain(value: Any) -> Any:
    """A number of the database as the situation has it."""
    return float(value) if isinstance(value, Decimal) else value


def test_every_field_that_can_be_asked_for_is_read_from_a_ticket_too() -> None:
    assert {field.name for field in askable() if field.read is None} == set()
    assert len(askable()) >= 13


def compare(tickets: list[Ticket], wanted: list[dict[str, Any]]) -> int:
    """That both find the same ones for each group; how many in all."""
    situations = situations_of(tickets)
    number = 0
    for group in wanted:
        found = set(matching(Ticket.objects.all(), group, now=NOW).values_list("pk", flat=True))
        assert found == {
            pk for pk, situation in situations.items() if evaluate(group, situation) is not None
        }, group
        number += len(found)
    return number


def situations_of(tickets: list[Ticket]) -> dict[int, Situation]:
    return {ticket.pk: complete(of_ticket(ticket, text="", now=NOW)) for ticket in tickets}


@contextmanager
def rolled_back() -> Iterator[None]:
    """A world that is gone afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
