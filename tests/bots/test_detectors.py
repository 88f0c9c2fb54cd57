"""Detectors: what an admin or a correction changes of them, and what they do without an encoder."""

from __future__ import annotations

import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.apps import apps
from django.db import DatabaseError

from bots.models import Detector, DetectorExample
from bots.understanding import detectors, installed, shipped, understand, vectors
from knowledgebase import embeddings
from knowledgebase.embeddings import EncoderUnavailable

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _from_nothing() -> Iterator[None]:
    installed.forget_all()
    yield
    installed.forget_all()


@pytest.fixture
def no_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: Any, **kwargs: Any) -> None:
        raise EncoderUnavailable("There is none.")

    monkeypatch.setattr(embeddings, "encode", fails)


@pytest.fixture
def topic() -> Detector:
    detector = Detector.objects.create(slug="repairs", name="Repairs", kind="topic")
    for text in (
        "can you repair my tent",
        "the pole is broken, do you mend it",
        "where do I send a stove for repair",
        "I would like to have the zip replaced",
        "how long does a repair take",
    ):
        DetectorExample.objects.create(detector=detector, text=text)
    installed.forget()
    return detector


def test_every_shipped_detector_is_a_row_that_an_admin_can_change() -> None:
    rows = {row.slug: row for row in Detector.objects.filter(shipped=True)}
    assert set(rows) == set(shipped.BY_SLUG)
    for slug, row in rows.items():
        code = shipped.BY_SLUG[slug]
        assert (row.name, row.kind, row.threshold) == (code.name, code.kind, code.threshold)


def test_the_examples_are_not_noticed_by_the_detector_they_are_no_example_of() -> None:
    for one in shipped.SHIPPED:
        assert not set(one.shown) & set(one.negative), one.slug
        assert len(one.shown) == len(set(one.shown)), one.slug


def test_a_threshold_that_an_admin_has_set_survives_the_one_we_change() -> None:
    migration = import_module("bots.migrations.0007_thresholds_of_topics")
    Detector.objects.filter(slug="medical").update(threshold=0.78)
    Detector.objects.filter(slug="legal").update(threshold=0.9)
    Detector.objects.filter(slug="self_harm").update(threshold=0.85, shipped=False)
    migration.forwards(apps, None)
    assert dict(Detector.objects.values_list("slug", "threshold")) | {
        "medical": 0.56,
        "legal": 0.9,
        "self_harm": 0.85,
    } == dict(Detector.objects.values_list("slug", "threshold"))


LONG = (
    "Hello everybody. I bought the Fell 2 in March and we took it to Norway. The delivery was quick. "
    "The pegs are a little thin. {} The weather was mixed, mostly rain. Can the voucher be used for the "
    "mat? My brother wants the same tent in green. Thanks for reading all of this."
)


@pytest.mark.model
@pytest.mark.parametrize(
    "sentence",
    [
        "My son burned his hand on the stove.",
        "I felt dizzy from the fumes in the tent.",
        "All of us have red, itching skin since we slept on the mat.",
        "My daughter has COVID now and nobody may leave the house.",
    ],
)
def test_an_illness_is_noticed_in_the_middle_of_a_long_message(sentence: str) -> None:
    seen = understand(LONG.format(sentence)).values["sensitive"]
    assert "medical" in seen.value
    assert set(seen.evidence) == {sentence}


@pytest.mark.model
def test_what_is_only_around_an_epidemic_counts_less_the_longer_the_message_is() -> None:
    sentence = "Are weddings possible again and how many may come?"
    alone = understand(sentence).scores["medical"]
    assert 0.1 < understand(LONG.format(sentence)).scores["medical"] < alone - 0.2


@pytest.mark.model
@pytest.mark.parametrize(
    "text",
    [
        "When may I end my isolation?",
        "Which vaccine is better for my mother?",
        "Must customers cover their faces in your shop because of corona?",
        "Is there money from the state for freelancers who lost work in the pandemic?",
        "I twisted my ankle and it is blue",
        "Can I take the pill together with alcohol?",
    ],
)
def test_questions_of_health_and_of_an_epidemic_are_for_people(text: str) -> None:
    assert "medical" in understand(text).values["sensitive"].value


@pytest.mark.model
@pytest.mark.parametrize(
    "text",
    [
        "Our app is sick, it crashes at every start",
        "The virus scanner deletes your installer",
        "What is the battery health of the lamp?",
        "Deploy it to the test environment first",
        "How do I paint on the mask layer?",
        "Is the form safe from injection attacks?",
        "Your mail landed in the quarantine of our spam filter",
        "Isolate the worker in its own container",
        "May I test the pack for a week?",
        "Are dogs allowed in the hut?",
        "When does the shop open again after the rebuilding?",
    ],
)
def test_what_only_sounds_like_health_is_not_noticed(text: str) -> None:
    assert understand(text).values["sensitive"].value == []


