"""All that a problem affects is answered at once: everybody once, and nobody across what was just said."""

from __future__ import annotations

import uuid
from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from tests.factories import make_agent, make_message, make_team, make_ticket
from tests.tickets.parallel import real_transactions, together
from tickets import actions, events
from tickets.actions import ActionError, NotAllowed
from tickets.actors import Actor
from tickets.bulk import acts, working
from tickets.models import (
    AuthorKind,
    BulkItem,
    BulkJob,
    EventKind,
    LinkKind,
    Message,
    Reaction,
    Team,
    Ticket,
    Turn,
    User,
)
from tickets.models.jobs import KEPT_FOR, JobState, Outcome

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


def answer(problem: Ticket, dana: User, **more: Any) -> BulkJob:
    wanted = {"body": WORDS, "resolves": True, **more}
    return actions.answer_affected(actor=Actor.agent(dana), problem=problem, **wanted)


def replies(ticket: Ticket) -> list[str]:
    said = ticket.messages.filter(author_kind=AuthorKind.AGENT).order_by("position")
    return [message.body for message in said]


def came_of(given: BulkJob) -> dict[int, tuple[str, str]]:
    return {item.ticket_id: (item.outcome, item.why) for item in given.items.all()}


def work_off() -> None:
    """As a worker does, a slice at a time, until nothing is left of what has begun."""
    for job in BulkJob.objects.filter(state=JobState.RUNNING, starts_at__lte=timezone.now()):
        while working.work(job, seconds=60):
            pass


def test_each_gets_the_message_and_is_resolved_and_the_problem_with_them(
    problem: Ticket, dana: User
) -> None:
    tickets = affect(problem, dana, 3)
    other = make_ticket(team=problem.team)
    given = answer(problem, dana, resolves_problem=True)
    assert not any(replies(ticket) for ticket in tickets)  # asked for, and not done yet
    work_off()
    for ticket in tickets:
        ticket.refresh_from_db()
        assert (replies(ticket), ticket.resolution) == ([WORDS], "resolved")
        assert not ticket.undo_steps.exists()  # the key undoes what was done by hand
    problem.refresh_from_db()
    given.refresh_from_db()
    assert (problem.resolution, replies(problem)) == ("resolved", [])
    assert given.finished_at is not None
    assert set(came_of(given).values()) == {(Outcome.DONE, "")}
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
    work_off()
    ticket.refresh_from_db()
    assert (replies(ticket), ticket.turn) == ([WORDS], Turn.CUSTOMER)
    answer(problem, dana, body="")
    work_off()
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
    work_off()
    found = came_of(given)
    assert found[done.pk] == (Outcome.DONE, "")
    for ticket, why in (
        (wrote, "wrote meanwhile"),
        (sending, "Robin Vale is sending a reply"),
        (closed, "closed meanwhile"),
        (moved, "may not see it any more"),
        (unlinked, "not linked"),
    ):
        assert found[ticket.pk][0] == Outcome.NOT_DONE
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
    assert working.sweep() == 0
    working.go_on(given.pk, given.chain)  # a clock that goes before ours
    assert BulkItem.objects.numbers(given)["to_do"] == 2
    robin = Actor.agent(make_agent("Robin Vale", teams=[problem.team]))
    actions.end_bulk(actor=robin, job=given)  # whoever sees the problem may
    BulkJob.objects.update(starts_at=timezone.now(), worked_at=timezone.now())
    working.go_on(given.pk, given.chain)
    assert not any(replies(ticket) for ticket in tickets)
    given.refresh_from_db()
    assert given.state == JobState.STOPPED
    assert BulkItem.objects.numbers(given)["to_do"] == 2


def test_it_begins_by_itself_after_its_moment(problem: Ticket, dana: User) -> None:
    [ticket] = affect(problem, dana)
    answer(problem, dana)
    events.run(Reaction.objects.get(name="problem.answer").pk)
    while BulkJob.objects.filter(state=JobState.RUNNING).exists():
        work_off()
    assert replies(ticket) == [WORDS]


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
    with pytest.raises(ValidationError, match="Write something first"):
        answer(problem, dana, body=" ", resolves=False)
    with pytest.raises(NotAllowed):
        actions.answer_affected(
            actor=Actor.of_customer(problem.customer), problem=problem, body="x", resolves=True
        )
    assert not BulkJob.objects.exists()


