"""The demo's own history shows an assistant that works, and calibrating by it leaves it at work."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from bots import calibrating, outcomes
from bots.calibrating import corrected, fitted, read_outcomes
from bots.endings import Ending
from bots.models import AssistantSettings, Calibration
from bots.outcomes import TurnedOut
from helpdesk.demo import load
from tickets.models import Decision

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def _company(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Loaded once for all tests here, and gone after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        assert load.fill()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def turns(_company: None) -> list[TurnedOut]:
    return outcomes.recent(calibrating.MOST)


def test_most_of_its_answers_that_somebody_spoke_of_were_right(turns: list[TurnedOut]) -> None:
    answers = [turn for turn in turns if turn.decision == Decision.ANSWER]
    endings = {turn.ending for turn in answers}
    assert {Ending.CONFIRMED, Ending.REFUSED, Ending.PERSON_FOR_OTHER} <= endings
    bins = outcomes.reliability(answers)
    assert [found.actual for found in bins] == sorted(found.actual for found in bins)
    for found in bins:
        if found.count >= 10:
            assert found.actual == pytest.approx(found.stated, abs=0.15), found


def test_calibrating_by_it_leaves_the_assistant_answering(turns: list[TurnedOut]) -> None:
    settings = AssistantSettings.load()
    known = read_outcomes(turns)
    after = fitted(known)
    assert corrected(0.93, after) >= 0.85
    change = calibrating.changed(turns, calibrating.AS_SHIPPED, after, settings.answer_threshold)
    assert change.share_before > 0.4
    assert change.share_after > 0.75 * change.share_before


def test_the_weekly_task_never_moves_its_share_of_answers_by_more_than_the_set_step(
    turns: list[TurnedOut],
) -> None:
    with transaction.atomic():
        settings = AssistantSettings.load()
        before = calibrating.in_use()
        calibrating.calibrate()
        in_use = calibrating.in_use()
        change = calibrating.changed(turns, before, in_use, settings.answer_threshold)
        assert change.step <= settings.calibration_step
        assert Calibration.objects.count() <= 1
        transaction.set_rollback(True)
