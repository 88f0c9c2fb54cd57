"""Who is here now; and that nobody is known to be while Redis is away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import caches

from tests.factories import make_agent, make_hours, make_team, make_ticket
from tickets import presence, queues
from tickets.models import Role, Turn

pytestmark = pytest.mark.django_db


def test_w11_who_is_online_is_a_first_name_and_nothing_else() -> None:
    team = make_team()
    dana = make_agent("Dana Osei", teams=[team], email="dana.osei@kestrelmoor.example")
    make_agent("Ravi Moor", teams=[team])
    assert presence.online_agents(team) == []
    presence.mark_agent_here(dana)
    assert presence.online_agents(team) == ["Dana"]
    assert presence.online_agents(make_team()) == []


def test_whoever_is_away_is_not_here_until_they_come_back() -> None:
    team = make_team()
    dana = make_agent("Dana Osei", teams=[team])
    presence.mark_agent_here(dana)
    presence.set_away(dana, away=True)
    presence.mark_agent_here(dana)  # the workspace is still open
    assert (presence.online_agents(team), presence.is_away(dana)) == ([], True)
    presence.set_away(dana, away=False)
    assert presence.online_agents(team) == ["Dana"]


def test_a06_who_does_not_work_here_any_more_is_not_named() -> None:
    team = make_team()
    dana = make_agent("Dana Osei", teams=[team])
    presence.mark_agent_here(dana)
    dana.role = Role.CUSTOMER
    dana.save()
    assert presence.online_agents(team) == []


def test_an_agent_at_work_outside_the_hours_is_there_all_the_same() -> None:
    team = make_team(hours=make_hours())
    dana = make_agent("Dana Osei", teams=[team])
    ticket = make_ticket(turn=Turn.QUEUE, team=team)
    assert not queues.outlook(ticket).open_now
    presence.mark_agent_here(dana)
    assert queues.outlook(ticket).open_now


@pytest.fixture
def redis_away(settings: Any) -> Iterator[None]:
    """The cache finds nobody where Redis was."""
    settings.CACHES = {
        "default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}
    }
    yield
    caches["default"].close()


def test_without_redis_nobody_is_known_to_be_here_and_nothing_breaks(redis_away: None) -> None:
    team = make_team()
    dana = make_agent("Dana Osei", teams=[team])
    ticket = make_ticket(turn=Turn.QUEUE, team=team)
    presence.mark_agent_here(dana)
    presence.set_away(dana, away=True)
    presence.set_away(dana, away=False)
    presence.mark_here(presence.customer_key(ticket.pk))
    assert presence.online_agents(team) == []
    assert not presence.customer_is_here(ticket)
    assert not presence.is_away(dana)
