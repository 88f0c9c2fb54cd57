"""The stated confidence is corrected by this installation's outcomes, and by nothing less."""

from __future__ import annotations

import random
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bots import calibrating, confidence, outcomes
from bots.actions import use_calibration
from bots.calibrating import FEWEST, Outcome, fitted
from bots.endings import Ending
from bots.models import AssistantSettings, Calibration
from bots.outcomes import TurnedOut
from tests.factories import make_admin, make_agent, make_customer
from tickets.actions import NotAllowed
from tickets.actors import Actor
from tickets.models import Decision, Event, EventKind, User

pytestmark = pytest.mark.django_db
State = Calibration.State


def known(count: int, *, right: float, stated: float = 0.8) -> list[Outcome]:
    return [Outcome(stated, number < count * right) for number in range(count)]


ENDINGS = {True: Ending.CONFIRMED, False: Ending.REFUSED, None: Ending.OPEN}


def turn(number: int, stated: float, right: bool | None, decision: Decision) -> TurnedOut:
    return TurnedOut(number, f"KM-{number}", f"Question {number}", stated, decision, ENDINGS[right])


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
    turned_out += [turn(n, 0.9, False, Decision.ANSWER) for n in range(int(FEWEST) - 1)]
    turned_out += [turn(100 + n, 0.9, None, Decision.ANSWER) for n in range(200)]
    turned_out += [turn(400 + n, 0.5, True, Decision.OFFER) for n in range(200)]
    out = StringIO()
    call_command("calibrate", stdout=out)
    assert "49 answers" in out.getvalue()
    assert "Nothing changed" in out.getvalue()
    assert not Calibration.objects.exists()


def test_enough_outcomes_become_the_one_active_calibration(turned_out: list[TurnedOut]) -> None:
    AssistantSettings.objects.update(calibration_step=1)
    turned_out += [turn(n, 0.9, n % 2 == 0, Decision.ANSWER) for n in range(200)]
    out = StringIO()
    call_command("calibrate", stdout=out)
    (made,) = Calibration.objects.all()
    assert made.state == State.ACTIVE
    assert made.outcomes == 200
    (row,) = made.reliability
    assert row["actual"] == pytest.approx(0.5)
    assert row["stated"] == pytest.approx(0.9)
    assert row["corrected"] == pytest.approx(0.5, abs=0.07)
    assert "intercept +0.000 -> " in out.getvalue()
    confidence.forget_correction()
    assert confidence._correction() == (made.slope, made.intercept)
    call_command("calibrate", stdout=StringIO())
    assert list(Calibration.objects.values_list("state", flat=True)) == [State.ACTIVE, State.PAST]


