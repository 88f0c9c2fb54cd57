"""What tasks say: hours by the week, values as text, answers read in their form."""

from __future__ import annotations

from datetime import time

import pytest

from bots.doing import facts, wording
from bots.models import TaskFact
from bots.models.tasks import FactKind
from tests.factories import make_team
from tickets.models import OpeningHours

WEEK = [
    *((0, time(9), time(17)), (1, time(9), time(17))),
    *((3, time(9), time(12)), (3, time(13), time(17))),
    (4, time(9), time(17)),
]


@pytest.mark.django_db
def test_days_with_the_same_hours_are_said_together_and_a_day_between_them_is_not() -> None:
    hours = OpeningHours.objects.create(name="Shop", timezone="Europe/London")
    for weekday, opens, closes in WEEK:
        hours.spans.create(weekday=weekday, opens=opens, closes=closes)
    said = wording.opening_hours(make_team(hours=hours))
    week, _sep, _now = said.partition(" (Europe/London). ")
    assert week == "Mon–Tue 09:00–17:00; Thu 09:00–12:00 and 13:00–17:00; Fri 09:00–17:00"


@pytest.mark.django_db
def test_a_team_that_is_always_there_says_so() -> None:
    assert wording.opening_hours(make_team()) == "at any time"


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (FactKind.TEXT, "12 Mill Lane", "12 Mill Lane"),
        (FactKind.TEXT, "what do you mean?", ""),
        (FactKind.TEXT, "x" * 201, ""),
        (FactKind.NUMBER, "I need 3 of them", "3"),
        (FactKind.NUMBER, "some", ""),
        (FactKind.DATE, "on 2026-12-24 please", "2026-12-24"),
        (FactKind.DATE, "24.12.2026", "2026-12-24"),
        (FactKind.DATE, "24 December 2026", "2026-12-24"),
        (FactKind.DATE, "December 24, 2026", "2026-12-24"),
        (FactKind.DATE, "31.02.2026", ""),
        (FactKind.DATE, "soon", ""),
        (FactKind.CHOICE, "the green one", "Green"),
        (FactKind.CHOICE, "green or red", ""),
        (FactKind.CHOICE, "evergreen", ""),
        (FactKind.EMAIL, "it's post@kestrel.example", "post@kestrel.example"),
        (FactKind.EMAIL, "post at kestrel", ""),
        (FactKind.PHONE, "07700 900123, after four", "07700 900123"),
        (FactKind.PHONE, "12", ""),
        (FactKind.POSTCODE, "BS1 4ST", "BS1 4ST"),
        (FactKind.POSTCODE, "nowhere", ""),
    ],
)
def test_an_answer_is_read_in_the_form_that_its_question_has(
    kind: FactKind, text: str, value: str
) -> None:
    fact = TaskFact(key="it", kind=kind, options=["Green", "Red"])
    assert facts.read(fact, text) == value


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, ""), (True, "yes"), (3.5, "3.5"), ("2026-12-24", "24 Dec 2026"), ("a", "a")],
)
def test_a_value_is_said_as_people_read_it(value: object, words: str) -> None:
    assert wording.plain(value) == words
