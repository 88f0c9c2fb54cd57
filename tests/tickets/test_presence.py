"""Who is here now; and that nobody is known to be while Redis is away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import caches

from tests.factories import make_agent, make_team, make_ticket
from tickets.live import presence
from tickets.models import Role, Turn
from tickets.service import queues

pytestmark = pytest.mark.django_db


def test_whoever_has_the_workspace_open_and_uses_it_is_here() -> None:
    team = make_team()
    dana, ravi = make_agent(teams=[team]), make_agent(teams=[team])
    assert presence.agents_here(team.pk) == set()
    presence.mark_agent_here(dana)
    presence.mark_agent_active(ravi)  # and then closed it
    assert presence.agents_here(team.pk) == set()
    presence.mark_agent_active(dana)
    assert presence.agents_here(team.pk) == {dana.pk}
    assert presence.agents_here(make_team().pk) == set()


def test_whoever_is_away_is_not_here_until_they_come_back() -> None:
    team = make_team()
    dana = make_agent("Dana Osei", teams=[team])
    presence.mark_agent_here(dana)
    presence.set_state(dana, presence.State.AWAY)
    presence.mark_agent_here(dana)  # the workspace is still open
    presence.mark_agent_active(dana)  # and used
    assert (presence.agents_here(team.pk), presence.is_away(dana)) == (set(), True)
    presence.set_state(dana, presence.State.HERE)
    assert presence.agents_here(team.pk) == {dana.pk}


def test_who_does_not_work_here_any_more_is_not_here() -> None:
    team = make_team()
    dana = make_agent("Dana Osei", teams=[team])
    presence.set_state(dana, presence.State.HERE)
    assert presence.agents_here(team.pk) == {dana.pk}
    dana.role = Role.CUSTOMER
    dana.save()
    assert presence.agents_here(team.pk) == set()


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
    presence.mark_agent_active(dana)
    presence.set_state(dana, presence.State.AWAY)
    presence.set_state(dana, presence.State.HERE)
    presence.mark_here(presence.customer_key(ticket.pk))
    assert presence.agents_here(team.pk) == set()
    assert queues.outlook(ticket).wait is None
    assert not presence.customer_is_here(ticket)
    assert not presence.is_away(dana)