def test_what_was_stated_under_a_correction_is_read_as_it_was_before_it(
    turned_out: list[TurnedOut], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Calibration.objects.create(
        slope=2.0, intercept=-1.0, state=State.ACTIVE, used_from=timezone.now()
    )
    monkeypatch.setattr(calibrating, "_given", lambda answers: {1: made.used_from})
    stated = calibrating.corrected(0.8, (2.0, -1.0))
    turned_out += [turn(1, stated, True, Decision.ANSWER), turn(2, 0.8, True, Decision.ANSWER)]
    first, second = calibrating.read_outcomes(turned_out)
    assert first.stated == pytest.approx(0.8)
    assert second.stated == pytest.approx(0.8)  # before there was any


# --- no more than the set step --------------------------------------------------------------------


def test_what_weighs_little_moves_little() -> None:
    weak = [Outcome(0.9, False, 0.2)] * 40
    strong = [Outcome(0.9, False, 1.0)] * 40
    assert (
        calibrating.corrected(0.9, fitted(weak)) > calibrating.corrected(0.9, fitted(strong)) + 0.15
    )


def doubtful(turned_out: list[TurnedOut]) -> None:
    """Two hundred sure answers of which half were wrong, so that most would not be given any more."""
    turned_out += [turn(n, 0.9, n % 2 == 0, Decision.ANSWER) for n in range(200)]


def test_what_would_change_more_than_the_set_step_waits_for_a_yes(
    turned_out: list[TurnedOut],
) -> None:
    doubtful(turned_out)
    out = StringIO()
    call_command("calibrate", stdout=out)
    (made,) = Calibration.objects.all()
    assert (made.state, made.used_from) == (State.PROPOSED, None)
    assert "waits for an admin" in out.getvalue()
    assert calibrating.in_use() == calibrating.AS_SHIPPED
    confidence.forget_correction()
    assert confidence._correction() == (1.0, 0.0)
    call_command("calibrate", stdout=StringIO())  # next Monday
    assert list(Calibration.objects.values_list("state", flat=True)) == [
        State.PROPOSED,
        State.DISMISSED,
    ]


def test_within_the_set_step_it_is_used_at_once_and_that_is_on_record(
    turned_out: list[TurnedOut],
) -> None:
    turned_out += [turn(n, 0.95, n % 10 != 0, Decision.ANSWER) for n in range(200)]
    call_command("calibrate", stdout=StringIO())
    (made,) = Calibration.objects.all()
    assert made.state == State.ACTIVE
    change = calibrating.changed(turned_out, (1.0, 0.0), made.correction, 0.75)
    assert change.step <= AssistantSettings.load().calibration_step
    recorded = Event.objects.filter(kind=EventKind.SETTING_CHANGED)
    assert recorded.filter(data__changes__state=["proposed", "active"]).exists()


@pytest.fixture
def ada(client: Client, settings: Any) -> Client:
    settings.STAFF_NEED_SECOND_FACTOR = False
    client.force_login(make_admin("Ada"))
    return client


def test_an_admin_sees_what_would_change_and_applies_it(
    turned_out: list[TurnedOut], ada: Client
) -> None:
    doubtful(turned_out)
    calibrating.calibrate()
    page = ada.get(reverse("admin:bots_confidence"))
    body = page.content.decode()
    assert "A correction waits for you" in body
    assert "answers 100 % now" in body
    assert "would answer 0 % then" in body
    assert "Question 3" in body
    proposal = Calibration.objects.get()
    done = ada.post(
        reverse("admin:bots_confidence_decide"), {"calibration": proposal.pk, "use": "yes"}
    )
    assert done.status_code == 302
    proposal.refresh_from_db()
    assert (proposal.state, proposal.decided_by) == (State.ACTIVE, User.objects.get(name="Ada"))
    assert confidence._correction() == proposal.correction
    event = Event.objects.filter(kind=EventKind.SETTING_CHANGED).latest("pk")
    assert (event.actor_user, event.data["changes"]["state"]) == (
        proposal.decided_by,
        ["proposed", "active"],
    )
    assert "waits for you" not in ada.get(reverse("admin:bots_confidence")).content.decode()


def test_an_admin_dismisses_it_and_nothing_changes(
    turned_out: list[TurnedOut], ada: Client
) -> None:
    doubtful(turned_out)
    calibrating.calibrate()
    proposal = Calibration.objects.get()
    decide = reverse("admin:bots_confidence_decide")
    ada.post(decide, {"calibration": proposal.pk, "use": "no"})
    proposal.refresh_from_db()
    assert proposal.state == State.DISMISSED
    assert confidence._correction() == (1.0, 0.0)
    late = ada.post(decide, {"calibration": proposal.pk, "use": "yes"}, follow=True)
    assert "Somebody has decided this already." in late.content.decode()
    assert calibrating.in_use() == calibrating.AS_SHIPPED


@pytest.mark.parametrize("number", ["", "x", "²", "9" * 30, "4711"])
def test_what_is_no_proposal_is_404(ada: Client, number: str) -> None:
    answer = ada.post(reverse("admin:bots_confidence_decide"), {"calibration": number})
    assert answer.status_code == 404


def test_agents_have_no_say_in_it(client: Client, turned_out: list[TurnedOut]) -> None:
    doubtful(turned_out)
    calibrating.calibrate()
    proposal = Calibration.objects.get()
    client.force_login(make_agent())
    client.post(reverse("admin:bots_confidence_decide"), {"calibration": proposal.pk, "use": "yes"})
    proposal.refresh_from_db()
    assert proposal.state == State.PROPOSED
    with pytest.raises(NotAllowed):
        use_calibration(actor=Actor.of_customer(make_customer()), calibration=proposal)
