"""Scenarios in the admin: written turn by turn, run, and shown with what came of each turn."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bots.models import Scenario, ScenarioRun
from knowledgebase import embeddings
from knowledgebase.embeddings import EncoderUnavailable
from knowledgebase.models import Article
from tests.bots import meanings
from tests.bots.scenario_world import PERSON, ZIP, keep, rule, turn, two_that_pass, write
from tests.factories import make_admin
from tests.tickets.admin.conftest import errors_on, list_of, sent_by, url_of
from tickets.models import Event

pytestmark = pytest.mark.django_db

ADD = "/admin/bots/scenario/add/"
RUN = "/admin/bots/scenario/run/"


@pytest.fixture(autouse=True)
def _an_encoder_that_knows_topics(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.STAFF_NEED_SECOND_FACTOR = False
    meanings.instead_of_the_model(monkeypatch)


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(make_admin("Ada"))
    return client


@pytest.fixture
def zips() -> Article:
    return write()


def written(*turns: dict[str, Any], **about: Any) -> dict[str, Any]:
    """What a browser sends of a new scenario."""
    sent = {"name": "Zip, then a person", "is_active": "on", "is_open": "on"}
    sent |= {"channel": "portal", "tier": "standard", "identity": "unknown", **about}
    sent |= {"turns-TOTAL_FORMS": str(len(turns)), "turns-INITIAL_FORMS": "0"}
    for number, one in enumerate(turns):
        sent |= {f"turns-{number}-{name}": value for name, value in one.items()}
    return sent


def test_a_scenario_is_written_turn_by_turn_and_is_on_record(admin: Client, zips: Article) -> None:
    person = {"text": PERSON, "expected": "handed_over", "rule": rule("asks-for-a-person").pk}
    first = {"text": f" {ZIP}\r\n", "expected": "answered", "article": zips.pk, "reason": "asked"}
    answer = admin.post(ADD, written({**person, "place": "2"}, {**first, "place": "1"}))
    assert answer.status_code == 302, errors_on(answer)
    scenario = Scenario.objects.get()
    one, two = scenario.turns.order_by("position")
    assert (one.text, one.expected, one.article_name, one.reason) == (ZIP, "answered", ZIP, "")
    assert (two.text, two.rule_name) == (PERSON, "Asks for a person")
    event = Event.objects.filter(subject="bots.scenario").get()
    assert len(event.data["changes"]["turns"][1]) == 2


def test_turns_are_moved_taken_out_and_added(admin: Client, zips: Article) -> None:
    kept = keep(
        turn(ZIP, "answered", article=zips), turn("b", "asked_back"), turn("c", "not_answered")
    )
    url = url_of(kept)
    sent = sent_by(admin.get(url))
    sent |= {"turns-0-place": "9", "turns-1-DELETE": "on"}
    sent |= {"turns-3-text": "d", "turns-3-expected": "asked_back", "turns-3-place": ""}
    answer = admin.post(url, sent)
    assert answer.status_code == 302, errors_on(answer)
    assert [one.text for one in kept.turns.order_by("position")] == ["c", ZIP, "d"]
    assert [one.position for one in kept.turns.order_by("position")] == [1, 2, 3]


@pytest.mark.parametrize(
    ("turns", "problem"),
    [
        ([], "Write at least one turn"),
        ([{"text": "Hi", "expected": "answered"}], "Choose the article."),
        ([{"text": "Hi", "expected": "handed_over"}], "Choose the rule that hands over"),
        ([{"text": "Hi", "expected": "task"}], "Choose the task."),
        ([{"text": "a\x00", "expected": "asked_back"}], "Null characters are not allowed"),
        ([{"text": "\u200b", "expected": "asked_back"}], "Write a message first"),
        ([{"text": "x" * 5_001, "expected": "asked_back"}], "at most 5000 characters"),
        (
            [
                {"text": "Hi", "expected": "handed_over", "reason": "asked"},
                {"text": "Hi", "expected": "asked_back"},
            ],
            "no turn can follow",
        ),
        ([{"text": "Hi", "expected": "asked_back"}] * 300, "at most 40"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    admin: Client, turns: list[dict[str, Any]], problem: str
) -> None:
    assert problem in errors_on(admin.post(ADD, written(*turns)))
    assert not Scenario.objects.exists()


def test_run_all_shows_what_came_and_the_list_says_so(admin: Client, zips: Article) -> None:
    two_that_pass(zips)
    keep(turn(ZIP, "asked_back"), name="Not so")
    assert admin.get(RUN).status_code == 405
    page = admin.post(RUN, follow=True)
    run = ScenarioRun.objects.get()
    assert page.redirect_chain[-1][0] == url_of(run)
    assert (run.wanted, run.checked, run.broken) == (3, 3, 1)
    assert "It must be asked back, and it was answered from" in page.text
    assert page.text.index("Not so") < page.text.index("Person")  # what is broken stands first
    listed = admin.get(list_of(Scenario))
    assert listed.text.count("mark--good") == 2
    broken = admin.get(f"{list_of(Scenario)}?last=broken")
    assert [one.name for one in broken.context["cl"].result_list] == ["Not so"]


def test_one_is_run_by_itself_whether_it_counts_or_not(admin: Client, zips: Article) -> None:
    kept = keep(turn(ZIP, "answered", article=zips), is_active=False)
    admin.post(reverse("admin:bots_scenario_button", args=[kept.pk, "run"]))
    assert ScenarioRun.objects.get().checked == 1
    assert admin.post(RUN)["Location"] == list_of(Scenario)  # nothing counts


def test_without_the_encoder_a_run_says_so_and_writes_nothing(
    admin: Client, zips: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_given: Any, **_how: Any) -> Any:
        raise EncoderUnavailable("it sleeps")

    two_that_pass(zips)
    monkeypatch.setattr(embeddings, "encode", fails)
    page = admin.post(RUN, follow=True)
    assert "the language model does not answer" in page.text
    assert not ScenarioRun.objects.exists()


def test_what_the_time_of_a_request_left_is_run_by_the_next(admin: Client, zips: Article) -> None:
    two_that_pass(zips)
    run = ScenarioRun.objects.create(wanted=2)
    page = admin.get(url_of(run))
    assert "0 of 2 were run." in page.text
    admin.post(reverse("admin:bots_scenariorun_button", args=[run.pk, "go-on"]))
    run.refresh_from_db()
    assert (run.checked, run.broken) == (2, 0)
    assert "were run." not in admin.get(url_of(run)).text


def test_the_list_takes_as_many_queries_for_ten_as_for_one(admin: Client, zips: Article) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            admin.get(list_of(Scenario))
        return len(captured)

    keep(turn(ZIP, "answered", article=zips))
    admin.get(list_of(Scenario))
    one = queries()
    for number in range(9):
        keep(turn(ZIP, "answered", article=zips), name=f"Zip {number}")
    assert queries() == one


def test_a_long_scenario_with_everything_in_it_is_shown(admin: Client, zips: Article) -> None:
    kept = keep(
        *[turn("🏔️" * 2_000, "not_answered"), turn(ZIP, "answered", article=zips)],
        turn("a" * 4_000, "not_answered"),
        name="N" * 110,
    )
    assert admin.get(url_of(kept)).status_code == 200
    admin.post(RUN)
    assert admin.get(url_of(ScenarioRun.objects.get())).status_code == 200
