"""What customers read and search: who leaves a row, how often, whose it becomes, and when it is gone."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from limits import parse

from knowledgebase import embeddings
from knowledgebase import visits as told
from knowledgebase.models import Article
from tests.factories import (
    PASSWORD,
    make_agent,
    make_article,
    make_customer,
    make_ticket,
    make_user,
    make_visitor,
)
from tests.tickets.parallel import real_transactions, together
from tests.tickets.portal.conftest import Browser
from tickets import actions, clock, tasks
from tickets.actors import Actor
from tickets.intake import limits
from tickets.models import Customer, Event, Reaction, SiteSettings, Ticket, Visit
from tickets.portal import visits

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
READS = {"User-Agent": FIREFOX}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def vectors(texts: list[str], timeout: float = 1.0, **_how: object) -> Any:
        return np.eye(1, 384, dtype=np.float32).repeat(len(texts), 0)

    monkeypatch.setattr(embeddings, "encode", vectors)
    limits._shared.cache_clear()
    limits._own.storage.reset()
    yield
    limits._shared.cache_clear()


@pytest.fixture
def article() -> Article:
    return make_article("Mend a pole")


def page(article: Article) -> str:
    return f"/help/{article.slug}/"


def read(client: Client, address: str, **headers: str) -> None:
    assert client.get(address, headers={**READS, **headers}).status_code == 200


def search(client: Client, words: str, **headers: str) -> None:
    assert (
        client.get("/help/search/", {"q": words}, headers={**READS, **headers}).status_code == 200
    )


def seen(**who: Any) -> list[str]:
    rows = Visit.objects.filter(**who).order_by("pk")
    return [one.words or one.article.published.title for one in rows]  # type: ignore[union-attr]


# --- who leaves a row ------------------------------------------------------------------------------


def test_what_a_known_customer_reads_and_searches_is_kept_and_nothing_follows(
    browser: Browser, article: Article
) -> None:
    ann, before = make_customer("Ann", login=True), Event.objects.count()
    client = browser(ann)
    read(client, page(article))
    search(client, "tent  pole\nof 2019")
    assert seen(customer=ann) == ["Mend a pole", "tent pole of 2019"]
    searched = Visit.objects.get(article=None)
    assert (searched.hits, searched.browser) == (0, "")
    assert (Event.objects.count(), Reaction.objects.count()) == (before, 0)


def test_the_visitor_of_a_conversation_is_known_by_it(browser: Browser, article: Article) -> None:
    visitor = make_visitor()
    read(browser(visitor), page(article))
    assert seen(customer=visitor) == ["Mend a pole"]


def test_a_mere_reader_gets_no_cookie_for_it_and_without_one_leaves_nothing(
    article: Article,
) -> None:
    client = Client()
    read(client, page(article))
    assert set(client.cookies) == {"csrf"}, "which every page with a form has always set"
    assert not Visit.objects.exists()
    read(client, page(article))
    row = Visit.objects.get()
    assert row.customer is None
    assert len(row.browser) == 64
    assert client.cookies["csrf"].value not in row.browser


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
        {"User-Agent": "curl/8.5"},
        {"User-Agent": "facebookexternalhit/1.1"},
        {"User-Agent": ""},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"X-Moz": "prefetch"},
    ],
)
def test_robots_and_pages_fetched_ahead_are_no_readers(
    browser: Browser, article: Article, headers: dict[str, str]
) -> None:
    client = browser(make_customer(login=True))
    read(client, page(article), **headers)
    search(client, "poles", **headers)
    assert not Visit.objects.exists()


def test_staff_who_look_and_whoever_asks_for_the_head_only_are_no_readers(
    browser: Browser, article: Article
) -> None:
    read(browser(make_agent()), page(article))
    browser(make_customer(login=True)).head(page(article), headers=READS)
    assert not Visit.objects.exists()


def test_a_telephone_that_is_called_like_a_robot_is_none(
    browser: Browser, article: Article
) -> None:
    read(browser(make_visitor()), page(article), **{"User-Agent": "Mozilla/5.0 (CUBOT X18)"})
    assert Visit.objects.count() == 1


# --- how often -------------------------------------------------------------------------------------


def test_an_article_read_again_within_half_an_hour_is_one_row(
    browser: Browser, article: Article
) -> None:
    ann = make_customer(login=True)
    client, other = browser(ann), make_article("Another")
    for _again in range(3):
        read(client, page(article))
    read(client, page(other))
    assert seen(customer=ann) == ["Mend a pole", "Another"]
    with clock.at(timezone.now() + timedelta(minutes=31)):
        read(client, page(article))
    assert len(seen(customer=ann)) == 3


def test_what_somebody_types_is_one_search(browser: Browser) -> None:
    ann = make_customer(login=True)
    client = browser(ann)
    for words in ("te", "tent", "Tent pole", "tent po", "tent pole"):
        search(client, words, **{"HX-Request": "true"})
    search(client, "shipping")
    assert seen(customer=ann) == ["tent pole", "shipping"]


def test_of_the_words_two_hundred_characters_are_kept_and_nothing_breaks(
    browser: Browser,
) -> None:
    client = browser(make_customer(login=True))
    search(client, "🏕" * 2000)
    assert Visit.objects.get().words == "🏕" * 200
    search(client, "   ")
    search(client, "")
    assert client.get("/help/search/?q=a%00b", headers=READS).status_code == 400
    assert Visit.objects.count() == 1


def test_a_flood_leaves_so_many_rows_a_day_and_every_page(
    browser: Browser, article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visits, "OF_A_CUSTOMER", parse("3/day"))
    ann, bob = make_customer(login=True), make_customer(login=True)
    client = browser(ann)
    for number in range(6):
        search(client, f"{number} poles")
    read(client, page(article))
    assert Visit.objects.filter(customer=ann).count() == 3
    read(browser(bob), page(article))
    assert Visit.objects.filter(customer=bob).count() == 1


def test_who_says_to_be_a_new_browser_each_time_is_bounded_by_their_network(
    article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visits, "OF_A_NETWORK", parse("3/day"))
    for number in range(6):
        client = Client()
        client.cookies["csrf"] = f"{number}" * 32
        read(client, page(article))
    assert Visit.objects.count() == 3


def test_the_page_costs_no_statement_more_until_it_has_left(
    browser: Browser, article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser(make_customer(login=True))
    kept: list[int] = []
    queries = CaptureQueriesContext(connection)
    monkeypatch.setattr(told, "_listeners", [lambda *_told: kept.append(len(queries))])
    with queries:
        read(client, page(article))
    assert kept == [len(queries)], "it is told when all of the page is done"


def test_a_visit_that_cannot_be_kept_harms_no_page_and_the_log_has_no_words(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(*_told: object) -> None:
        raise RuntimeError("canary-words")

    monkeypatch.setattr(told, "_listeners", [breaks])
    with caplog.at_level(logging.WARNING):
        search(browser(make_customer(login=True)), "canary-words")
    assert "RuntimeError" in caplog.text
    assert "canary" not in "".join(
        record.getMessage() for record in caplog.records if record.name == "knowledgebase.visits"
    )


# --- whose it becomes ------------------------------------------------------------------------------


def test_what_was_read_before_the_first_words_is_whose_words_they_are(article: Article) -> None:
    client, other = Client(), Client()
    for each in (client, other):
        each.get("/help/")  # as every browser comes to its cookie
        read(each, page(article))
    assert client.post("/ask/", {"body": "My pole snapped."}).status_code == 302
    ticket = Ticket.objects.get()
    assert seen(customer=ticket.customer) == ["Mend a pole"]
    assert Visit.objects.filter(customer=None).count() == 1, "the other reader stays unknown"


def test_what_the_browser_read_days_ago_may_be_somebody_elses(article: Article) -> None:
    client = Client()
    client.get("/help/")
    with clock.at(timezone.now() - timedelta(days=2)):
        read(client, page(article))
    client.post("/ask/", {"body": "My pole snapped."})
    assert Visit.objects.get().customer is None


def test_who_logs_in_brings_along_what_they_read_unknown(article: Article) -> None:
    user = make_user(password=PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    client = Client()
    client.get("/help/")
    read(client, page(article))
    sent = {"login": user.email, "password": PASSWORD}
    assert client.post("/account/login/", sent).status_code == 302
    assert seen(customer=Customer.objects.get(user=user)) == ["Mend a pole"]


def test_when_a_visitor_joins_an_account_what_they_read_is_the_accounts(article: Article) -> None:
    visitor, user = make_visitor(), make_user()
    actor = Actor.of_customer(visitor)
    actions.note_visit(actor=actor, article=article.pk)
    owner = actions.join_account(actor=actor, user=user, visitor=visitor)
    assert seen(customer=owner) == ["Mend a pole"]
    late = actions.note_visit(actor=actor, words="poles", hits=1)  # as one on its way
    assert late is not None
    assert late.customer_id == owner.pk


def test_customers_who_are_merged_keep_each_what_they_read(article: Article) -> None:
    ann, bob, agent = make_customer(), make_customer(), Actor.agent(make_agent())
    actions.note_visit(actor=Actor.of_customer(ann), article=article.pk)
    actions.merge_customers(actor=agent, customer=ann, into=bob)
    assert (len(seen(customer=ann)), len(seen(customer=bob))) == (1, 0)
    actions.part_customers(actor=agent, customer=ann)
    assert (len(seen(customer=ann)), len(seen(customer=bob))) == (1, 0)


# --- how long --------------------------------------------------------------------------------------


def test_visits_are_deleted_after_the_days_that_an_admin_sets(article: Article) -> None:
    actor = Actor.of_customer(make_customer())
    for days in (1, 8):
        with clock.at(timezone.now() - timedelta(days=days)):
            actions.note_visit(actor=actor, article=article.pk)
    tasks.clean_up()
    assert Visit.objects.count() == 2
    SiteSettings.objects.update(visit_days=7)
    tasks.clean_up()
    assert Visit.objects.get().at > timezone.now() - timedelta(days=2)


def test_where_an_admin_says_nought_nothing_is_kept_at_all(
    browser: Browser, article: Article
) -> None:
    client = browser(make_customer(login=True))
    read(client, page(article))
    SiteSettings.objects.update(visit_days=0)
    search(client, "poles")
    tasks.clean_up()
    assert not Visit.objects.exists()


@pytest.mark.parametrize(
    "row",
    [
        {"browser": "b", "words": "poles"},
        {"browser": "", "words": "poles", "hits": 1},
        {"browser": "b"},
        {"browser": "b", "hits": 1},
    ],
)
def test_the_database_refuses_half_a_visit(row: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Visit.objects.create(**row)


@real_transactions
def test_an_article_opened_in_many_tabs_at_once_is_one_row() -> None:
    article, ann = make_article(), make_customer()
    actor = Actor.of_customer(ann)
    done = together(
        6,
        lambda place: actions.note_visit(
            actor=actor if place < 3 else Actor.nobody(),
            browser="" if place < 3 else "b" * 64,
            article=article.pk,
        ),
    )
    assert not [one for one in done if isinstance(one, Exception)]
    assert sorted(str(one.customer_id or "") for one in Visit.objects.all()) == ["", str(ann.pk)]


def test_a_conversation_that_is_given_to_whose_address_it_is_takes_what_was_read_before_it(
    article: Article,
) -> None:
    visitor = make_visitor()
    actor = Actor.of_customer(visitor)
    actions.note_visit(actor=actor, article=article.pk)
    ticket = make_ticket(customer=visitor)
    actions.leave_email(actor=actor, ticket=ticket, email="ines@walkers.example")
    claim, _code = actions.make_claim(actor=actor, ticket=ticket)
    owner = actions.confirm_claim(actor=Actor.nobody(), claim=claim)
    assert owner.pk != visitor.pk
    assert seen(customer=owner) == ["Mend a pole"]
