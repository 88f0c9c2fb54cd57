"""How articles do with those who read them themselves, and searches that find nothing; who may read it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bots.learning import readers
from knowledgebase.models import Article
from tests.factories import make_admin, make_article, make_customer, make_lead, make_ticket
from tickets import actions, clock
from tickets.actors import Actor
from tickets.models import Customer, Ticket, Visit

pytestmark = pytest.mark.django_db

PAGES = "/admin/bots/knowledgegap/articles/"


@pytest.fixture
def ada(client: Client, settings: Any) -> Client:
    settings.STAFF_NEED_SECOND_FACTOR = False
    client.force_login(make_admin("Ada"))
    return client


def read(article: Article, customer: Customer, *, ago: timedelta = timedelta(hours=2)) -> None:
    with clock.at(timezone.now() - ago):
        actions.note_visit(actor=Actor.of_customer(customer), article=article.pk)


def searched(words: str, *, by: Customer | None = None, browser: str = "", hits: int = 0) -> None:
    actor = Actor.of_customer(by) if by else Actor.nobody()
    actions.note_visit(actor=actor, browser=browser, words=words, hits=hits)


def test_an_article_counts_who_read_it_and_who_wrote_within_a_day_all_the_same() -> None:
    poles, zips = make_article("Poles"), make_article("Zips")
    people = [make_customer() for _number in range(4)]
    for customer in people[:3]:
        read(poles, customer)
    read(zips, people[3])
    make_ticket(customer=people[0])
    late = make_ticket(customer=people[1])
    Ticket.objects.filter(pk=late.pk).update(created_at=timezone.now() + timedelta(days=1))
    before = make_ticket(customer=people[2])
    Ticket.objects.filter(pk=before.pk).update(created_at=timezone.now() - timedelta(hours=3))
    actions.note_visit(actor=Actor.nobody(), browser="b" * 64, article=poles.pk)
    with CaptureQueriesContext(connection) as queries:
        rows = readers.articles()
    assert len(queries) == 1
    assert [(row.title, row.read, row.wrote) for row in rows] == [("Poles", 4, 1), ("Zips", 1, 0)]
    assert [row.title for row in readers.articles(article=zips.pk)] == ["Zips"]


def test_what_was_read_long_ago_does_not_count() -> None:
    read(make_article(), make_customer(), ago=timedelta(days=91))
    assert readers.articles() == []


def test_searches_in_vain_are_counted_by_those_who_searched_without_what_is_personal() -> None:
    ann, bob = make_customer(), make_customer()
    searched("Gas canister by air", by=ann)
    searched("gas canister BY AIR", by=bob)
    searched("gas canister by air", browser="b" * 64)
    searched("where is KM-48213", by=ann)
    searched("poles", by=bob, hits=3)
    searched("ann@walkers.example", by=ann)
    with CaptureQueriesContext(connection) as queries:
        found = readers.in_vain()
    assert len(queries) == 1
    assert [(one.words.lower(), one.people, one.times) for one in found[:1]] == [
        ("gas canister by air", 3, 3)
    ]
    words = " ".join(one.words for one in found)
    for personal in ("48213", "walkers.example", "poles"):
        assert personal not in words
    assert len(found) == 2


def test_authors_read_it_in_the_administration_and_nobody_else(ada: Client) -> None:
    assert "Nothing was read in the last 90 days." in ada.get(PAGES).text
    article = make_article("Mend a <zip>")
    read(article, make_customer())
    searched("<b>canister</b>", by=make_customer())
    text = ada.get(PAGES).text
    assert "Mend a &lt;zip&gt;" in text
    assert "&lt;b&gt;canister&lt;/b&gt;" in text
    assert "Wrote within a day of it" in ada.get(f"{PAGES}{article.pk}/").text
    other = Client()
    other.force_login(make_lead())
    assert other.get(PAGES).status_code in (302, 404)


def test_a_flood_of_searches_is_cut_where_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "SHOWN", 5)
    now = timezone.now()
    Visit.objects.bulk_create(
        Visit(
            browser=f"{number:064}", words=f"{chr(97 + number % 26)} {number}" * 20, hits=0, at=now
        )
        for number in range(400)
    )
    found = readers.in_vain()
    assert len(found) == 5
    assert all(len(one.words) <= readers.LONGEST for one in found)
