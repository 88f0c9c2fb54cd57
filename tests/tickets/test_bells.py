"""A queue's task is only a bell: lost or heard twice, everything is done once, and nothing snowballs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from helpdesk.celery import app
from tests.factories import make_ticket
from tests.tickets.effects import Effect, effects, note, owe
from tests.tickets.parallel import real_transactions, together
from tickets import events, tasks
from tickets.models import Event, Reaction, ReactionState, Turn

pytestmark = pytest.mark.django_db
Capture = Callable[..., Any]


def long_due(**fields: object) -> None:
    Reaction.objects.update(due_at=timezone.now() - timedelta(seconds=6), **fields)


def test_after_the_commit_the_bell_of_the_reactions_queue_is_rung(
    rung: list[str], django_capture_on_commit_callbacks: Capture
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        make_ticket(turn=Turn.ASSISTANT)
        assert rung == []  # nothing before the commit
    assert sorted(rung) == ["assistant", "default"]


def test_the_sweep_rings_where_something_was_left_undone_and_only_there(rung: list[str]) -> None:
    make_ticket(turn=Turn.ASSISTANT)
    assert tasks.sweep() == []  # still on its way through the queue
    long_due()
    assert tasks.sweep() == ["assistant", "default"]
    assert set(rung) == {"assistant", "default"}
    long_due(state=ReactionState.DONE)
    assert tasks.sweep() == []


def test_a_reaction_of_an_old_release_is_given_up_by_its_bell(rung: list[str]) -> None:
    make_ticket(turn=Turn.ASSISTANT)
    Reaction.objects.exclude(name="assistant.turn").delete()
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
    use_broker("redis://127.0.0.1:1/0")
    yield
    use_broker(settings.CELERY_BROKER_URL)


def use_broker(url: str) -> None:
    """Let Celery connect to this address, also where it has a connection already."""
    app.conf.update(broker_url=url)
    for holder, name in ((app.amqp, "_producer_pool"), (app, "_pool")):
        setattr(holder, name, None)


def test_without_a_broker_the_action_succeeds_and_the_sweep_does_the_rest(
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

    monkeypatch.setattr("tickets.live.nudges.get_channel_layer", Broken)
    with django_capture_on_commit_callbacks(execute=True):
        ticket = make_ticket(turn=Turn.QUEUE)
    assert ticket.messages.exists()


@real_transactions
def test_of_several_transactions_together_each_bell_is_rung_once_when_all_have_committed(
    rung: list[str],
) -> None:
    with events.together():
        make_ticket(turn=Turn.ASSISTANT)
        make_ticket(turn=Turn.ASSISTANT)
        with transaction.atomic(), events.together():
            make_ticket(turn=Turn.ASSISTANT)
        assert rung == []
    assert sorted(rung) == ["assistant", "default"]
    make_ticket(turn=Turn.ASSISTANT)
    assert sorted(rung) == ["assistant", "assistant", "default", "default"]


@real_transactions
def test_what_was_done_is_rung_for_even_if_what_comes_after_it_breaks(rung: list[str]) -> None:
    def break_off() -> None:
        with events.together():
            make_ticket(turn=Turn.ASSISTANT)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert sorted(rung) == ["assistant", "default"]
