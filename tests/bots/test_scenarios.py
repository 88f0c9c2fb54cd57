"""A scenario is played as it would be live, and compared turn by turn; nothing of a draft stays."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from bots import actions
from bots.models import (
    AssistantSettings,
    Scenario,
    ScenarioResult,
    ScenarioRun,
    ScenarioTurn,
    TurnVectors,
)
from bots.models.scenarios import MOST_TURNS
from bots.rehearsal import Setup
from bots.scenarios import encoding, playing
from knowledgebase import actions as articles
from knowledgebase import drafts, embeddings, search
from knowledgebase.embeddings import EncoderUnavailable
from knowledgebase.models import Article, Embedding, Passage
from tests.bots import meanings
from tests.bots.scenario_world import ZIP, keep, rule, turn, write
from tests.factories import make_agent, make_lead
from tickets.actions import ActionError, NotAllowed
from tickets.actors import Actor
from tickets.intake.text import TextError
from tickets.models import EscalationRule, Event, Reading, RuleFiring, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _an_encoder_that_knows_topics(monkeypatch: pytest.MonkeyPatch) -> None:
    meanings.instead_of_the_model(monkeypatch)


@pytest.fixture
def zips() -> Article:
    return write()


def broken(setup: Setup | None = None) -> dict[str, str]:
    gone = playing.run(playing.active(), setup)
    assert gone.is_complete
    return {one.scenario.name: one.broken for one in gone.broken}


def test_each_outcome_is_met_where_it_comes_and_broken_where_another_does(zips: Article) -> None:
    person = rule("asks-for-a-person")
    keep(turn(ZIP, "answered", article=zips), turn("agemt pls", "handed_over", rule=person))
    keep(turn("hi", "replied"), turn("Do you sell kayaks?", "asked_back"), name="Talk")
    keep(turn("agemt pls", "handed_over", reason="asked"), name="By its reason")
    keep(turn("Do you sell kayaks?", "not_answered"), name="No answer")
    assert broken() == {}
    keep(turn(ZIP, "not_answered"), name="Never")
    keep(turn("agemt pls", "handed_over", rule=rule("upset")), name="Another rule")
    keep(turn("agemt pls", "handed_over", reason="anger"), name="Another reason")
    keep(turn(ZIP, "offered", article=zips), name="Offered")
    found = broken()
    assert set(found) == {"Never", "Another rule", "Another reason", "Offered"}
    assert "answered from “How do I mend the zip of my tent?”" in found["Never"]
    assert "handed over by the rule “Asks for a person”" in found["Another rule"]


def test_what_follows_a_hand_over_that_was_not_expected_is_not_reached(zips: Article) -> None:
    keep(turn("agemt pls", "not_answered"), turn(ZIP, "answered", article=zips))
    (went,) = playing.run(playing.active()).went
    assert [bool(one.broken) for one in went.turns] == [False, True]
    assert "not reached" in went.turns[1].came


def test_a_run_leaves_nothing_but_what_the_encoder_made(zips: Article) -> None:
    keep(turn(ZIP, "answered", article=zips))
    before = Event.objects.count()
    broken()
    assert Event.objects.count() == before
    assert not any(model.objects.exists() for model in (Ticket, Reading, RuleFiring, ScenarioRun))
    assert TurnVectors.objects.count() == 1


def test_a_turn_is_encoded_once_and_again_when_its_words_change(
    zips: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(turn(ZIP, "answered", article=zips), turn("My stove is loud. Why?", "not_answered"))
    first = playing.run(playing.active()).went[0].turns
    monkeypatch.setattr(embeddings, "encode", _nobody_there)
    assert playing.run(playing.active()).went[0].turns == first
    ScenarioTurn.objects.filter(position=1).update(text="Another zip?")
    with pytest.raises(EncoderUnavailable):
        playing.run(playing.active())


def test_without_the_encoder_it_says_so_rather_than_calling_everything_broken(
    zips: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(turn(ZIP, "answered", article=zips))
    monkeypatch.setattr(embeddings, "encode", _nobody_there)
    with pytest.raises(EncoderUnavailable):
        playing.run(playing.active())
    with pytest.raises(CommandError, match="without the encoder"):
        call_command("scenarios", stdout=StringIO())
    assert not ScenarioRun.objects.exists()


def _nobody_there(*_given: Any, **_how: Any) -> Any:
    raise EncoderUnavailable("it sleeps")


def test_a_draft_of_the_settings_and_of_a_rule_counts_in_its_play_only(zips: Article) -> None:
    keep(turn(ZIP, "answered", article=zips), name="Zip")
    keep(turn("agemt pls", "handed_over", rule=rule("asks-for-a-person")), name="Person")
    now = Setup.now()
    strict = AssistantSettings.load()
    strict.answer_threshold = 1.0
    assert set(broken(replace(now, settings=strict))) == {"Zip"}
    without = [one for one in now.rules if one.shipped_key != "asks-for-a-person"]
    assert set(broken(replace(now, rules=without))) == {"Person"}
    assert broken() == {}


def test_a_draft_of_an_article_is_played_without_the_encoder_and_taken_back(
    zips: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(turn(ZIP, "answered", article=zips), name="Zip")
    assert broken() == {}
    version = zips.versions.model(article=zips, title="Kayaks", body="We sell kayaks.")
    draft = drafts.read(version)
    inside = {"asked": 0}

    def encode(*given: Any, **how: Any) -> Any:
        inside["asked"] += len(connection.savepoint_ids) > 1
        return meanings.encode(*given, **how)

    monkeypatch.setattr(embeddings, "encode", encode)
    TurnVectors.objects.all().delete()
    now = Setup.now()
    rows = (Passage.objects.count(), Embedding.objects.count(), zips.versions.count())
    assert set(broken(replace(now, articles=partial(drafts.as_published, draft)))) == {"Zip"}
    assert set(broken(replace(now, articles=partial(drafts.as_hidden, zips)))) == {"Zip"}
    assert inside["asked"] == 0
    assert broken() == {}
    assert (Passage.objects.count(), Embedding.objects.count(), zips.versions.count()) == rows
    (vector,) = meanings.encode([ZIP])
    assert search.search(ZIP, vector=vector).hits[0].article_id == zips.pk


def test_what_a_scenario_names_and_is_gone_breaks_it_and_says_so(zips: Article) -> None:
    own = EscalationRule.objects.create(
        name="Kayaks",
        sentence="-",
        position=1,
        conditions=[{"field": "text", "op": "contains", "value": "kayaks"}],
        actions={"hand_over": {}},
    )
    keep(turn("Do you sell kayaks?", "handed_over", rule=own), name="Rule")
    keep(turn(ZIP, "answered", article=zips), name="Article")
    assert broken() == {}
    own.delete()
    articles.unpublish_article(actor=None, article=zips)
    found = broken()
    assert "The rule “Kayaks” was deleted." in found["Rule"]
    assert "is not public" in found["Article"]
    Article.objects.filter(pk=zips.pk).delete()
    assert "was deleted" in broken()["Article"]


def test_a_scenario_refuses_what_makes_no_sense(zips: Article) -> None:
    said = turn("Hi?", "not_answered")
    with pytest.raises(ActionError, match="at least one turn"):
        keep()
    with pytest.raises(ActionError, match="at most 40 turns"):
        keep(*[said] * 300)
    with pytest.raises(ActionError, match="no turn can follow"):
        keep(turn("agemt", "handed_over", reason="asked"), said)
    with pytest.raises(TextError):
        keep(turn("\x00", "not_answered"))
    with pytest.raises(TextError):
        keep(turn("x" * 6_000, "not_answered"))
    for user in (make_agent(), None):
        with pytest.raises(NotAllowed):
            actions.keep_scenario(
                actor=Actor.agent(user) if user else Actor.nobody(),
                scenario=Scenario(name="Mine"),
                turns=[said],
            )
    assert not Scenario.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    "stored",
    [
        {"expected": "answered"},
        {"expected": "handed_over"},
        {"expected": "task"},
        {"expected": "asked_back", "reason": "asked"},
        {"expected": "asked_back", "article_name": "Zip"},
        {"expected": "asked_back", "task_key": "refund"},
        {"expected": "replied", "position": MOST_TURNS + 1},
        {"expected": "replied", "text": ""},
        {"expected": "anything"},
    ],
)
def test_the_database_refuses_an_outcome_without_what_it_needs(stored: dict[str, Any]) -> None:
    scenario = Scenario.objects.create(name="Stored")
    with pytest.raises(IntegrityError), transaction.atomic():
        ScenarioTurn.objects.create(
            **{"scenario": scenario, "position": 1, "text": "Hi?", **stored}
        )


def test_a_kept_scenario_is_on_record_and_its_name_is_its_own() -> None:
    lead = make_lead("Priya")
    for _time in range(2):
        kept = actions.keep_scenario(
            actor=Actor.agent(lead),
            scenario=Scenario(name="Twins"),
            turns=[turn("Hi\x00 there?", "not_answered")],
        )
    assert kept.name == "Twins (2)"
    assert kept.turns.get().text == "Hi there?"
    event = Event.objects.latest("pk")
    assert (event.kind, event.actor_user, event.data["name"]) == (
        "setting.added",
        lead,
        "Twins (2)",
    )
    assert event.data["changes"]["turns"][1] == ["1. Hi there?: not answered"]


def test_an_emoji_two_thousand_times_and_as_many_marks_as_nobody_writes_are_played() -> None:
    keep(turn("🏔️" * 2_000, "not_answered"), name="Emoji")
    keep(turn("a" + "\u0301" * 2_000, "not_answered"), name="Marks")
    assert broken() == {}
    assert broken() == {}  # and again from what was kept


def test_the_time_that_a_run_has_is_kept_and_it_says_what_is_left(
    zips: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        keep(turn(ZIP, "answered", article=zips), name=f"Zip {number}")
    gone = playing.run(playing.active(), seconds=0)
    assert (gone.wanted, len(gone.went), gone.is_complete) == (5, 0, False)


def test_loading_scenarios_takes_as_many_queries_for_ten_as_for_one(zips: Article) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            for one in playing.active():
                assert [each.article and each.rule for each in one.turns.all()]
        return len(captured)

    keep(turn(ZIP, "answered", article=zips))
    one = queries()
    for _number in range(9):
        keep(turn(ZIP, "answered", article=zips))
    assert queries() == one


def test_the_command_tells_each_and_exits_by_what_is_broken(zips: Article) -> None:
    keep(turn(ZIP, "answered", article=zips), name="Zip")
    out = StringIO()
    call_command("scenarios", stdout=out)
    assert out.getvalue().splitlines() == ["passed  Zip", "1 scenarios, 0 broken."]
    keep(turn(ZIP, "asked_back"), name="Not so")
    off = keep(turn(ZIP, "asked_back"), name="Off", is_active=False)
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("scenarios", stdout=out)
    assert ended.value.code == 1
    assert "BROKEN  Not so\n    1. How do I mend the zip" in out.getvalue()
    assert off.name not in out.getvalue()
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("scenarios", "--json", "--name", "Off", stdout=out)
    (told,) = [json.loads(line) for line in out.getvalue().splitlines()]
    assert (told["name"], told["passed"]) == ("Off", False)
    assert told["turns"][0]["broken"]
    with pytest.raises(CommandError, match="no scenario “Nobody”"):
        call_command("scenarios", "--name", "Nobody")
    runs = list(ScenarioRun.objects.order_by("pk").values_list("wanted", "checked", "broken"))
    assert runs == [(1, 1, 0), (2, 2, 1), (1, 1, 1)]


def test_a_scenario_that_was_deleted_while_it_ran_is_told_by_its_name(zips: Article) -> None:
    kept = keep(turn(ZIP, "answered", article=zips), name="Zip")
    gone = playing.run(playing.active())
    vectors = encoding.of_turns(list(kept.turns.all()), until=float("inf"))
    assert vectors
    stale = TurnVectors(turn=kept.turns.get(), sign="x", made=b"x")
    kept.delete()
    actions.keep_vectors(actor=Actor.system(), vectors=[stale])
    run = actions.record_run(
        actor=Actor.system(),
        run=ScenarioRun(wanted=1),
        results=[
            ScenarioResult(scenario=one.scenario, name=one.scenario.name, turns=[])
            for one in gone.went
        ],
    )
    assert (run.checked, run.broken) == (1, 0)
    result = run.results.get()
    assert (result.scenario, result.name) == (None, "Zip")