@pytest.mark.model
def test_a_topic_made_of_five_sentences_is_noticed_and_another_is_not(topic: Detector) -> None:
    assert understand("My tent pole snapped, can you fix it?").values["topic"].value == "repairs"
    assert understand("What does shipping to Norway cost?").values["topic"].value == ""


@pytest.mark.model
def test_what_an_agent_corrects_is_noticed_from_then_on(topic: Detector) -> None:
    text = "The strap of the pack has come off"
    before = understand(text).scores["repairs"]
    DetectorExample.objects.create(
        detector=topic, text=text, source=DetectorExample.Source.CORRECTION
    )
    installed.forget()
    after = understand(text)
    assert after.scores["repairs"] > before
    assert after.values["topic"].value == "repairs"


@pytest.mark.model
def test_what_an_agent_says_it_is_not_is_no_longer_noticed() -> None:
    text = "I want to die my tent in another colour"
    detector = Detector.objects.get(slug="self_harm")
    before = understand(text).scores["self_harm"]
    DetectorExample.objects.create(detector=detector, text=text, positive=False)
    installed.forget()
    assert understand(text).scores["self_harm"] < before


def test_a_detector_that_is_switched_off_notices_nothing(no_encoder: None) -> None:
    assert understand("I will sue you").values["sensitive"].value == ["legal"]
    Detector.objects.filter(slug="legal").update(active=False)
    installed.forget()
    assert understand("I will sue you").values["sensitive"].value == []


def test_a_changed_threshold_counts_within_five_seconds(
    no_encoder: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    assert understand("I will sue you").values["sensitive"].value == ["legal"]
    Detector.objects.filter(slug="legal").update(threshold=1.0)
    assert understand("I will sue you").values["sensitive"].value == ["legal"]
    now[0] += installed.ASK_AGAIN_SECONDS
    assert understand("I will sue you").values["sensitive"].value == []


def test_nothing_is_asked_of_the_database_for_the_next_message(
    no_encoder: None, django_assert_num_queries: Any
) -> None:
    understand("Hello")
    with django_assert_num_queries(0):
        understand("Where is my order?", earlier=["Hello"])


def test_while_the_database_is_away_what_came_with_it_goes_on(
    no_encoder: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr(installed, "_version", fails)
    assert understand("I will sue you").values["sensitive"].value == ["legal"]


def test_without_an_encoder_expressions_go_on(no_encoder: None) -> None:
    assert not installed.bank().ready
    assert understand("I want to kill myself").values["sensitive"].value == ["self_harm"]
    assert understand("How do I wash the tent?").values["sensitive"].value == []


def test_vectors_of_another_dimension_do_not_stop_a_message(
    no_encoder: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        embeddings,
        "encode",
        lambda texts, timeout=1.0: np.eye(4, dtype=np.float32)[[0] * len(texts)],
    )
    reading = understand("I want to kill myself", vector=np.ones(7, dtype=np.float32))
    assert reading.values["sensitive"].value == ["self_harm"]


def test_a_cut_off_file_of_examples_is_made_again(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATA_DIR = tmp_path
    calls: list[int] = []

    def encode(texts: list[str], timeout: float = 1.0, **_how: object) -> Any:
        calls.append(len(texts))
        return np.eye(8, dtype=np.float32)[[len(text) % 8 for text in texts]]

    monkeypatch.setattr(embeddings, "encode", encode)
    vectors.of_examples(["one", "three"])
    vectors.forget()
    vectors.of_examples(["one", "three"])
    assert calls == [2, 2], (
        "the second time two were encoded to see whether the encoder is the same"
    )
    (file,) = (tmp_path / "encoder").glob("examples-*.npz")
    file.write_bytes(file.read_bytes()[:40])
    vectors.forget()
    assert set(vectors.of_examples(["one", "three"])) == {"one", "three"}


def test_examples_are_encoded_again_when_the_encoder_has_changed(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATA_DIR = tmp_path
    turn = [0]

    def encode(texts: list[str], timeout: float = 1.0, **_how: object) -> Any:
        return np.eye(8, dtype=np.float32)[[turn[0]] * len(texts)]

    monkeypatch.setattr(embeddings, "encode", encode)
    assert vectors.of_examples(["one"])["one"][0] == 1
    turn[0] = 3
    vectors.forget()
    assert vectors.of_examples(["one"])["one"][3] == 1


def test_a_detector_without_examples_is_silent() -> None:
    bank = detectors.train(
        [shipped.Definition("empty", "Empty", "topic", 0.5, (), (), shipped=False)]
    )
    assert bank.scores(["anything at all"], {}) == {"empty": {"anything at all": 0.0}}
