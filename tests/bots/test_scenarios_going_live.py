"""Before a change goes live, what it would break is shown; it may go live anyway, on record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from bots.models import (
    AssistantSettings,
    Detector,
    Scenario,
    ScenarioResult,
    ScenarioRun,
    TurnVectors,
)
from bots.scenarios import drafts, playing
from bots.understanding import installed
from knowledgebase import embeddings, search
from knowledgebase.embeddings import EncoderUnavailable
from knowledgebase.models import Article
from tests.bots import meanings
from tests.bots.scenario_world import ZIP, keep, rule, turn, two_that_pass, write
from tests.factories import make_admin
from tests.tickets.admin.conftest import sent_by, url_of
from tests.tickets.admin.rules import as_shown
from tickets import rules
from tickets.models import EscalationRule, Event, User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _an_encoder_that_knows_topics(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.STAFF_NEED_SECOND_FACTOR = False
    meanings.instead_of_the_model(monkeypatch)


@pytest.fixture
def ada() -> User:
    return make_admin("Ada")


@pytest.fixture
def admin(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


@pytest.fixture
def zips() -> Article:
    article = write()
    two_that_pass(article)
    return article


def shown(page: Any) -> list[str]:
    """The scenarios on the page that says what would break."""
    assert page.status_code == 409, page.status_code
    return [one.name for one in page.context["results"]]


def again(page: Any, button: str) -> dict[str, Any]:
    """What the page sends when one of its buttons is pressed."""
    sent: dict[str, Any] = {}
    for name, value in page.context["sent"]:
        sent.setdefault(name, []).append(value)
    value = page.context["run"].pk if button == page.context["anyway"] else "1"
    return {**sent, button: value}


def said(answer: Any) -> str:
    """The first message that the next page shows."""
    return str(next(iter(get_messages(answer.wsgi_request))))


def press_anyway(admin: Client, page: Any) -> Any:
    return admin.post(page.request["PATH_INFO"], again(page, page.context["anyway"]))


def published(subject: str) -> list[Event]:
    found = Event.objects.filter(subject=subject, data__has_key="published_anyway")
    return list(found.order_by("pk"))


def test_settings_that_break_nothing_are_saved_as_before(admin: Client, zips: Article) -> None:
    url = url_of(AssistantSettings.load())
    answer = admin.post(url, {**sent_by(admin.get(url)), "greeting": "Good day."})
    assert answer.status_code == 302
    assert AssistantSettings.load().greeting == "Good day."
    assert not ScenarioRun.objects.exists()
    assert said(answer) == "Saved."


def test_a_threshold_that_breaks_is_shown_first_turn_by_turn_and_nothing_is_saved(
    admin: Client, zips: Article
) -> None:
    url = url_of(AssistantSettings.load())
    page = admin.post(url, {**sent_by(admin.get(url)), "answer_threshold": "1.0"})
    assert shown(page) == ["Zip"]
    assert ZIP in page.text
    assert "answered from “How do I mend the zip of my tent?”" in page.text
    assert AssistantSettings.load().answer_threshold < 1
    assert not Event.objects.filter(subject="bots.assistantsettings").exists()
    run = ScenarioRun.objects.get()
    assert (run.against, run.wanted, run.checked, run.broken) == ("settings", 2, 2, 1)


def test_back_shows_the_form_as_it_was_written_and_saves_nothing(
    admin: Client, zips: Article
) -> None:
    url = url_of(AssistantSettings.load())
    page = admin.post(url, {**sent_by(admin.get(url)), "answer_threshold": "1.0"})
    back = admin.post(url, again(page, page.context["back_to_form"]))
    assert back.status_code == 200
    assert "Nothing was saved. This is your change as you wrote it." in back.text
    assert back.context["adminform"].form["answer_threshold"].value() == "1.0"
    assert AssistantSettings.load().answer_threshold < 1


def test_published_anyway_is_saved_and_says_who_what_and_which_broke(
    admin: Client, ada: User, zips: Article
) -> None:
    url = url_of(AssistantSettings.load())
    page = admin.post(url, {**sent_by(admin.get(url)), "answer_threshold": "1.0"})
    assert press_anyway(admin, page).status_code == 302
    assert AssistantSettings.load().answer_threshold == 1
    (event,) = published("bots.assistantsettings")
    assert event.actor_user == ada
    (line,) = event.data["published_anyway"]
    assert line.startswith("Zip: It must be answered from")
    run = ScenarioRun.objects.get()
    assert (run.published_by, run.published_at is not None) == (ada, True)
    history = admin.get(url_of(AssistantSettings.load(), "history"))
    assert "Published although these scenarios break" in history.text


def test_only_the_very_draft_that_was_seen_and_by_whoever_saw_it_goes_live_anyway(
    admin: Client, zips: Article
) -> None:
    url = url_of(AssistantSettings.load())
    page = admin.post(url, {**sent_by(admin.get(url)), "answer_threshold": "1.0"})
    sent = again(page, page.context["anyway"])
    other = admin.post(url, {**sent, "answer_threshold": "0.999"})
    assert shown(other) == ["Zip"]
    somebody = Client()
    somebody.force_login(make_admin("Bo"))
    assert shown(somebody.post(url, sent)) == ["Zip"]
    for number in ("99999", "x", "²", "9" * 400):
        assert shown(admin.post(url, {**sent, "_publish_anyway": number})) == ["Zip"]
    assert AssistantSettings.load().answer_threshold < 1


def test_of_two_admins_who_publish_at_once_the_second_is_told(admin: Client, zips: Article) -> None:
    url = url_of(AssistantSettings.load())
    sent = {**sent_by(admin.get(url)), "answer_threshold": "1.0"}
    page = admin.post(url, sent)
    somebody = Client()
    somebody.force_login(make_admin("Bo"))
    press_anyway(somebody, somebody.post(url, sent))
    late = press_anyway(admin, page)
    assert late.status_code == 200
    assert "Bo changed this at" in late.text
    assert len(published("bots.assistantsettings")) == 1


def test_without_the_encoder_it_is_saved_and_said_that_nothing_was_played(
    admin: Client, zips: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_given: Any, **_how: Any) -> Any:
        raise EncoderUnavailable("it sleeps")

    monkeypatch.setattr(embeddings, "encode", fails)
    url = url_of(AssistantSettings.load())
    answer = admin.post(url, {**sent_by(admin.get(url)), "answer_threshold": "1.0"})
    assert answer.status_code == 302
    assert AssistantSettings.load().answer_threshold == 1
    assert "the language model does not answer" in said(answer)
    assert not published("bots.assistantsettings")


def test_a_check_that_ran_out_of_time_says_so_and_blocks_nothing(
    admin: Client, zips: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "SECONDS", 0.0)
    url = url_of(AssistantSettings.load())
    answer = admin.post(url, {**sent_by(admin.get(url)), "answer_threshold": "1.0"})
    assert answer.status_code == 302
    assert "Only 0 of 2 scenarios" in said(answer)


def test_what_is_broken_already_does_not_hold_up_a_change(admin: Client, zips: Article) -> None:
    Scenario.objects.filter(name="Person").delete()
    keep(turn(ZIP, "asked_back"), name="Broken already")
    url = url_of(AssistantSettings.load())
    page = admin.post(url, {**sent_by(admin.get(url)), "answer_threshold": "1.0"})
    assert shown(page) == ["Zip"]


def test_a_rule_that_is_switched_off_moved_or_changed_is_looked_at_first(
    admin: Client, zips: Article
) -> None:
    person = rule("asks-for-a-person")
    url = reverse("admin:tickets_escalationrule_act", args=[person.pk, "off"])
    page = admin.post(url)
    assert shown(page) == ["Person"]
    assert EscalationRule.objects.get(pk=person.pk).active
    assert press_anyway(admin, page).status_code == 302
    assert not EscalationRule.objects.get(pk=person.pk).active
    assert len(published("tickets.escalationrule")) == 1
    assert admin.post(url.replace("/off/", "/on/")).status_code == 302
    first = EscalationRule.objects.create(
        name="Agents first",
        sentence="-",
        position=person.position + 1,
        conditions=[{"field": "text", "op": "contains", "value": "agemt"}],
        actions={"hand_over": {}},
    )
    page = admin.post(reverse("admin:tickets_escalationrule_act", args=[first.pk, "up"]))
    assert shown(page) == ["Person"]
    assert rules.active_rules().index(person) < rules.active_rules().index(first)
    form = url_of(person)
    sent = as_shown(admin.get(form))
    del sent["hand_over"]
    page = admin.post(form, {**sent, "flag": "Look at it"})
    assert shown(page) == ["Person"]
    back = admin.post(form, again(page, page.context["back_to_form"]))
    assert back.status_code == 200
    assert rule("asks-for-a-person").version == person.version


def test_a_new_rule_before_all_others_and_one_that_is_deleted_are_looked_at(
    admin: Client, zips: Article
) -> None:
    own = EscalationRule.objects.create(
        name="Kayaks",
        sentence="-",
        position=900,
        conditions=[{"field": "text", "op": "contains", "value": "kayaks"}],
        actions={"hand_over": {}},
        reason="rule",
    )
    keep(turn("Do you sell kayaks?", "handed_over", rule=own), name="Kayaks")
    url = reverse("admin:tickets_escalationrule_delete", args=[own.pk])
    page = admin.post(url, {"post": "yes"})
    assert shown(page) == ["Kayaks"]
    assert press_anyway(admin, page).status_code == 302
    assert not EscalationRule.objects.filter(pk=own.pk).exists()
    (went,) = playing.run(playing.loaded(Scenario.objects.filter(name="Kayaks"))).went
    assert "was deleted" in went.broken


def test_a_detector_that_no_longer_notices_is_looked_at_first(admin: Client, zips: Article) -> None:
    keep(turn("I will sue you in court", "handed_over", reason="sensitive"), name="Court")
    detector = Detector.objects.get(slug="legal")
    url = url_of(detector)
    sent = sent_by(admin.get(url))
    before = installed.detectors()
    page = admin.post(url, {**sent, "examples-0-text": "I will sue you in court", "active": ""})
    assert "Court" in shown(page)
    assert installed.detectors() is before
    assert not detector.examples.exists()
    denied = {**sent, "examples-0-text": "I will sue you in court", "examples-0-positive": ""}
    assert "Court" in shown(admin.post(url, denied))
    assert press_anyway(admin, admin.post(url, denied)).status_code == 302
    assert detector.examples.get().positive is False


def test_publishing_and_taking_away_an_article_is_looked_at_first_and_nothing_leaks(
    admin: Client, zips: Article
) -> None:
    for button in ("unpublish", "archive"):
        url = reverse("admin:knowledgebase_article_button", args=[zips.pk, button])
        page = admin.post(url)
        assert shown(page) == ["Zip"]
        (vector,) = meanings.encode([ZIP])
        assert search.search(ZIP, vector=vector).hits
        assert Article.objects.get(pk=zips.pk).state == "published"
    assert press_anyway(admin, page).status_code == 302
    assert Article.objects.get(pk=zips.pk).state == "archived"
    assert len(published("knowledgebase.article")) == 1


def test_save_and_publish_plays_the_words_of_the_form_and_a_draft_is_saved_as_before(
    admin: Client, zips: Article
) -> None:
    url = url_of(zips)
    sent = {
        **sent_by(admin.get(url)),
        "title": "Kayaks",
        "body": "We sell kayaks.",
        "questions": "",
    }
    page = admin.post(url, {**sent, "knowledgebase_article_save_and_publish": "1"})
    assert shown(page) == ["Zip"]
    assert zips.versions.count() == 1
    assert admin.post(url, sent).status_code == 302
    assert zips.versions.count() == 2
    button = reverse("admin:knowledgebase_article_button", args=[zips.pk, "publish"])
    page = admin.post(button)
    assert shown(page) == ["Zip"]
    assert press_anyway(admin, page).status_code == 302
    public = Article.objects.filter(pk=zips.pk).values_list("published__title", flat=True)
    assert list(public) == ["Kayaks"]


def test_what_is_drafted_is_in_the_play_and_nowhere_else_while_it_is_played(
    zips: Article,
) -> None:
    strict = AssistantSettings.load()
    strict.answer_threshold = 1.0
    seen: list[tuple[float, int, bool]] = []

    @contextmanager
    def watching() -> Iterator[None]:
        """What whoever asks at this moment gets."""
        active = rules.active_rules()
        detectors = installed.detectors()
        known = "legal" in detectors.by_slug
        seen.append((AssistantSettings.load().answer_threshold, len(active), known))
        yield

    now = (AssistantSettings.load().answer_threshold, len(rules.active_rules()), True)
    legal = Detector.objects.get(slug="legal")
    for setup in (
        drafts.with_settings(strict),
        drafts.with_rules([]),
        drafts.with_detector(legal, (), (), gone=True),
    ):
        drafts.would_break(replace(setup, articles=watching))
    assert len(seen) == 3
    assert set(seen) == {now}


def test_everything_stays_as_it_was_after_a_check(admin: Client, zips: Article) -> None:
    url = url_of(AssistantSettings.load())
    admin.post(url, {**sent_by(admin.get(url)), "answer_threshold": "1.0"})
    assert TurnVectors.objects.count() == 2
    assert [one.name for one in ScenarioResult.objects.all()] == ["Zip"]
    assert not playing.run(playing.active()).broken
