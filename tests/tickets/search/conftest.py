"""Two teams with an agent each, who need no second factor here, and what one of them finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import override_settings

from tests.factories import index_tickets, make_agent, make_team
from tickets.actors import Actor
from tickets.lists.arranging import Sort
from tickets.models import Team, Ticket, User
from tickets.search.finding import find
from tickets.search.language import read

Finds = Callable[..., list[str]]


@pytest.fixture(autouse=True)
def _with_a_password_alone() -> Iterator[None]:
    with override_settings(STAFF_NEED_SECOND_FACTOR=False):
        yield


@pytest.fixture
def team(db: None) -> Team:
    return make_team("Gear care")


@pytest.fixture
def other_team(db: None) -> Team:
    return make_team("Orders")


@pytest.fixture
def dana(team: Team) -> User:
    return make_agent("Dana Osei", teams=[team])


@pytest.fixture
def finds(dana: User) -> Finds:
    """The references that a search finds for Dana, or for another actor; all is indexed before."""

    def search(text: str, actor: Actor | None = None, *, sort: Sort = Sort.NEWEST) -> list[str]:
        index_tickets()
        actor = actor or Actor.agent(dana)
        found = find(actor, read(text, actor.user), sort=sort, cursor="", size=50)
        references = dict(Ticket.objects.values_list("pk", "reference"))
        return [references[pk] for pk in found.tickets]

    return search
