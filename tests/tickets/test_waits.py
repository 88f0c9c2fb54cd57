"""The expected wait, played against queues of many kinds: it comes true 8 times of 10."""

from __future__ import annotations

import pytest

from tests.tickets.queue_play import Shop, Told, play
from tickets.service.waits import Acceptance, Pace, Wait, expected, pace

SEEDS = range(8)
SHOPS = {
    "a quiet day": Shop(agents=3, load=0.3),
    "an ordinary day": Shop(agents=3, load=0.8),
    "one agent alone": Shop(agents=1, load=0.7),
    "ten agents with much to do": Shop(agents=10, load=0.9),
    "short questions": Shop(agents=5, load=0.85, takes=150.0),
    "long work": Shop(agents=4, load=0.85, takes=1500.0, spread=0.6),
    "some that take very long": Shop(agents=4, load=0.85, takes=600.0, spread=1.1),
    "a rush": Shop(agents=5, load=0.7, rush=2.5),
    "more than can be done": Shop(agents=5, load=1.6, history=False),
    "the first day": Shop(agents=3, load=1.1, hours=2.0, history=False),
    "the first day, of long work": Shop(agents=3, load=1.0, takes=1200.0, history=False),
    "the first day, of short questions": Shop(agents=3, load=1.0, takes=120.0, history=False),
    "agents come and go": Shop(agents=5, load=0.75, shifts=True),
    "three conversations at once": Shop(agents=4, load=0.85, takes=900.0, at_once=3),
}


@pytest.fixture(scope="module", params=SHOPS)
def told(request: pytest.FixtureRequest) -> list[Told]:
    return [one for seed in SEEDS for one in play(SHOPS[request.param], seed)]


def test_the_real_wait_lies_in_the_range_eight_times_of_ten(told: list[Told]) -> None:
    """Of those who were told a range: when they came, and later while they waited."""
    for on_arrival in (True, False):
        some = [one for one in told if one.wait and one.on_arrival == on_arrival]
        came_true = sum(one.came_true for one in some)
        assert came_true >= 0.8 * len(some), (on_arrival, came_true / len(some))


def test_nearly_everybody_is_told_a_range(told: list[Told]) -> None:
    """So "nobody can say" is no way out."""
    assert sum(one.wait is not None for one in told) >= 0.9 * len(told)


def test_the_ranges_say_something(told: list[Told]) -> None:
    """Of those that have an end, half are at most three quarters of an hour long."""
    lengths = sorted(
        one.wait.at_most - one.wait.at_least
        for one in told
        if one.wait and one.wait.at_most is not None
    )
    assert lengths[len(lengths) // 2] <= 45


# --- the formula ----------------------------------------------------------------------------------

STEADY = Pace(intervals=[300.0] * 20, reactions=[20.0] * 20)  # five minutes each


def minutes(wait: Wait | None) -> tuple[int, float]:
    assert wait is not None
    return wait.at_least, float("inf") if wait.at_most is None else wait.at_most


def test_without_anybody_at_work_nobody_can_say() -> None:
    assert expected(place=1, free=0, busy=0, pace=STEADY) is None


def test_a_free_agent_is_there_in_a_minute_or_two() -> None:
    assert expected(place=1, free=1, busy=4, pace=STEADY) == Wait(0, 2)
    assert minutes(expected(place=2, free=1, busy=4, pace=STEADY)) > (0, 2)


def test_free_agents_who_lately_let_people_wait_are_not_called_quick() -> None:
    slow = Pace(intervals=STEADY.intervals, reactions=[600.0] * 20)
    assert minutes(expected(place=1, free=1, busy=0, pace=slow)) >= (0, 20)


def test_number_779_waits_for_more_than_an_hour() -> None:
    for agents in (1, 5, 10):
        wait = expected(place=779, free=0, busy=agents, pace=STEADY)
        assert minutes(wait) >= (60, float("inf")), agents


def test_whoever_stands_farther_back_is_never_told_a_shorter_wait() -> None:
    for free, busy in ((0, 1), (0, 3), (2, 3)):
        told = [
            minutes(expected(place=n, free=free, busy=busy, pace=STEADY)) for n in range(1, 200)
        ]
        assert told == sorted(told)


def test_more_agents_never_lengthen_the_wait() -> None:
    for place in (1, 4, 20, 90):
        told = [minutes(expected(place=place, free=0, busy=n, pace=STEADY)) for n in range(1, 40)]
        assert told == sorted(told, reverse=True)


def test_with_little_known_and_many_before_nobody_can_say() -> None:
    assert expected(place=5, free=0, busy=1, pace=Pace()) is None


def test_a_pace_is_read_from_acceptances() -> None:
    read = pace(
        [
            Acceptance(asked=0, accepted=60, agent=1),  # what they did before is not known
            Acceptance(asked=50, accepted=360, agent=1),  # waited already: 300 from one to the next
            Acceptance(asked=500, accepted=520, agent=1),  # came later: noticed after 20
            Acceptance(asked=510, accepted=530, agent=2),  # another agent's first
            Acceptance(asked=515, accepted=530 + 3 * 3600, agent=2),  # a break is no pace
        ]
    )
    assert read == Pace(intervals=[300], reactions=[20])
