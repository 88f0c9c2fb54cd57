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
from bots.understanding import catalogue, detectors, installed, understand, vectors
from bots.understanding.catalogue import Definition
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
    shipped = catalogue.shipped()
    assert set(rows) == set(shipped)
    for slug, row in rows.items():
        file = shipped[slug]
        assert (row.name, row.kind) == (file.name, file.kind)
        assert (row.threshold, row.description) == (file.threshold, file.description)


def test_the_examples_are_not_noticed_by_the_detector_they_are_no_example_of() -> None:
    for one in catalogue.shipped().values():
        assert not set(one.examples) & set(one.counter_examples), one.slug
        assert len(one.examples) == len(set(one.examples)), one.slug


def test_an_installation_keeps_what_its_admins_changed_and_what_its_agents_taught() -> None:
    migration = import_module("bots.migrations.0011_detectors_of_words")
    migration.backwards(apps, None)
    taught = Detector.objects.get(slug="dissatisfied")
    DetectorExample.objects.create(detector=taught, text="It is what it is")
    Detector.objects.filter(slug="medical").update(threshold=0.9)
    Detector.objects.filter(slug="legal").update(active=False)
    Detector.objects.create(slug="refused", name="Our own", kind="topic", threshold=0.4)
    migration.forwards(apps, None)
    assert taught.examples.get().text == "It is what it is"
    taught.refresh_from_db()
    file = catalogue.shipped()["frustrated"]
    assert (taught.slug, taught.name, taught.threshold) == ("frustrated", file.name, file.threshold)
    assert Detector.objects.get(slug="medical").threshold == 0.9
    legal = Detector.objects.get(slug="legal")
    assert (legal.active, legal.threshold) == (False, catalogue.shipped()["legal"].threshold)
    own = Detector.objects.get(slug="refused")
    assert (own.name, own.kind, own.shipped) == ("Our own", "topic", False)


LONG = (
    "Hello everybody. I bought the Fell 2 in March and we took it to Norway. The delivery was quick. "
    "The pegs are a little thin. {} The weather was mixed, mostly rain. Can the voucher be used for the "
    "mat? My brother wants the same tent in green. Thanks for reading all of this."
)


@pytest.mark.model
@pytest.mark.usefixtures("encoder")
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
@pytest.mark.usefixtures("encoder")
def test_a_topic_made_of_five_sentences_is_noticed_and_another_is_not(topic: Detector) -> None:
    assert understand("My tent pole snapped, can you fix it?").values["topic"].value == "repairs"
    assert understand("What does shipping to Norway cost?").values["topic"].value == ""


@pytest.mark.model
@pytest.mark.usefixtures("encoder")
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


def test_what_an_agent_says_it_is_not_is_no_longer_noticed(no_encoder: None) -> None:
    text = "I will sue the day away with my sewing kit"
    detector = Detector.objects.get(slug="legal")
    assert understand(text).values["sensitive"].value == ["legal"]
    DetectorExample.objects.create(detector=detector, text=text, positive=False)
    installed.forget()
    assert understand(text).values["sensitive"].value == []
    assert understand("I will sue you").values["sensitive"].value == ["legal"]


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
    assert not installed.detectors().ready
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
    empty = detectors.train([Definition("empty", "Empty", "topic", 0.5, shipped=False)])
    assert empty.scores(["anything at all"], {}) == {"empty": {"anything at all": 0.0}}


def test_no_admin_can_keep_anybody_from_a_person(no_encoder: None) -> None:
    Detector.objects.filter(slug="wants_person").update(active=False, threshold=1.0)
    installed.forget()
    assert understand("Let me talk to a human").values["wants_person"].value is True


def test_what_an_agent_corrects_about_a_wish_for_a_person_is_learned(no_encoder: None) -> None:
    text = "Get me the manager on the second floor"
    detector = Detector.objects.get(slug="wants_person")
    before = understand(text).values["wants_person"].value
    DetectorExample.objects.create(detector=detector, text=text, positive=not before)
    installed.forget()
    assert understand(text).values["wants_person"].value is not before
