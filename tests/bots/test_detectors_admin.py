"""Detectors in the admin: made from sentences, tried out, taught with one click, on record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from bots.models import Detector, DetectorExample
from bots.understanding import installed, understand
from knowledgebase import embeddings
from knowledgebase.embeddings import EncoderUnavailable
from tests.factories import make_admin, make_agent
from tickets.models import Event

pytestmark = pytest.mark.django_db

BACKEND = "tickets.web.logins.LogIns"


@pytest.fixture(autouse=True)
def _by_words_alone(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.STAFF_NEED_SECOND_FACTOR = False

    def fails(*args: Any, **kwargs: Any) -> None:
        raise EncoderUnavailable("There is none.")

    monkeypatch.setattr(embeddings, "encode", fails)
    installed.forget_all()
    yield
    installed.forget_all()


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(make_admin(), backend=BACKEND)
    return client


def test_a_topic_is_made_from_a_name_and_sentences(admin: Client) -> None:
    page = admin.get(reverse("admin:bots_detector_add"))
    assert page.status_code == 200
    data = {
        "name": "Repairs",
        "slug": "repairs",
        "kind": "topic",
        "description": "",
        "threshold": "0.5",
        "active": "on",
        "examples-TOTAL_FORMS": "1",
        "examples-INITIAL_FORMS": "0",
        "examples-0-text": "Can you mend my tent?",
        "examples-0-positive": "on",
    }
    answer = admin.post(reverse("admin:bots_detector_add"), data)
    assert answer.status_code == 302
    made = Detector.objects.get(slug="repairs")
    assert [one.text for one in made.examples.all()] == ["Can you mend my tent?"]
    assert Event.objects.filter(subject="bots.detector", subject_id=str(made.pk)).count() == 1


def test_a_signal_cannot_be_made_here(admin: Client) -> None:
    page = admin.get(reverse("admin:bots_detector_add"))
    assert 'value="sensitive"' in page.text
    assert 'value="signal"' not in page.text
    assert "For something else that rules should look at, make a topic." in page.text


def test_what_came_with_the_helpdesk_cannot_be_deleted(admin: Client) -> None:
    detector = Detector.objects.get(slug="self_harm")
    page = admin.get(reverse("admin:bots_detector_delete", args=[detector.pk]))
    assert page.status_code == 403
    change = admin.get(reverse("admin:bots_detector_change", args=[detector.pk]))
    assert change.status_code == 200
    assert "counter-examples" in change.text


def test_sentences_are_tried_against_every_detector(admin: Client) -> None:
    page = admin.get(
        reverse("admin:bots_try_detectors"), {"texts": "I will sue you\nWhere is <b>it</b>?"}
    )
    assert page.status_code == 200
    assert "Legal" in page.text
    assert "only words were compared" in page.text
    assert "<b>it</b>" not in page.text


def test_one_click_teaches_and_is_on_record(admin: Client) -> None:
    detector = Detector.objects.get(slug="legal")
    answer = admin.post(
        reverse("admin:bots_teach_detector"),
        {
            "detector": "legal",
            "text": "the sue-me game",
            "positive": "0",
            "texts": "the sue-me game",
        },
    )
    assert answer.status_code == 302
    assert "texts=" in answer["Location"]
    (example,) = DetectorExample.objects.filter(detector=detector)
    assert (example.text, example.positive) == ("the sue-me game", False)
    assert Event.objects.filter(subject="bots.detector", subject_id=str(detector.pk)).count() == 1


def test_an_unknown_detector_is_404_and_an_empty_sentence_teaches_nothing(admin: Client) -> None:
    url = reverse("admin:bots_teach_detector")
    assert admin.post(url, {"detector": "missing", "text": "x"}).status_code == 404
    assert admin.post(url, {"detector": "legal", "text": " \x00 "}).status_code == 302
    assert admin.get(url).status_code == 302
    assert not DetectorExample.objects.exists()


@pytest.mark.parametrize("name", ["bots_try_detectors", "bots_teach_detector"])
def test_the_pages_are_for_admins_only(client: Client, name: str) -> None:
    client.force_login(make_agent(), backend=BACKEND)
    assert client.get(reverse(f"admin:{name}")).status_code == 404
    assert client.post(reverse(f"admin:{name}")).status_code == 404


def test_switching_one_off_counts_at_once(
    admin: Client, django_capture_on_commit_callbacks: Any
) -> None:
    detector = Detector.objects.get(slug="legal")
    assert understand("I will sue you").values["sensitive"].value == ["legal"]
    page = admin.get(reverse("admin:bots_detector_change", args=[detector.pk]))
    version = page.context["version"]
    with django_capture_on_commit_callbacks(execute=True):
        answer = admin.post(
            reverse("admin:bots_detector_change", args=[detector.pk]),
            {
                "name": "Legal",
                "description": "",
                "threshold": "0.5",
                "_version": version,
                "examples-TOTAL_FORMS": "0",
                "examples-INITIAL_FORMS": "0",
            },
        )
    assert answer.status_code == 302
    assert understand("I will sue you").values["sensitive"].value == []


@pytest.mark.parametrize("change", [{"active": ""}, {"threshold": "1"}])
def test_the_detector_of_a_wish_for_a_person_cannot_be_switched_off(
    admin: Client, change: dict[str, str]
) -> None:
    detector = Detector.objects.get(slug="wants_person")
    url = reverse("admin:bots_detector_change", args=[detector.pk])
    data = {
        "name": detector.name,
        "description": detector.description,
        "threshold": str(detector.threshold),
        "active": "on",
        "_version": admin.get(url).context["version"],
        "examples-TOTAL_FORMS": "0",
        "examples-INITIAL_FORMS": "0",
        **change,
    }
    answer = admin.post(url, {name: value for name, value in data.items() if value})
    assert answer.status_code == 200
    assert "Whoever asks for a person gets one" in answer.text
    detector.refresh_from_db()
    assert (detector.active, detector.threshold) == (True, 0.93)
