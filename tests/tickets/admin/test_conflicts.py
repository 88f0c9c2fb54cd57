"""Two admins with the same form open: the second is told, and overwrites nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from knowledgebase import actions as articles
from tests.factories import make_admin, make_agent, make_hours, make_team
from tests.tickets.admin.conftest import errors_on, sent_by, url_of
from tickets import actions
from tickets.actors import Actor
from tickets.models import Event, OpeningSpan, SiteSettings, User

pytestmark = pytest.mark.django_db


def test_who_saves_second_is_told_who_was_first(client: Client) -> None:
    settings = SiteSettings.load()
    opened = sent_by(client.get(url_of(settings)))
    settings.company_name = "By somebody else"
    actions.change_setting(actor=Actor.agent(make_admin("Priya")), instance=settings)

    page = client.post(url_of(settings), {**opened, "welcome": "Mine"})

    assert "Priya changed this at" in errors_on(page)
    assert "Priya changed this at" in page.content.decode()
    settings.refresh_from_db()
    assert (settings.company_name, settings.welcome) == ("By somebody else", "How can we help?")
    assert Event.objects.count() == 1


def test_trying_again_without_looking_is_refused_again(client: Client) -> None:
    settings = SiteSettings.load()
    opened = sent_by(client.get(url_of(settings)))
    SiteSettings.objects.update(company_name="By somebody else")

    first = client.post(url_of(settings), {**opened, "welcome": "Mine"})
    again = client.post(url_of(settings), {**sent_by(first), "welcome": "Mine"})

    assert "nothing was saved" in errors_on(again)
    assert not Event.objects.exists()


def test_a_form_that_does_not_say_what_it_saw_is_refused(client: Client) -> None:
    settings = SiteSettings.load()
    values = sent_by(client.get(url_of(settings)))
    del values["_version"]
    assert "nothing was saved" in errors_on(client.post(url_of(settings), values))


@pytest.mark.parametrize("what", ["span", "member"])
def test_a_list_that_somebody_else_changed_is_a_conflict_too(client: Client, what: str) -> None:
    hours, team = make_hours((0, "09:00", "17:00")), make_team()
    row: Any = hours if what == "span" else team
    opened = sent_by(client.get(url_of(row)))
    if what == "span":
        OpeningSpan.objects.update(closes="18:00")
    else:
        make_agent(teams=[team])

    page = client.post(url_of(row), {**opened, "name": "Renamed"})

    assert "nothing was saved" in errors_on(page)
    row.refresh_from_db()
    assert row.name != "Renamed"


def test_somebody_who_logs_in_meanwhile_is_no_conflict(client: Client) -> None:
    dana = make_agent("Dana")
    opened = sent_by(client.get(url_of(dana)))
    Client().force_login(dana)

    assert client.post(url_of(dana), {**opened, "name": "Dana Osei"}).status_code == 302
    dana.refresh_from_db()
    assert dana.name == "Dana Osei"
    assert dana.last_login is not None


def test_an_article_that_somebody_else_wrote_meanwhile_keeps_their_words(
    client: Client, odhran: User
) -> None:
    article = articles.save_article(actor=None, article=None, title="Poles", body="First")
    opened = sent_by(client.get(url_of(article)))
    articles.save_article(actor=odhran, article=article, title="Poles", body="Theirs")

    page = client.post(url_of(article), {**opened, "body": "Mine"})

    assert "nothing was saved" in errors_on(page)
    assert [version.body for version in article.versions.all()] == ["Theirs", "First"]


def test_what_was_removed_meanwhile_is_said_and_not_made_again(client: Client) -> None:
    team = make_team("Gear")
    opened = sent_by(client.get(url_of(team)))
    team.delete()
    url = url_of(make_team())  # any row's address, with the removed one's key
    answer = client.post(url.replace(str(_key(url)), str(_key(url) - 1)), opened, follow=True)
    assert "Perhaps it was deleted?" in answer.content.decode()
    assert not type(team).objects.filter(name="Gear").exists()


def _key(url: str) -> int:
    return int(url.strip("/").split("/")[-2])
