"""Events cannot be changed, and what has to follow from them happens exactly once."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from helpdesk.celery import app
from tests.factories import (
    make_agent,
    make_message,
    make_note,
    make_ticket,
)
from tests.tickets.ledger import owed
from tests.tickets.parallel import real_transactions, together
from tickets import actions, events, tasks
from tickets.actors import Actor
from tickets.models import Event, EventKind, Fact, Reaction, ReactionState, Turn

pytestmark = pytest.mark.django_db
Capture = Callable[..., Any]


class Effect:
    """A subscriber that writes a fact, and can be told to fail or to wait."""

    def __init__(self) -> None:
        self.worked = 0
        self.gave_up: list[str] = []
        self.fails = 0
        self.breaks = 0
        self.pause: threading.Barrier | None = None

    def work(self, event: Event) -> str:
        self.worked += 1
        if self.pause is not None:
            self.pause.wait(timeout=10)
        if self.fails:
            self.fails -= 1
            raise RuntimeError("the shop does not answer")
        return "worked"

    def settle(self, event: Event, result: str) -> None:
        assert event.ticket is not None
        Fact.objects.create(
            customer=event.ticket.customer, key=f"effect {self.worked}", value=result
        )
        if self.breaks:
            self.breaks -= 1
            raise RuntimeError("the disk is full")

    def failed(self, event: Event, error: str) -> None:
        self.gave_up.append(error)


@pytest.fixture
def effect(monkeypatch: pytest.MonkeyPatch) -> Effect:
    """The only subscriber: it follows a fact that was noted."""
    monkeypatch.setattr(events, "_by_kind", defaultdict(list))
    monkeypatch.setattr(events, "_by_name", {})
    effect = Effect()
    events.subscribe(
        EventKind.FACT_NOTED,
        name="test.effect",
        work=effect.work,
        settle=effect.settle,
        failed=effect.failed,
    )
    return effect


def note() -> Reaction:
    """Something happens that `effect` has to follow."""
    ticket = make_ticket(turn=Turn.ASSISTANT)
    actions.note_fact(actor=Actor.assistant(), ticket=ticket, key="order", value="KM-1")
    return Reaction.objects.get(name="test.effect")


def effects() -> int:
    return Fact.objects.filter(key__startswith="effect").count()


def pass_time(reaction: Reaction, seconds: float) -> None:
    """As if the reaction had been claimed so much earlier."""
    reaction.refresh_from_db()
    Reaction.objects.filter(pk=reaction.pk).update(
        due_at=reaction.due_at - timedelta(seconds=seconds)
    )


# --- the events themselves ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement", ["UPDATE tickets_event SET kind = 'x'", "DELETE FROM tickets_event"]
)
def test_the_database_refuses_to_change_events(statement: str) -> None:
    ticket = make_ticket()
    before = list(ticket.events.order_by("pk").values())
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        connection.cursor().execute(statement)
    assert list(ticket.events.order_by("pk").values()) == before


def test_no_queryset_changes_events() -> None:
    with pytest.raises(TypeError):
        Event.objects.all().update(kind="x")
    with pytest.raises(TypeError):
        Event.objects.all().delete()


def test_no_words_of_anybody_are_in_an_event() -> None:
    agent = make_agent()
    ticket = make_ticket(turn=Turn.AGENT, agent=agent, body="canary-of-the-customer")
    make_message(ticket, "canary-of-the-customer")
    make_note(ticket, agent, "canary-of-the-note")
    assert "canary" not in str(list(ticket.events.values_list("data", flat=True)))


def test_an_action_that_fails_leaves_neither_event_nor_reaction(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ticket = make_ticket(turn=Turn.CUSTOMER)
    before = (Event.objects.count(), Reaction.objects.count(), ticket.messages.count())

    def break_off(*args: object, **kwargs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("tickets.models.Ticket.save", break_off)
    with pytest.raises(RuntimeError), transaction.atomic():
        make_message(ticket)
    assert (Event.objects.count(), Reaction.objects.count(), ticket.messages.count()) == before


def test_a_reaction_is_owed_only_where_there_is_something_to_do() -> None:
    ticket = make_ticket(turn=Turn.QUEUE)
    by_author = {
        event.data["author"]: owed(event) for event in ticket.events.filter(kind="message.posted")
    }
    assert by_author == {"customer": ["assistant.turn"], "system": []}


# --- reactions ------------------------------------------------------------------------------------


def test_a_reaction_runs_once_however_often_it_is_asked_to(effect: Effect) -> None:
    reaction = note()
    assert [events.run(reaction.pk) for _ in range(3)] == [True, False, False]
    assert (effect.worked, effects()) == (1, 1)
    reaction.refresh_from_db()
    assert (reaction.state, reaction.error) == (ReactionState.DONE, "")
    assert reaction.done_at is not None


@real_transactions
def test_run_by_eight_workers_at_once_it_is_done_once(effect: Effect) -> None:
    reaction = note()
    ran = together(8, lambda _: events.run(reaction.pk))
    assert sorted(map(bool, ran)) == [False] * 7 + [True], ran
    assert (effect.worked, effects()) == (1, 1)


def test_t07_a_worker_that_dies_lets_its_lease_run_out_and_another_does_it_once(
    effect: Effect,
) -> None:
    reaction = note()
    dead = Reaction.objects.claim(reaction.pk, lease=events.LEASE)  # and is never heard of again
    assert dead is not None
    assert events.run_due() == 0  # the lease holds
    pass_time(reaction, events.LEASE.total_seconds() + 1)
    assert events.run_due() == 1
    assert effects() == 1


def test_a_worker_that_wakes_up_after_its_lease_writes_nothing(effect: Effect) -> None:
    reaction = note()
    slow = Reaction.objects.claim(reaction.pk, lease=events.LEASE)
    assert slow is not None
    pass_time(reaction, events.LEASE.total_seconds() + 1)
    events.run(reaction.pk)
    subscriber = events._by_name["test.effect"]
    assert events._settle(slow, subscriber, "late") is False
    events._try_again(slow, subscriber, "late")
    events._give_up(slow, subscriber, "late")
    reaction.refresh_from_db()
    assert (reaction.state, effects(), effect.gave_up) == (ReactionState.DONE, 1, [])


@real_transactions
def test_t08_a_lease_that_runs_out_while_it_works_still_gives_one_effect(effect: Effect) -> None:
    reaction = note()
    effect.pause = threading.Barrier(2)  # both work at the same moment

    def work(index: int) -> bool:
        if index == 1:
            for _ in range(200):  # until the first has claimed it
                reaction.refresh_from_db()
                if reaction.attempts:
                    break
            pass_time(reaction, events.LEASE.total_seconds() + 1)
        return events.run(reaction.pk)

    ran = together(2, work)
    assert sorted(map(bool, ran)) == [False, True], ran
    assert (effect.worked, effects()) == (2, 1)


def test_a_failing_reaction_is_tried_again_after_longer_and_longer(effect: Effect) -> None:
    reaction = note()
    effect.fails = 2
    waits = []
    for _ in range(3):
        events.run(reaction.pk)
        reaction.refresh_from_db()
        waits.append(round((reaction.due_at - timezone.now()).total_seconds()))
        assert events.run(reaction.pk) is False  # not due yet
        Reaction.objects.filter(pk=reaction.pk).update(due_at=timezone.now())
    assert waits[:2] == [5, 20]
    reaction.refresh_from_db()
    assert (reaction.state, reaction.attempts, effects()) == (ReactionState.DONE, 3, 1)


def test_what_was_half_written_when_it_failed_is_gone(effect: Effect) -> None:
    reaction = note()
    effect.breaks = 1
    events.run(reaction.pk)
    assert effects() == 0
    reaction.refresh_from_db()
    assert reaction.error == "RuntimeError: the disk is full"
    Reaction.objects.filter(pk=reaction.pk).update(due_at=timezone.now())
    events.run(reaction.pk)
    assert effects() == 1


def test_after_five_failures_it_is_given_up_and_what_must_happen_then_happens_once(
    effect: Effect,
) -> None:
    reaction = note()
    effect.fails = 99
    for _ in range(events.MAX_ATTEMPTS + 2):
        Reaction.objects.filter(pk=reaction.pk).update(due_at=timezone.now())
        events.run(reaction.pk)
    reaction.refresh_from_db()
    assert (reaction.state, effect.worked) == (ReactionState.DEAD, events.MAX_ATTEMPTS)
    assert effect.gave_up == ["RuntimeError: the shop does not answer"]
    assert effects() == 0


def test_t22_a_reaction_that_kills_its_worker_each_time_is_given_up(effect: Effect) -> None:
    reaction = note()
    for _ in range(events.MAX_ATTEMPTS):
        assert Reaction.objects.claim(reaction.pk, lease=events.LEASE) is not None
        pass_time(reaction, events.LEASE.total_seconds() + 1)
    assert events.run(reaction.pk) is False
    reaction.refresh_from_db()
    assert (reaction.state, effect.worked) == (ReactionState.DEAD, 0)
    assert effect.gave_up == ["The worker died."]


def test_one_poisoned_reaction_does_not_hold_up_the_others(effect: Effect) -> None:
    note()
    effect.fails = 1
    ticket = make_ticket(turn=Turn.ASSISTANT)
    actions.note_fact(actor=Actor.assistant(), ticket=ticket, key="order", value="KM-2")
    assert events.run_due() == 1
    assert effects() == 1


def test_a_reaction_of_an_old_release_is_given_up(effect: Effect) -> None:
    reaction = note()
    Reaction.objects.filter(pk=reaction.pk).update(name="test.gone")
    assert events.run(reaction.pk) is False
    reaction.refresh_from_db()
    assert reaction.state == ReactionState.DEAD


# --- the queue is a hint --------------------------------------------------------------------------


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What goes to the broker: the queues whose bell was rung."""
    queues: list[str] = []

    def send_task(name: str, args: tuple[str], *, queue: str, **options: object) -> None:
        assert (name, args) == ("tickets.tasks.work_off", (queue,))
        queues.append(queue)

    monkeypatch.setattr(app, "send_task", send_task)
    return queues


