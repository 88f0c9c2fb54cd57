"""Whose turn it is: room first, then what is wished for, then the team's method; and why it was that one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tickets.assigning import words
from tickets.assigning.choosing import WISH, Candidate, Choice, Wanted, choose
from tickets.models import Method

ANY = Wanted()
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def ago(minutes: int) -> datetime:
    return NOON - timedelta(minutes=minutes)


def chosen(here: Sequence[Candidate], wanted: Wanted = ANY, method: str = "least_busy") -> int:
    found = choose(here, wanted, Method(method))
    return found.agent if found else 0


def test_whoever_has_no_room_is_given_nothing() -> None:
    full = Candidate(1, chats=4, most_chats=4, open=4)
    busy = Candidate(2, chats=0, most_chats=4, open=25, most_open=25)
    assert choose([full, busy], Wanted(), Method.LEAST_BUSY) is None
    assert chosen([full, busy], Wanted(chat=False)) == 1  # a mail needs no seat in a chat
    nobody = Candidate(3, most_chats=0)
    assert chosen([nobody]) == 0


@pytest.mark.parametrize(
    ("method", "agent"), [("round_robin", 3), ("least_busy", 2), ("longest_idle", 1)]
)
def test_each_method_chooses_by_its_own_measure(method: str, agent: int) -> None:
    here = [
        Candidate(1, most_chats=9, open=3, given_at=ago(30), active_at=ago(25)),
        Candidate(2, most_chats=9, open=1, given_at=ago(10), active_at=ago(5)),
        Candidate(3, most_chats=9, open=2, given_at=ago(40), active_at=ago(1)),
    ]
    assert chosen(here, method=method) == agent


def test_the_customers_last_agent_comes_first_where_they_have_room() -> None:
    here = [Candidate(1, most_chats=9), Candidate(2, most_chats=9, open=5)]
    assert chosen(here, Wanted(before=2)) == 2
    found = choose(here, Wanted(before=2), Method.LEAST_BUSY)
    assert found is not None
    assert words.why(found.why) == "had this customer before"
    full = Candidate(2, chats=9, most_chats=9, open=9)
    assert chosen([here[0], full], Wanted(before=2)) == 1


def test_a_wish_is_waited_for_while_somebody_here_could_meet_it_and_then_no_longer() -> None:
    speaks = Candidate(1, chats=4, most_chats=4, open=4, languages=frozenset({"de"}))
    free = Candidate(2, most_chats=4, languages=frozenset({"en"}))
    wanted = Wanted(language="de")
    assert choose([speaks, free], wanted, Method.LEAST_BUSY) is None
    assert chosen([speaks, free], Wanted(language="de", waited=WISH)) == 2
    assert chosen([free], wanted) == 2  # nobody who is here speaks it
    able = Candidate(3, most_chats=4, languages=frozenset({"de"}))
    assert chosen([speaks, free, able], wanted) == 3


def test_a_choice_explains_itself() -> None:
    german = frozenset({"de"})
    here = [Candidate(key, languages=german, most_chats=2) for key in (1, 2, 3)]
    here.append(Candidate(4, languages=frozenset({"en"}), most_chats=2))
    found = choose(here, Wanted(language="de"), Method.LEAST_BUSY)
    assert found == Choice(1, {"method": "least_busy", "language": "de", "of": 3})
    assert words.why(found.why) == "least busy of 3 who speak German"
    knows = choose(
        [Candidate(5, skills=frozenset({"billing"}))], Wanted(skill="Billing"), Method.ROUND_ROBIN
    )
    assert knows is not None
    assert words.why(knows.why) == "the only one here with room who knows Billing"


agents = st.lists(
    st.builds(
        Candidate,
        key=st.integers(1, 9),
        chats=st.integers(0, 5),
        most_chats=st.integers(0, 4),
        open=st.integers(0, 6),
        most_open=st.integers(0, 6),
        given_at=st.none() | st.integers(0, 99).map(ago),
        active_at=st.none() | st.integers(0, 99).map(ago),
        skills=st.frozensets(st.sampled_from(["billing", "tents"])),
        languages=st.frozensets(st.sampled_from(["en", "de"])),
    ),
    unique_by=lambda one: one.key,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    here=agents,
    method=st.sampled_from([Method.ROUND_ROBIN, Method.LEAST_BUSY, Method.LONGEST_IDLE]),
    wanted=st.builds(
        Wanted,
        chat=st.booleans(),
        skill=st.sampled_from(["", "billing"]),
        language=st.sampled_from(["", "de"]),
        before=st.none() | st.integers(1, 9),
        waited=st.sampled_from([timedelta(), WISH]),
    ),
)
def test_whoever_is_chosen_has_room_and_somebody_always_is_who_waited_long_enough(
    here: list[Candidate], method: Method, wanted: Wanted
) -> None:
    found = choose(here, wanted, method)
    free = {one.key for one in here if one.has_room(chat=wanted.chat)}
    if found is not None:
        assert found.agent in free
        assert words.why(found.why)
    elif wanted.waited >= WISH:
        assert not free
