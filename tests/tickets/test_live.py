"""The nudge to open screens: who is told, and that it carries no content."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.factories import (
    make_agent,
    make_customer,
    make_message,
    make_note,
    make_team,
    make_ticket,
)
from tickets import actions
from tickets.actors import Actor
from tickets.models import Team, Turn

pytestmark = pytest.mark.django_db
Capture = Callable[..., Any]


@pytest.fixture
def nudged(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], dict[str, Any]]]:
    """Every nudge: the groups, and what they are sent."""
    found: list[tuple[list[str], dict[str, Any]]] = []
    monkeypatch.setattr(
        "tickets.live.nudges.send", lambda groups, message: found.append((groups, message))
    )
    return found


def groups_of(nudged: list[tuple[list[str], dict[str, Any]]], kind: str) -> list[str]:
    (groups,) = [groups for groups, message in nudged if message["kind"] == kind]
    return groups


def test_a_note_nudges_no_customer(
    nudged: list[tuple[list[str], dict[str, Any]]], django_capture_on_commit_callbacks: Capture
) -> None:
    agent = make_agent()
    ticket = make_ticket(turn=Turn.AGENT, agent=agent)
    with django_capture_on_commit_callbacks(execute=True):
        make_note(ticket, agent)
    assert groups_of(nudged, "note.written") == [
        f"ticket.{ticket.pk}.staff",
        f"team.{ticket.team_id}",
        f"user.{agent.pk}",
        "anything",
    ]


def test_a_nudge_names_a_place_and_carries_no_content(
    nudged: list[tuple[list[str], dict[str, Any]]], django_capture_on_commit_callbacks: Capture
) -> None:
    ticket = make_ticket(turn=Turn.CUSTOMER, customer=make_customer("Canary Bird"))
    with django_capture_on_commit_callbacks(execute=True):
        make_message(ticket, "canary")
    for _groups, message in nudged:
        assert message.keys() == {"type", "ticket", "position", "kind", "by", "by_kind"}
    assert f"ticket.{ticket.pk}.customer" in groups_of(nudged, "message.posted")


def test_a_transfer_nudges_both_teams(
    nudged: list[tuple[list[str], dict[str, Any]]], django_capture_on_commit_callbacks: Capture
) -> None:
    ticket, team = make_ticket(turn=Turn.QUEUE), make_team()
    before: Team = ticket.team
    with django_capture_on_commit_callbacks(execute=True):
        actions.transfer(actor=Actor.agent(make_agent()), ticket=ticket, team=team)
    groups = groups_of(nudged, "ticket.transferred")
    assert {f"team.{team.pk}", f"team.{before.pk}"} <= set(groups)