def test_a_worker_that_dies_half_way_is_gone_on_after_and_nobody_hears_it_twice(
    problem: Ticket, dana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    tickets = affect(problem, dana, 4)
    given = answer(problem, dana)
    do, calls = acts.do, []

    def dies(act: Any, doing: acts.Doing) -> None:
        do(act, doing)
        calls.append(doing.ticket.pk)
        if len(calls) == 3:
            raise OperationalError("the connection is gone")

    monkeypatch.setattr(working, "TOGETHER", 2)
    monkeypatch.setattr(acts, "do", dies)
    with pytest.raises(OperationalError):
        work_off()
    monkeypatch.undo()
    assert BulkItem.objects.numbers(given) == {"to_do": 2, "done": 2, "not_done": 0}
    work_off()
    work_off()
    assert [replies(ticket) for ticket in tickets] == [[WORDS]] * 4


def test_a_fault_in_one_is_said_of_it_and_the_others_go_on(
    problem: Ticket, dana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = affect(problem, dana, 2)
    given = answer(problem, dana)
    do = acts.do

    def breaks(act: Any, doing: acts.Doing) -> None:
        do(act, doing)
        if doing.ticket.pk == bad.pk:
            raise ZeroDivisionError

    monkeypatch.setattr(acts, "do", breaks)
    work_off()
    found = came_of(given)
    assert "went wrong" in found[bad.pk][1]
    assert replies(bad) == []
    assert found[good.pk] == (Outcome.DONE, "")
    given.refresh_from_db()
    assert given.finished_at is not None


def test_what_was_resolved_by_an_answer_goes_on_when_it_is_undone(
    problem: Ticket, dana: User
) -> None:
    first, second = affect(problem, dana, 2)
    given = answer(problem, dana)
    work_off()
    make_message(second, "It is not fixed")
    undo = actions.undo_bulk(actor=Actor.agent(dana), job=given)
    work_off()
    first.refresh_from_db()
    assert (first.is_closed, replies(first)) == (False, [WORDS])
    assert "changed meanwhile" in came_of(undo)[second.pk][1]


def test_what_was_said_alone_and_what_is_long_ago_are_not_undone(
    problem: Ticket, dana: User
) -> None:
    affect(problem, dana)
    given = answer(problem, dana, resolves=False)
    work_off()
    undo = actions.undo_bulk(actor=Actor.agent(dana), job=given)
    work_off()
    assert [why for _outcome, why in came_of(undo).values()] == [
        "What was said cannot be taken back."
    ]
    undo.delete()
    BulkJob.objects.update(created_at=timezone.now() - KEPT_FOR)
    BulkJob.objects.forget_old()
    with pytest.raises(ActionError) as error:  # it is kept with its problem
        actions.undo_bulk(actor=Actor.agent(dana), job=given)
    assert error.value.code == "too_late"


@real_transactions
def test_two_workers_at_once_send_each_message_once() -> None:
    team = make_team("Gear care")
    dana = make_agent(teams=[team])
    problem = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    affect(problem, dana, 5)
    answer(problem, dana, resolves_problem=True)
    done = together(2, lambda _n: work_off())
    assert not [one for one in done if isinstance(one, Exception)]
    assert Message.objects.filter(body=WORDS).count() == 5
    assert problem.events.filter(kind=EventKind.AFFECTED_DONE).count() == 1
    problem.refresh_from_db()
    assert problem.is_closed


def test_an_upgrade_keeps_what_was_done_and_goes_on_with_what_was_not() -> None:
    dana = make_agent("Dana Osei")
    problem, other, done, refused, due = (make_ticket() for _ in range(5))
    before = MigrationExecutor(connection).loader.project_state([("tickets", "0043_undo_steps")])
    given, affected = (
        before.apps.get_model("tickets", name) for name in ("ProblemAnswer", "AffectedTicket")
    )
    with connection.schema_editor() as editor:  # as they were then
        editor.create_model(given)
        editor.create_model(affected)
    kept: dict[str, Any] = {"author_id": dana.pk, "starts_at": timezone.now()}
    over = given.objects.create(
        **kept, problem_id=problem.pk, body=WORDS, ended_at=timezone.now(), held="A reason."
    )
    running = given.objects.create(**kept, problem_id=other.pk, resolves=True)
    affected.objects.create(answer=over, ticket_id=done.pk, seen=2, state="done")
    affected.objects.create(
        answer=over, ticket_id=refused.pk, seen=3, state="not_done", why="It was closed."
    )
    affected.objects.create(answer=running, ticket_id=due.pk, seen=4)
    models = {
        "ProblemAnswer": given,
        "AffectedTicket": affected,
        "BulkJob": BulkJob,
        "BulkItem": BulkItem,
    }
    upgrade = import_module("tickets.migrations.0050_answers_to_problems_are_bulk_jobs")
    upgrade.take_over(SimpleNamespace(get_model=lambda _app, name: models[name]), None)
    job = BulkJob.objects.get(problem=problem)
    assert (job.by, job.state, job.why, job.total) == (dana, JobState.DONE, "A reason.", 2)
    assert job.values == {"body": WORDS, "resolves": False, "resolves_problem": False}
    assert (job.client_id, job.created_at) == (over.client_id, over.created_at)
    assert came_of(job) == {
        done.pk: (Outcome.DONE, ""),
        refused.pk: (Outcome.NOT_DONE, "It was closed."),
    }
    left = BulkJob.objects.get(problem=other)
    assert (left.state, left.values["resolves"]) == (JobState.RUNNING, True)
    [item] = left.items.all()
    assert (item.ticket_id, item.outcome, item.seen_position) == (due.pk, Outcome.TO_DO, 4)