def long_due(**fields: object) -> None:
    Reaction.objects.update(due_at=timezone.now() - timedelta(seconds=6), **fields)


def test_after_the_commit_the_bell_of_the_reactions_queue_is_rung(
    rung: list[str], django_capture_on_commit_callbacks: Capture
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        make_ticket(turn=Turn.ASSISTANT)
        assert rung == []  # nothing before the commit
    assert rung == ["assistant"]


def test_the_sweep_rings_where_something_was_left_undone_and_only_there(rung: list[str]) -> None:
    make_ticket(turn=Turn.ASSISTANT)
    assert tasks.sweep() == []  # still on its way through the queue
    long_due()
    assert tasks.sweep() == ["assistant"]
    assert set(rung) == {"assistant"}
    long_due(state=ReactionState.DONE)
    assert tasks.sweep() == []


def test_a_reaction_of_an_old_release_is_given_up_by_its_bell(rung: list[str]) -> None:
    make_ticket(turn=Turn.ASSISTANT)
    long_due(name="test.gone", queue="default")
    assert tasks.sweep() == ["default"]
    assert tasks.work_off("default") == 0
    assert Reaction.objects.get().state == ReactionState.DEAD


def test_a_bell_that_finds_nothing_due_asks_one_thing_and_does_nothing(
    effect: Effect, rung: list[str]
) -> None:
    reaction = note()
    assert tasks.work_off("default") == 1
    with CaptureQueriesContext(connection) as captured:
        assert tasks.work_off("default") == 0
    assert len(captured) == 1
    reaction.refresh_from_db()
    assert (reaction.attempts, effect.worked, effects()) == (1, 1, 1)


def test_what_has_been_due_longest_is_done_first(effect: Effect, rung: list[str]) -> None:
    owe(3)
    pks = list(Reaction.objects.order_by("pk").values_list("pk", flat=True))
    for number, pk in enumerate(pks):
        Reaction.objects.filter(pk=pk).update(due_at=timezone.now() - timedelta(seconds=number))
    tasks.work_off("default")
    done = Reaction.objects.order_by("done_at").values_list("pk", flat=True)
    assert list(done) == pks[::-1]


def test_a_queue_with_much_to_do_leaves_a_turn_to_its_other_tasks(
    effect: Effect, rung: list[str]
) -> None:
    owe(3)
    assert events.work_off("default", seconds=-1) == 1
    assert rung == ["default"]  # and goes on when its turn comes again
    assert events.work_off("default") == 2


def test_a_reaction_that_belongs_elsewhere_by_now_is_sent_on_and_loses_no_attempt(
    monkeypatch: pytest.MonkeyPatch, effect: Effect, rung: list[str]
) -> None:
    reaction = note()
    chosen = replace(events._by_name["test.effect"], queue=lambda _event: "reading")
    monkeypatch.setitem(events._by_name, "test.effect", chosen)
    assert tasks.work_off("default") == 0
    reaction.refresh_from_db()
    assert (reaction.queue, reaction.attempts, effects()) == ("reading", 0, 0)
    assert rung == ["reading"]
    assert tasks.work_off("reading") == 1
    assert effects() == 1


def test_several_are_made_ready_at_once_and_each_is_done(
    monkeypatch: pytest.MonkeyPatch, effect: Effect, rung: list[str]
) -> None:
    owe(5)
    ahead: list[int] = []
    chosen = replace(
        events._by_name["test.effect"], ahead=lambda several: ahead.append(len(several))
    )
    monkeypatch.setitem(events._by_name, "test.effect", chosen)
    assert events.work_off("default", together=4) == 5
    assert ahead == [4]  # the fifth is alone
    assert effect.worked == 5


@real_transactions
def test_what_runs_side_by_side_is_done_once_each_and_gives_its_connections_back(
    effect: Effect, rung: list[str]
) -> None:
    owe(7)
    effect.fails = 1
    assert events.work_off("default", together=3, side_by_side=True) == 6
    assert effects() == 6
    left = Reaction.objects.get(state=ReactionState.DUE)
    assert left.error == "RuntimeError: the shop does not answer"


# --- after an outage ------------------------------------------------------------------------------

THOUSANDS = 2_000


def owe(number: int, queues: Sequence[str] = ("default",), *, ago: float = 6) -> None:
    """So many reactions that are due for so many seconds, in turn in these queues."""
    ticket = make_ticket(turn=Turn.ASSISTANT)
    last = ticket.last_position
    made = Event.objects.bulk_create(
        Event(
            kind=EventKind.FACT_NOTED,
            ticket=ticket,
            position=last + index + 1,
            actor_kind="assistant",
            data={"key": "order"},
        )
        for index in range(number)
    )
    due = timezone.now() - timedelta(seconds=ago)
    Reaction.objects.bulk_create(
        Reaction(event=event, name="test.effect", queue=queues[index % len(queues)], due_at=due)
        for index, event in enumerate(made)
    )


@pytest.mark.parametrize("queue", ["assistant", "reading", "default", "mail"])
def test_an_hour_without_workers_rings_no_more_bells_than_a_minute(
    queue: str, effect: Effect, rung: list[str]
) -> None:
    owe(THOUSANDS, [queue], ago=3600)
    for _ in range(12):  # a minute of sweeps in which nobody comes
        assert tasks.sweep() == [queue]
    assert rung == [queue] * 12 * tasks.BELLS
    assert Reaction.objects.filter(state=ReactionState.DUE).count() == THOUSANDS


@real_transactions
def test_thousands_that_an_outage_left_are_done_once_each_by_the_bells_of_one_sweep(
    monkeypatch: pytest.MonkeyPatch, effect: Effect, rung: list[str]
) -> None:
    queues = ["assistant", "reading", "default", "mail"]
    name = "test.effect"
    anywhere = replace(events._by_name[name], queue=_queue_of_its_reaction)
    monkeypatch.setitem(events._by_name, name, anywhere)
    owe(THOUSANDS, queues, ago=3600)
    tasks.sweep()
    bells = list(rung)
    done = together(len(bells), lambda index: events.work_off(bells[index], seconds=600))
    assert sum(one for one in done if isinstance(one, int)) == THOUSANDS, done
    assert effects() == THOUSANDS
    assert set(Reaction.objects.values_list("state", "attempts")) == {(ReactionState.DONE, 1)}
    assert tasks.sweep() == []


def _queue_of_its_reaction(event: Event) -> str:
    return event.reactions.get().queue


@pytest.fixture
def broker_away() -> Iterator[None]:
    """Celery finds nobody where its broker was; a new connection is made for each hint."""
    _use_broker("redis://127.0.0.1:1/0")
    yield
    _use_broker(settings.CELERY_BROKER_URL)


def _use_broker(url: str) -> None:
    """Let Celery connect to this address, also where it has a connection already."""
    app.conf.update(broker_url=url)
    for holder, name in ((app.amqp, "_producer_pool"), (app, "_pool")):
        setattr(holder, name, None)


def test_t03_without_a_broker_the_action_succeeds_and_the_sweep_does_the_rest(
    broker_away: None,
    effect: Effect,
    django_capture_on_commit_callbacks: Capture,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        reaction = note()
    assert "The queue default is away" in caplog.text
    reaction.refresh_from_db()
    assert (reaction.state, reaction.attempts, effects()) == (ReactionState.DUE, 0, 0)
    tasks.sweep()  # the broker is still away: no error
    assert events.run_due() == 1
    assert effects() == 1


def test_without_a_channel_layer_the_action_succeeds(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Capture
) -> None:
    class Broken:
        async def group_send(self, group: str, message: dict[str, Any]) -> None:
            raise ConnectionError

    monkeypatch.setattr("tickets.live.get_channel_layer", Broken)
    with django_capture_on_commit_callbacks(execute=True):
        ticket = make_ticket(turn=Turn.QUEUE)
    assert ticket.messages.exists()
