"""Two teams, who works in them, and a browser for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client, override_settings

from tests.factories import make_agent, make_team
from tickets.models import SiteSettings, Team, User

ByScript = dict[str, str]
BY_SCRIPT: ByScript = {"X-Requested-With": "fetch", "Accept": "application/json"}


@pytest.fixture(autouse=True)
def _with_a_password_alone() -> Iterator[None]:
    with override_settings(STAFF_NEED_SECOND_FACTOR=False):
        yield


@pytest.fixture
def team(db: None) -> Team:
    """Their replies leave at once, unless a test says that they wait."""
    SiteSettings.objects.update(undo_seconds=0)
    return make_team("Gear care")


@pytest.fixture
def other_team(db: None) -> Team:
    return make_team("Orders")


@pytest.fixture
def dana(team: Team) -> User:
    return make_agent("Dana Osei", teams=[team])


@pytest.fixture
def robin(team: Team) -> User:
    return make_agent("Robin Vale", teams=[team])


@pytest.fixture
def stranger(other_team: Team) -> User:
    """An agent of the other team."""
    return make_agent("Kit Marlow", teams=[other_team])


@pytest.fixture
def as_user() -> Callable[[User | None], Client]:
    """A browser in which somebody (or nobody) is logged in."""

    def login(user: User | None) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user, backend="tickets.web.logins.LogIns")
        return client

    return login


@pytest.fixture
def danas(as_user: Callable[[User | None], Client], dana: User) -> Client:
    """Dana's browser."""
    return as_user(dana)
