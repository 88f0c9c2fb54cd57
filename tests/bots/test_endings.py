"""How an answer ended, and what that says of the article: nobody is taken at more than their word."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bots.endings import SILENT_FROM, WEIGHTS, Course, Ending, Next, ending

ANSWERED = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
QUESTION = "The zip of my jacket is stuck, how do I get it loose?"


def ended(
    *,
    text: str = "",
    minutes: float = 3,
    repeats: str = "",
    person: float | None = None,
    after: timedelta = timedelta(days=3),
    **known: object,
) -> Ending:
    """How it ended, looked at `after` the answer. `person`: the minutes until one was asked for."""
    came = Next(text, ANSWERED + timedelta(minutes=minutes), repeats) if text else None
    at = None if person is None else ANSWERED + timedelta(minutes=person)
    course = Course(ANSWERED, QUESTION, next=came, person_at=at, **known)  # type: ignore[arg-type]
    return ending(course, ANSWERED + after)


def test_the_customers_word_counts_and_an_agents_review_goes_before_it() -> None:
    assert ended(helpful=True) == Ending.CONFIRMED
    assert ended(helpful=False) == Ending.REFUSED
    assert ended(helpful=True, reported=True) == Ending.REPORTED
    assert ended(confirmed=True) == Ending.CONFIRMED


@pytest.mark.parametrize(
    "text", ["No, that's not it", "that didn't help", "This is not what I asked"]
)
def test_a_no_in_words_is_a_refusal(text: str) -> None:
    assert ended(text=text) == Ending.REFUSED


@pytest.mark.parametrize("text", ["Thank you!", "ok great, thanks for your help"])
def test_thanks_are_not_quite_a_yes(text: str) -> None:
    assert ended(text=text) == Ending.THANKED
    assert WEIGHTS[Ending.THANKED][1] < WEIGHTS[Ending.CONFIRMED][1]


def test_the_same_asked_again_at_once_is_rephrased_and_later_it_is_another_matter() -> None:
    again = "How do I get the stuck zip of my jacket loose?"
    assert ended(text=again) == Ending.REPHRASED
    assert ended(text="It moves no more", repeats="question") == Ending.REPHRASED
    assert ended(text=again, minutes=60 * 24 * 5) == Ending.WENT_ON


def test_a_person_asked_for_without_a_word_on_the_answer_proves_little() -> None:
    assert ended(person=2) == Ending.PERSON_FOR_THE_SAME
    words = "Can I talk to a human please"
    assert ended(text=words, minutes=2, person=2.1) == Ending.PERSON_FOR_THE_SAME
    right, weight = WEIGHTS[Ending.PERSON_FOR_THE_SAME]
    assert right is False
    assert 0 < weight <= 0.25


@pytest.mark.parametrize(
    "told",
    [
        {"text": "And where is my parcel? It should be here by now", "minutes": 2, "person": 2.1},
        {"person": 60 * 5},
        {"text": "When are you open on Sundays", "minutes": 1, "person": 20},
    ],
)
def test_a_person_asked_for_about_something_else_or_later_says_nothing(
    told: dict[str, object],
) -> None:
    assert ended(**told) == Ending.PERSON_FOR_OTHER  # type: ignore[arg-type]
    assert WEIGHTS[Ending.PERSON_FOR_OTHER] == (None, 0.0)


def test_going_on_and_silence_are_weak_evidence_for_it_and_only_after_a_day() -> None:
    assert ended(text="And how do I wash it?") == Ending.WENT_ON
    assert ended(after=SILENT_FROM) == Ending.SILENCE
    assert ended(after=SILENT_FROM - timedelta(seconds=1)) == Ending.OPEN
    for weak in (Ending.WENT_ON, Ending.SILENCE):
        assert WEIGHTS[weak][0] is True
        assert WEIGHTS[weak][1] <= 0.2


def test_every_ending_has_its_weight_between_nothing_and_a_customers_word() -> None:
    assert set(WEIGHTS) == set(Ending)
    for right, weight in WEIGHTS.values():
        assert 0 <= weight <= 1
        assert (right is None) == (weight == 0)
