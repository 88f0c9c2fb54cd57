"""The stated confidence is corrected by this installation's outcomes, and by nothing less."""

from __future__ import annotations

import random
from io import StringIO

import pytest
from django.core.management import call_command

from bots import calibrating, confidence, outcomes
from bots.calibrating import FEWEST, Outcome, fitted
from bots.models import Calibration
from bots.outcomes import TurnedOut
from tickets.models import Decision

pytestmark = pytest.mark.django_db


def known(count: int, *, right: float, stated: float = 0.8) -> list[Outcome]:
    return [Outcome(stated, number < count * right) for number in range(count)]


def turn(number: int, stated: float, right: bool | None, decision: Decision) -> TurnedOut:
    return TurnedOut(number, f"KM-{number}", "Subject", stated, decision, right)


def test_the_prior_holds_few_outcomes_and_gives_way_to_many() -> None:
    few = calibrating.corrected(0.8, fitted(known(10, right=0.4)))
    many = calibrating.corrected(0.8, fitted(known(500, right=0.4)))
    assert 0.55 < few < 0.8
    assert many == pytest.approx(0.4, abs=0.05)


def test_what_is_stated_rightly_stays() -> None:
    pick = random.Random(3)
    stated = [pick.uniform(0.3, 0.98) for _ in range(2000)]
    slope, intercept = fitted([Outcome(share, pick.random() < share) for share in stated])
    assert slope == pytest.approx(1, abs=0.15)
    assert intercept == pytest.approx(0, abs=0.15)


def test_the_order_of_answers_is_never_turned_round() -> None:
    upside_down = [Outcome(0.9, False)] * 300 + [Outcome(0.3, True)] * 300
    slope, _intercept = fitted(upside_down)
    assert slope > 0


@pytest.fixture
def turned_out(monkeypatch: pytest.MonkeyPatch) -> list[TurnedOut]:
    """What became of answers; a test fills it. None of them is stored, so none has a date."""
    found: list[TurnedOut] = []
    monkeypatch.setattr(outcomes, "recent", lambda limit: found[:limit])
    monkeypatch.setattr(calibrating, "_given", lambda answers: {})
    confidence.forget_correction()
    return found


def test_with_too_few_outcomes_nothing_changes_and_it_is_said(
    turned_out: list[TurnedOut],
) -> None:
    turned_out += [turn(n, 0.9, False, Decision.ANSWER) for n in range(FEWEST - 1)]
    turned_out += [turn(100 + n, 0.9, None, Decision.ANSWER) for n in range(200)]
    turned_out += [turn(400 + n, 0.5, True, Decision.OFFER) for n in range(200)]
    out = StringIO()
    call_command("calibrate", stdout=out)
    assert "49 answers" in out.getvalue()
    assert "Nothing changed" in out.getvalue()
    assert not Calibration.objects.exists()


def test_enough_outcomes_become_the_one_active_calibration(turned_out: list[TurnedOut]) -> None:
    turned_out += [turn(n, 0.9, n % 2 == 0, Decision.ANSWER) for n in range(200)]
    out = StringIO()
    call_command("calibrate", stdout=out)
    (made,) = Calibration.objects.all()
    assert made.active
    assert made.outcomes == 200
    (row,) = made.reliability
    assert row["actual"] == pytest.approx(0.5)
    assert row["stated"] == pytest.approx(0.9)
    assert row["corrected"] == pytest.approx(0.5, abs=0.07)
    assert "intercept +0.000 -> " in out.getvalue()
    confidence.forget_correction()
    assert confidence._correction() == (made.slope, made.intercept)
    call_command("calibrate", stdout=StringIO())
    assert Calibration.objects.count() == 2
    assert Calibration.objects.filter(active=True).count() == 1


def test_what_was_stated_under_a_correction_is_read_as_it_was_before_it(
    turned_out: list[TurnedOut], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Calibration.objects.create(slope=2.0, intercept=-1.0, active=True)
    monkeypatch.setattr(calibrating, "_given", lambda answers: {1: made.created_at})
    stated = calibrating.corrected(0.8, (2.0, -1.0))
    turned_out += [turn(1, stated, True, Decision.ANSWER), turn(2, 0.8, True, Decision.ANSWER)]
    first, second = calibrating.read_outcomes()
    assert first.stated == pytest.approx(0.8)
    assert second.stated == pytest.approx(0.8)  # before there was any
