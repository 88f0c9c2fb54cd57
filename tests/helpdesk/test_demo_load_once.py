"""The demo company is loaded once, whole or not at all, and never beside real customers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection
from pytest_django import DjangoAssertNumQueries
from rich.progress import Progress

from helpdesk.demo import load, load_content, load_index, load_story
from helpdesk.demo.processes import ROOT, Program
from knowledgebase.models import Article, Category, Embedding
from knowledgebase.search import search
from tests.factories import make_article, make_ticket
from tests.tickets.parallel import real_transactions
from tickets.models import Customer, Event, Message, Organization, Team, Ticket, User


def counted() -> list[int]:
    models = (Article, Category, Customer, Event, Message, Organization, Team, Ticket, User)
    return [model._default_manager.count() for model in models]


@pytest.fixture
def _few_conversations(monkeypatch: pytest.MonkeyPatch) -> None:
    """One by the API and one that waits are among them."""
    content = load_content.read()
    told = content.conversations
    few = [next(one for one in told if one["channel"] == "api"), *told[-16:]]
    assert {"queue", "agent"} <= {one["state"] for one in few}
    here = {one.get("customer") for one in few}
    customers = [one for one in content.company["customers"] if one["email"] in here]
    company = {**content.company, "customers": customers}
    of_others = ("tickets", "customers", "whispers", "approvals", "sittings")
    desk = {**content.desk, **{part: [] for part in of_others}}
    few_ones = replace(content, company=company, conversations=few, desk=desk)
    monkeypatch.setattr(load_content, "read", lambda: few_ones)


@pytest.mark.usefixtures("_few_conversations")
@pytest.mark.django_db
def test_loading_again_changes_nothing() -> None:
    assert load.fill()
    first = counted()
    newest = Event.objects.latest("pk")
    assert not load.fill()
    assert counted() == first
    assert Event.objects.latest("pk") == newest


@pytest.mark.usefixtures("_few_conversations")
@pytest.mark.django_db
def test_a_process_that_dies_in_the_middle_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class KilledError(BaseException):
        pass

    def die(**arguments: object) -> None:
        assert Ticket.objects.exists()
        raise KilledError

    before = counted()
    with monkeypatch.context() as patch:
        patch.setattr(load_story, "reply_asking", die)
        with pytest.raises(KilledError):
            load.fill()
    assert counted() == before
    assert Team.objects.get().slug == "support"
    assert load.fill()


@pytest.mark.django_db
def test_an_installation_with_customers_of_its_own_is_left_alone() -> None:
    make_ticket()
    before = counted()
    assert not load.fill()
    assert counted() == before


@pytest.mark.usefixtures("_few_conversations")
@pytest.mark.django_db
def test_a_conversation_that_does_not_end_as_its_file_says_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = next(told for told in load_content.read().conversations if told["state"] == "queue")
    monkeypatch.setitem(told, "state", "agent")
    with pytest.raises(ValueError, match="ends as queue"):
        load.fill()
    assert not Customer.objects.exists()


@pytest.mark.django_db
def test_nothing_is_started_when_no_article_is_due(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(subprocess, "Popen", None)
    with Progress(disable=True) as progress, django_assert_num_queries(2):
        assert load_index.index(progress)
        assert not progress.tasks


@pytest.mark.django_db
def test_where_the_encoder_fails_the_articles_stay_due(monkeypatch: pytest.MonkeyPatch) -> None:
    make_article()
    monkeypatch.setattr(load_index, "PROGRAM", Program("index", ("no_such_module",)))
    with Progress(disable=True) as progress:
        assert not load_index.index(progress)
        assert "1 to follow" in progress.tasks[0].description
    assert load_index.due() == 1


@pytest.fixture
def database_url(transactional_db: None) -> str:
    """Where another process finds the database of the tests."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))


@pytest.mark.model
@real_transactions
def test_articles_are_indexed_by_a_process_of_its_own(
    monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    article = make_article("Mend a pole")
    with Progress(disable=True) as progress:
        done = load_index.index(progress)
        log = Path(settings.DATA_DIR, "log", "index.log").read_text()
        assert done, log
        assert progress.finished
    assert Embedding.objects.filter(passage__article=article).exists()
    assert load_index.due() == 0


@pytest.mark.model
@real_transactions
def test_a_killed_reindex_leaves_every_article_searchable(
    monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    """The old vectors serve until an article's new ones are there, and the next run goes on."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    articles = [make_article(f"Mend a pole of {number} parts") for number in range(30)]
    with Progress(disable=True) as progress:
        assert load_index.index(progress)
    first = set(Embedding.objects.values_list("pk", flat=True))
    with subprocess.Popen(
        [sys.executable, "manage.py", "reindex", "--all"],
        cwd=ROOT,
        env={**os.environ, "ENCODER": "local"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as reindex:
        while not Embedding.objects.exclude(pk__in=first).exists():
            assert reindex.poll() is None
        reindex.kill()
    assert reindex.returncode == -signal.SIGKILL
    assert Embedding.objects.filter(pk__in=first).exists(), "in the middle of it"
    assert load_index.due() == 0
    assert not load_index.is_wanted()
    found = search("mend a pole", limit=30, vector=Embedding.objects.earliest("pk").vector)
    assert found.by_meaning
    assert {hit.article_id for hit in found.hits} == {article.pk for article in articles}


@pytest.mark.model
@real_transactions
def test_what_a_killed_first_start_left_is_found_by_words_and_wanted(
    monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    for number in range(30):
        make_article(f"Mend a pole of {number} parts")
    with subprocess.Popen(
        [sys.executable, "-m", *load_index.PROGRAM.arguments],
        cwd=ROOT,
        env={**os.environ, **load_index.PROGRAM.environment},
        stdout=subprocess.DEVNULL,
    ) as indexer:
        while not Embedding.objects.exists():
            assert indexer.poll() is None
        indexer.kill()
    assert 0 < load_index.due() < 30
    assert load_index.is_wanted()
    with Progress(disable=True) as progress:
        load_index.index(progress)
    assert load_index.due() <= 1, "all but the one that the killed process had claimed"
