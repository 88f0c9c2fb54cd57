"""All that a problem affects is answered at once: everybody once, and nobody across what was just said."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from tests.factories import make_agent, make_message, make_team, make_ticket
from tests.tickets.parallel import real_transactions, together
from tickets import actions, clock, problems
from tickets.actions import ActionError, NotAllowed
from tickets.actors import Actor
from tickets.models import (
    AffectedState,
    AffectedTicket,
    AuthorKind,
    EventKind,
    LinkKind,
    Message,
    ProblemAnswer,
    Reaction,
    Team,
    Ticket,
    Turn,
    User,
)

pytestmark = pytest.mark.django_db
WORDS = "The payment page works again."


@pytest.fixture
def team() -> Team:
    return make_team("Gear care")


@pytest.fixture
def dana(team: Team) -> User:
    return make_agent("Dana Osei", teams=[team])


@pytest.fixture
def problem(team: Team, dana: User) -> Ticket:
    return make_ticket(team=team, turn=Turn.AGENT, agent=dana)


def affect(problem: Ticket, dana: User, number: int = 1, **more: Any) -> list[Ticket]:
    found = [make_ticket(**{"team": problem.team, **more}) for _ in range(number)]
    for ticket in found:
        actions.link(actor=Actor.agent(dana), ticket=ticket, other=problem, kind=LinkKind.CAUSED_BY)
    return found


def answer(problem: Ticket, dana: User, **more: Any) -> ProblemAnswer:
    wanted = {"body": WORDS, "resolves": True, **more}
    return actions.answer_affected(actor=Actor.agent(dana), problem=problem, **wanted)


def replies(ticket: Ticket) -> list[str]:
    said = ticket.messages.filter(author_kind=AuthorKind.AGENT).order_by("position")
    return [message.body for message in said]


def came_of(given: ProblemAnswer) -> dict[int, tuple[str, str]]:
    return {row.ticket_id: (row.state, row.why) for row in given.affected.all()}


def test_each_gets_the_message_and_is_resolved_and_the_problem_with_them(
    problem: Ticket, dana: User
) -> None:
    tickets = affect(problem, dana, 3)
    other = make_ticket(team=problem.team)
    given = answer(problem, dana, resolves_problem=True)
    assert not any(replies(ticket) for ticket in tickets)  # asked for, and not done yet
    problems.work_off(seconds=60)
    for ticket in tickets:
        ticket.refresh_from_db()
        assert (replies(ticket), ticket.resolution) == ([WORDS], "resolved")
        assert not ticket.undo_steps.exists()  # the key undoes what was done by hand
    problem.refresh_from_db()
    given.refresh_from_db()
    assert (problem.resolution, replies(problem)) == ("resolved", [])
    assert given.ended_at is not None
    assert set(came_of(given).values()) == {(AffectedState.DONE, "")}
    assert not replies(other)
    asked, done = (
        problem.events.get(kind=kind).data
        for kind in (EventKind.AFFECTED_ANSWERED, EventKind.AFFECTED_DONE)
    )
    assert (asked["number"], done["done"], done["number"]) == (3, 3, 3)
    assert WORDS not in str(asked)


def test_a_message_alone_resolves_nothing_and_resolving_alone_says_nothing(
    problem: Ticket, dana: User
) -> None:
    [ticket] = affect(problem, dana)
    answer(problem, dana, resolves=False)
    problems.work_off()
    ticket.refresh_from_db()
    assert (replies(ticket), ticket.turn) == ([WORDS], Turn.CUSTOMER)
    answer(problem, dana, body="")
    problems.work_off()
    ticket.refresh_from_db()
    assert (replies(ticket), ticket.resolution) == ([WORDS], "resolved")


def test_what_does_not_allow_it_is_said_of_each_and_stops_no_other(
    problem: Ticket, dana: User, team: Team
) -> None:
    robin = make_agent("Robin Vale", teams=[team])
    done, wrote, sending, closed, moved, unlinked = affect(problem, dana, 6)
    given = answer(problem, dana)
    make_message(wrote, "It is worse now")
    actions.send_reply(
        actor=Actor.agent(robin), ticket=sending, body="I look", wait=timedelta(seconds=60)
    )
    actions.resolve(actor=Actor.agent(robin), ticket=closed)
    actions.transfer(actor=Actor.agent(robin), ticket=moved, team=make_team())
    actions.unlink(
        actor=Actor.agent(robin),
        link=unlinked.links.get(),
    )
    problems.work_off(seconds=60)
    found = came_of(given)
    assert found[done.pk] == (AffectedState.DONE, "")
    for ticket, why in (
        (wrote, "wrote meanwhile"),
        (sending, "Robin Vale is sending a reply"),
        (closed, "closed meanwhile"),
        (moved, "may not see it any more"),
        (unlinked, "not linked"),
    ):
        assert found[ticket.pk][0] == AffectedState.NOT_DONE
        assert why in found[ticket.pk][1]
        assert replies(ticket) == []


def test_only_open_ones_that_its_author_may_see_are_answered(problem: Ticket, dana: User) -> None:
    [ticket] = affect(problem, dana)
    hidden = make_ticket()
    both = make_agent(teams=[problem.team, hidden.team])
    actions.link(actor=Actor.agent(both), ticket=hidden, other=problem, kind=LinkKind.CAUSED_BY)
    affect(problem, dana, turn=Turn.CLOSED, agent=dana)
    assert list(came_of(answer(problem, dana))) == [ticket.pk]


def test_it_begins_after_a_moment_in_which_it_can_be_taken_back(
    problem: Ticket, dana: User
) -> None:
    tickets = affect(problem, dana, 2)
    given = answer(problem, dana, wait=timedelta(seconds=10))
    due = Reaction.objects.get(name="problem.answer").due_at
    assert due > timezone.now() + timedelta(seconds=8)
    assert problems.work_off() == 0
    actions.stop_answer(actor=Actor.agent(dana), answer=given)
    with clock.at(timezone.now() + timedelta(seconds=20)):
        assert problems.work_off() == 0
    assert not any(replies(ticket) for ticket in tickets)
    assert {why for _state, why in came_of(given).values()} == {"It was stopped."}


def test_a_second_click_finds_the_first_and_two_at_once_are_not_mixed(
    problem: Ticket, dana: User
) -> None:
    affect(problem, dana)
    once = uuid.uuid4()
    assert answer(problem, dana, client_id=once) == answer(problem, dana, client_id=once)
    with pytest.raises(ActionError) as error:
        answer(problem, dana)
    assert error.value.code == "running"


def test_nobody_affected_nothing_to_do_and_who_may_not_are_refused(
    problem: Ticket, dana: User
) -> None:
    with pytest.raises(ActionError) as error:
        answer(problem, dana)
    assert error.value.code == "none"
    affect(problem, dana)
    with pytest.raises(Exception, match="Write something first"):
        answer(problem, dana, body=" ", resolves=False)
    with pytest.raises(NotAllowed):
        actions.answer_affected(
            actor=Actor.of_customer(problem.customer), problem=problem, body="x", resolves=True
        )
    assert not ProblemAnswer.objects.exists()


def test_a_worker_that_dies_half_way_is_gone_on_after_and_nobody_hears_it_twice(
    problem: Ticket, dana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    tickets = affect(problem, dana, 4)
    given = answer(problem, dana)
    done = actions.answer_one
    calls = []

    def dies(**named: Any) -> AffectedTicket:
        calls.append(named["row"].pk)
        if len(calls) == 3:
            raise OperationalError("the connection is gone")
        return done(**named)

    monkeypatch.setattr(actions, "answer_one", dies)
    with pytest.raises(OperationalError):
        problems.work_off()
    monkeypatch.undo()
    assert given.affected.filter(state=AffectedState.DUE).count() == 2
    problems.work_off()
    problems.work_off()
    assert [replies(ticket) for ticket in tickets] == [[WORDS]] * 4


def test_a_fault_in_one_is_said_of_it_and_the_others_go_on(
    problem: Ticket, dana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = affect(problem, dana, 2)
    given = answer(problem, dana)
    done = actions.answer_one

    def breaks(**named: Any) -> AffectedTicket:
        if named["row"].ticket_id == bad.pk:
            raise ZeroDivisionError
        return done(**named)

    monkeypatch.setattr(actions, "answer_one", breaks)
    problems.work_off()
    found = came_of(given)
    assert "by hand" in found[bad.pk][1]
    assert found[good.pk] == (AffectedState.DONE, "")
    given.refresh_from_db()
    assert given.ended_at is not None


@real_transactions
def test_two_workers_at_once_send_each_message_once() -> None:
    team = make_team("Gear care")
    dana = make_agent(teams=[team])
    problem = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    affect(problem, dana, 5)
    answer(problem, dana, resolves_problem=True)
    done = together(2, lambda _n: problems.work_off(seconds=60))
    assert not [one for one in done if isinstance(one, Exception)]
    assert Message.objects.filter(body=WORDS).count() == 5
    assert problem.events.filter(kind=EventKind.AFFECTED_DONE).count() == 1
    problem.refresh_from_db()
    assert problem.is_closed
