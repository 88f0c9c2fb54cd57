"""Acts on many tickets: each once, whatever dies; only what its agent may; and back again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tests.factories import make_agent, make_message, make_reply, make_team, make_ticket
from tests.tickets.parallel import real_transactions, together
from tickets import access, actions
from tickets.actions import ActionError, NotAllowed
from tickets.actors import Actor
from tickets.bulk import acts, working
from tickets.models import (
    AuthorKind,
    BulkItem,
    BulkJob,
    Event,
    EventKind,
    Message,
    Priority,
    SiteSettings,
    Status,
    StatusCategory,
    Team,
    Ticket,
    TicketType,
    Turn,
    UndoStep,
    User,
)
from tickets.models.jobs import KEPT_FOR, OF_A_LIST, Act, JobState, Outcome


@pytest.fixture(autouse=True)
def _with_a_password_alone(settings: Any) -> None:
    settings.STAFF_NEED_SECOND_FACTOR = False


@pytest.fixture
def team(db: None) -> Team:
    SiteSettings.objects.update(undo_seconds=0)
    return make_team("Gear care")


@pytest.fixture
def dana(team: Team) -> User:
    return make_agent("Dana Osei", teams=[team])


def begin(dana: User, act: Act, values: dict[str, Any] | None = None) -> BulkJob:
    """A job over all that Dana sees."""
    actor = Actor.agent(User.objects.get(pk=dana.pk))
    tickets = access.tickets_for(actor).order_by("pk")
    return actions.start_bulk(actor=actor, act=act, values=values or {}, tickets=tickets)


def finish(job: BulkJob) -> dict[str, int]:
    while working.work(job, seconds=60):
        pass
    job.refresh_from_db()
    return BulkItem.objects.numbers(job)


def why(job: BulkJob, ticket: Ticket) -> str:
    return BulkItem.objects.get(job=job, ticket=ticket).why


def test_what_was_chosen_is_done_and_nothing_else(team: Team, dana: User) -> None:
    mine = [make_ticket(team=team) for _ in range(3)]
    theirs = make_ticket()
    job = begin(dana, Act.TAG, {"tags": ["recall"]})
    later = make_ticket(team=team)
    said = Message.objects.count()
    assert finish(job) == {"to_do": 0, "done": 3, "not_done": 0}
    assert job.state == JobState.DONE
    for ticket in (*mine, theirs, later):
        ticket.refresh_from_db()
    assert [ticket.tags for ticket in mine] == [["recall"]] * 3
    assert (theirs.tags, later.tags) == ([], [])
    assert Message.objects.count() == said  # no customer hears of a tag
    kinds = Event.objects.filter(subject="tickets.bulkjob").values_list("kind", "actor_user")
    assert list(kinds) == [(EventKind.BULK_STARTED, dana.pk), (EventKind.BULK_ENDED, None)]
    changed = Event.objects.filter(kind=EventKind.TICKET_CHANGED)
    assert set(changed.values_list("ticket", "actor_user")) == {(t.pk, dana.pk) for t in mine}


class Killed(BaseException):
    """What no code of ours catches."""


def test_a_worker_that_dies_half_way_leaves_nothing_half_done_and_the_rest_is_done_once(
    team: Team, dana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        make_ticket(team=team)
    job = begin(dana, Act.PRIORITY, {"priority": "4"})
    do, done = acts.do, []

    def dies(act: Act, doing: acts.Doing) -> None:
        do(act, doing)
        done.append(doing.ticket.pk)
        if len(done) == 3:
            raise Killed

    monkeypatch.setattr(working, "TOGETHER", 2)
    monkeypatch.setattr(acts, "do", dies)
    with pytest.raises(Killed):
        working.work(job, seconds=60)
    assert Ticket.objects.filter(priority=Priority.URGENT).count() == 2
    assert BulkItem.objects.numbers(job) == {"to_do": 3, "done": 2, "not_done": 0}
    monkeypatch.undo()

    sent: list[tuple[int, str]] = []
    monkeypatch.setattr(working, "send", lambda pk, chain, **_: sent.append((pk, chain)))
    assert working.sweep() == 0  # a moment ago somebody worked at it
    BulkJob.objects.update(worked_at=timezone.now() - timedelta(seconds=11))
    assert working.sweep() == 1
    assert working.sweep() == 0  # one goes on with it, not two
    working.go_on(job.pk, "somebody else's")
    assert BulkItem.objects.numbers(job)["to_do"] == 3
    while BulkItem.objects.numbers(job)["to_do"]:  # as many slices as this machine needs
        working.go_on(*sent[0])
    assert BulkItem.objects.numbers(job) == {"to_do": 0, "done": 5, "not_done": 0}
    changes = Event.objects.filter(kind=EventKind.TICKET_CHANGED)
    assert changes.count() == len(set(changes.values_list("ticket", flat=True))) == 5


@real_transactions
def test_two_who_work_at_one_job_do_no_ticket_twice(team: Team, dana: User) -> None:
    for _ in range(12):
        make_ticket(team=team)
    job = begin(dana, Act.PRIORITY, {"priority": "4"})
    ended = together(3, lambda _: working.work(job, seconds=60))
    assert set(ended) <= {True, False}  # True for whoever found that the others have the rest
    changes = Event.objects.filter(kind=EventKind.TICKET_CHANGED)
    assert changes.count() == len(set(changes.values_list("ticket", flat=True))) == 12
    assert Event.objects.filter(kind=EventKind.BULK_ENDED).count() == 1


def test_each_ticket_is_done_as_its_agent_may_at_that_moment(team: Team, dana: User) -> None:
    left, taken, kept = (make_ticket(team=team) for _ in range(3))
    robin = make_agent("Robin Vale", teams=[team])
    job = begin(dana, Act.MINE, {"agent": dana.pk})
    actions.transfer(actor=Actor.agent(robin), ticket=left, team=make_team("Orders"))
    actions.accept(actor=Actor.agent(robin), ticket=taken)
    assert finish(job) == {"to_do": 0, "done": 1, "not_done": 2}
    assert why(job, left) == "Not found."
    assert "Robin Vale changed the assignee meanwhile" in why(job, taken)
    assert Ticket.objects.get(pk=kept.pk).assignee == dana


def test_whoever_works_here_no_more_does_nothing_more(team: Team, dana: User) -> None:
    make_ticket(team=team)
    job = begin(dana, Act.PRIORITY, {"priority": "4"})
    User.objects.filter(pk=dana.pk).update(is_active=False)
    assert finish(job)["to_do"] == 1
    assert (job.state, job.why) == (JobState.STOPPED, "Dana Osei does not work here any more.")
    assert not Ticket.objects.filter(priority=Priority.URGENT).exists()


def test_it_is_stopped_and_only_by_whoever_began_it(team: Team, dana: User) -> None:
    make_ticket(team=team)
    job = begin(dana, Act.PRIORITY, {"priority": "4"})
    robin = Actor.agent(make_agent(teams=[team]))
    for act in (actions.end_bulk, actions.undo_bulk):
        with pytest.raises(NotAllowed):
            act(actor=robin, job=job)
    with pytest.raises(ActionError, match="still running"):
        actions.undo_bulk(actor=Actor.agent(dana), job=job)
    actions.end_bulk(actor=Actor.agent(dana), job=job)
    assert finish(job)["to_do"] == 1
    assert job.state == JobState.STOPPED
    assert not Ticket.objects.filter(priority=Priority.URGENT).exists()


def test_what_breaks_with_one_ticket_is_told_and_the_others_are_done(
    team: Team, dana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = make_ticket(team=team), make_ticket(team=team)
    do = acts.do

    def breaks(act: Act, doing: acts.Doing) -> None:
        do(act, doing)
        if doing.ticket.pk == bad.pk:
            raise RuntimeError

    monkeypatch.setattr(acts, "do", breaks)
    job = begin(dana, Act.PRIORITY, {"priority": "4"})
    assert finish(job) == {"to_do": 0, "done": 1, "not_done": 1}
    assert "Something went wrong" in why(job, bad)
    assert list(Ticket.objects.filter(priority=Priority.URGENT)) == [good]


def seen(ticket: Ticket) -> tuple[Any, ...]:
    """What the acts change; an agent who has it again has the turn, too."""
    ticket = Ticket.objects.get(pk=ticket.pk)
    return (
        *(ticket.priority, ticket.type_id, ticket.tags, ticket.team_id, ticket.assignee_id),
        *(ticket.turn == Turn.QUEUE, ticket.is_closed, ticket.with_a_person),
        *(ticket.snoozed_at is None, ticket.is_spam),
    )


@pytest.mark.parametrize("act", OF_A_LIST)
def test_each_act_is_undone(act: Act, team: Team, dana: User) -> None:
    robin = make_agent("Robin Vale", teams=[team])
    waits = make_ticket(team=team)
    robins = make_ticket(team=team, turn=Turn.AGENT, agent=robin)
    make_reply(robins, robin)
    assistants = make_ticket(team=team, turn=Turn.CUSTOMER)
    closed = make_ticket(team=team, turn=Turn.CLOSED)
    tickets = [waits, robins, assistants, closed]
    orders = make_team("Orders")
    dana.teams.add(orders)
    before = [seen(ticket) for ticket in tickets]
    on_hold = Status.objects.create(name="Waits for parts", category=StatusCategory.HOLD)
    kind = TicketType.objects.offered().first()
    assert kind is not None
    job = begin(
        dana,
        act,
        {
            "agent": dana.pk,
            "priority": "4",
            "type": str(kind.pk),
            "status": on_hold.pk,
            "tags": ["recall"],
            "until": None,
            "note": "",
            "team": orders.pk,
            "detail": "x",
            "anyway": True,
        },
    )
    done = finish(job)["done"]
    changed = sum(seen(ticket) != was for ticket, was in zip(tickets, before, strict=True))
    assert changed == done >= 3
    assert not UndoStep.objects.filter(user=dana).exists()  # the key is for what was done by hand
    undo = actions.undo_bulk(actor=Actor.agent(dana), job=job)
    assert finish(undo) == {"to_do": 0, "done": done, "not_done": 0}
    assert [seen(ticket) for ticket in tickets] == before
    with pytest.raises(ActionError, match="undone already"):
        actions.undo_bulk(actor=Actor.agent(dana), job=job)
    with pytest.raises(ActionError, match="undone already"):
        actions.undo_bulk(actor=Actor.agent(dana), job=undo)


def test_a_status_ends_nothing_that_waits_and_reopens_nothing(team: Team, dana: User) -> None:
    waits = make_ticket(team=team)
    answered = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    make_reply(answered, dana)
    closed = make_ticket(team=team, turn=Turn.CLOSED)
    done = Status.objects.create(name="Parts sent", category=StatusCategory.RESOLVED)
    job = begin(dana, Act.STATUS, {"status": done.pk})
    assert finish(job)["not_done"] == 2 - (closed.category == StatusCategory.RESOLVED)
    assert why(job, waits) == "Somebody waits for a person in it."
    answered.refresh_from_db()
    assert (answered.status, answered.is_closed) == (done, True)
    parts = Status.objects.create(name="Waits for parts", category=StatusCategory.HOLD)
    job = begin(dana, Act.STATUS, {"status": parts.pk})
    finish(job)
    assert why(job, answered) == "It is closed already."
    waits.refresh_from_db()
    assert (waits.status, waits.assignee) == (parts, dana)


def test_a_status_that_is_a_label_alone_is_taken_back_and_what_was_said_stays(
    team: Team, dana: User
) -> None:
    ticket = make_ticket(team=team)
    first, second = (
        Status.objects.create(name=name, category=StatusCategory.OPEN) for name in ("One", "Two")
    )
    actions.set_status(actor=Actor.agent(dana), ticket=ticket, status=first)
    job = begin(dana, Act.STATUS, {"status": second.pk})
    finish(job)
    make_message(ticket)
    finish(actions.undo_bulk(actor=Actor.agent(dana), job=job))
    ticket.refresh_from_db()
    assert (ticket.status, ticket.turn) == (first, Turn.QUEUE)


@pytest.mark.parametrize("act", [Act.MINE, Act.PRIORITY, Act.TAG, Act.SNOOZE, Act.RESOLVE])
def test_what_was_changed_after_it_stays_and_is_told(act: Act, team: Team, dana: User) -> None:
    robin = Actor.agent(make_agent("Robin Vale", teams=[team]))
    ticket = make_ticket(team=team)
    values = {"agent": dana.pk, "priority": "4", "tags": ["x"], "until": None, "note": ""}
    job = begin(dana, act, {**values, "anyway": True})
    finish(job)
    ticket.refresh_from_db()
    if act == Act.MINE:
        actions.assign(actor=robin, ticket=ticket, agent=robin.user)
    elif act == Act.PRIORITY:
        actions.change_ticket(actor=robin, ticket=ticket, name=actions.Property.PRIORITY, value="1")
    elif act == Act.TAG:
        actions.change_tags(actor=robin, ticket=ticket, remove=["x"])
    elif act == Act.SNOOZE:
        actions.unsnooze(actor=robin, ticket=ticket)
    else:
        make_message(ticket)
    before = seen(ticket)
    undo = actions.undo_bulk(actor=Actor.agent(dana), job=job)
    assert finish(undo) == {"to_do": 0, "done": 0, "not_done": 1}
    assert "meanwhile" in why(undo, ticket)
    assert seen(ticket) == before


def test_tags_that_were_there_before_stay_when_the_act_is_undone(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team)
    actions.change_tags(actor=Actor.agent(dana), ticket=ticket, add=["vip"])
    job = begin(dana, Act.TAG, {"tags": ["vip", "recall"]})
    finish(job)
    actions.change_tags(actor=Actor.agent(dana), ticket=ticket, add=["later"])
    finish(actions.undo_bulk(actor=Actor.agent(dana), job=job))
    assert Ticket.objects.get().tags == ["vip", "later"]


def test_a_customer_reads_of_a_resolved_one_that_it_goes_on(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    make_reply(ticket, dana)
    job = begin(dana, Act.RESOLVE, {"anyway": False})
    finish(job)
    finish(actions.undo_bulk(actor=Actor.agent(dana), job=job))
    told = ticket.messages.filter(author_kind=AuthorKind.SYSTEM)
    assert told.count() == 4  # it is in the queue, accepted, resolved, reopened: once each
    assert Ticket.objects.get().turn == Turn.AGENT


def test_what_nobody_may_begin(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team)
    for actor in (Actor.of_customer(ticket.customer), Actor.nobody(), Actor.system()):
        with pytest.raises(NotAllowed):
            actions.start_bulk(actor=actor, act=Act.TAG, values={}, tickets=Ticket.objects.all())
    for _ in range(3):
        begin(dana, Act.TAG, {"tags": ["x"]})
    with pytest.raises(ActionError, match="are running"):
        begin(dana, Act.TAG, {"tags": ["x"]})


def test_the_database_refuses_what_makes_no_sense(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team)
    job = begin(dana, Act.TAG, {"tags": ["x"]})
    for make in (
        lambda: BulkItem.objects.create(job=job, ticket=ticket),
        lambda: BulkItem.objects.filter(job=job).update(outcome=Outcome.DONE, why="But why?"),
        lambda: BulkItem.objects.filter(job=job).update(outcome="perhaps"),
        lambda: BulkJob.objects.filter(pk=job.pk).update(state=JobState.DONE),
        lambda: BulkJob.objects.filter(pk=job.pk).update(finished_at=timezone.now()),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            make()


def test_what_is_old_is_forgotten(team: Team, dana: User) -> None:
    make_ticket(team=team)
    old, new = begin(dana, Act.TAG, {"tags": ["x"]}), begin(dana, Act.TAG, {"tags": ["y"]})
    BulkJob.objects.filter(pk=old.pk).update(created_at=timezone.now() - KEPT_FOR)
    BulkJob.objects.forget_old()
    assert set(BulkItem.objects.values_list("job", flat=True)) == {new.pk}
    assert Ticket.objects.count() == 1
