"""Each list takes the same few queries, however long it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from knowledgebase import actions as articles
from knowledgebase.models import Article, Category
from tests.factories import (
    make_agent,
    make_customer,
    make_hours,
    make_organization,
    make_team,
    make_ticket,
)
from tests.tickets.admin.conftest import list_of
from tickets import actions
from tickets.actors import Actor
from tickets.models import (
    ApiKey,
    Customer,
    Event,
    OpeningHours,
    Organization,
    Reaction,
    Team,
    User,
)

pytestmark = pytest.mark.django_db


def _article(number: int) -> None:
    category = Category.objects.create(name=f"C {number}", slug=f"c-{number}", icon="tent")
    made = articles.save_article(
        actor=None, article=None, title=f"Article {number}", body="Text", category=category
    )
    articles.publish_article(actor=None, article=made)


def _category(number: int) -> None:
    _article(number)


def _key(number: int) -> None:
    actions.create_api_key(actor=Actor.system(), name=f"Key {number}", scopes=["tickets:read"])


def _event(number: int) -> None:
    make_ticket(customer=make_customer(f"Customer {number}"))
    team = make_team()
    team.name = f"Renamed {number}"
    actions.change_setting(actor=Actor.agent(make_agent()), instance=team)


@pytest.mark.parametrize(
    ("model", "make"),
    [
        (Article, _article),
        (Category, _category),
        (Team, lambda number: make_agent(teams=[make_team(hours=make_hours())])),
        (User, lambda number: make_agent(teams=[make_team(), make_team()])),
        (OpeningHours, lambda number: make_hours((0, "09:00", "12:00"), (1, "09:00", "12:00"))),
        (Customer, lambda number: make_customer(organization=make_organization())),
        (Organization, lambda number: make_organization()),
        (ApiKey, _key),
        (Event, _event),
        (Reaction, _event),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_a_list_takes_as_many_queries_for_ten_rows_as_for_one(
    client: Client,
    model: Any,
    make: Callable[[int], Any],
    django_assert_max_num_queries: Any,
) -> None:
    counts = []
    for number in range(1, 11):
        make(number)
        if number in (1, 10):
            client.get(list_of(model))  # the session is in the cache from now on
            with django_assert_max_num_queries(12) as queries:
                page = client.get(list_of(model))
            counts.append(len(queries))
    assert page.context["cl"].result_count >= 10
    assert counts[0] == counts[1]


def test_the_first_page_takes_as_many_queries_for_ten_changes_as_for_one(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    counts = []
    for number in range(1, 11):
        _event(number)
        if number in (1, 10):
            client.get("/admin/")
            with django_assert_max_num_queries(13) as queries:
                client.get("/admin/")
            counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_ledger_is_not_counted_to_its_end(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tickets.admin.audit.ledger.COUNTED", 3)
    for number in range(3):
        _event(number)
    assert Event.objects.count() > 3
    page = client.get(list_of(Event))
    assert page.context["cl"].result_count == 3
