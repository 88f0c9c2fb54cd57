"""Events cannot be changed, and what has to follow from them happens exactly once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tests.factories import (
    make_agent,
    make_message,
    make_note,
    make_ticket,
)
from tests.tickets.effects import Effect, effects, note
from tests.tickets.ledger import owed
from tests.tickets.parallel import real_transactions, together
from tickets import actions, events
from tickets.actors import Actor
from tickets.events import Subscriber
from tickets.models import Event, Reaction, ReactionState, Turn

pytestmark = pytest.mark.django_db


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
    assert by_author == {"customer": ["assistant.turn", "search.index"], "system": []}


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


def test_a_worker_that_dies_lets_its_lease_run_out_and_another_does_it_once(
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


def late_for(reaction: Reaction) -> Reaction:
    """It as a worker has it that worked past its lease, while another has it now."""
    late = Reaction.objects.claim(reaction.pk, lease=events.LEASE)
    assert late is not None
    pass_time(reaction, events.LEASE.total_seconds() + 1)
    assert Reaction.objects.claim(reaction.pk, lease=events.LEASE) is not None
    return late


def settle_late(late: Reaction, subscriber: Subscriber) -> None:
    assert events._settle(late, subscriber, "late") is False


def give_up_late(late: Reaction, subscriber: Subscriber) -> None:
    events._give_up(late, subscriber, "late")


def try_again_late(late: Reaction, subscriber: Subscriber) -> None:
    events._try_again(late, subscriber, "late")


def fail_for_the_last_time_late(late: Reaction, subscriber: Subscriber) -> None:
    events._try_again(late, replace(subscriber, max_attempts=1), "late")


def send_on_late(late: Reaction, subscriber: Subscriber) -> None:
    events._by_name[late.name] = replace(subscriber, queue="elsewhere")
    assert events._is_sent_on(late)


def know_it_no_more_late(late: Reaction, subscriber: Subscriber) -> None:
    events._by_name.clear()
    assert events._run(late) is False


@pytest.mark.parametrize(
    "act",
    [
        settle_late,
        give_up_late,
        try_again_late,
        fail_for_the_last_time_late,
        send_on_late,
        know_it_no_more_late,
    ],
)
def test_whoever_works_past_its_lease_changes_nothing_while_another_has_it(
    effect: Effect, act: Callable[[Reaction, Subscriber], None]
) -> None:
    reaction, subscriber = note(), events._by_name["test.effect"]
    late = late_for(reaction)
    before = Reaction.objects.filter(pk=reaction.pk).values().get()
    act(late, subscriber)
    assert Reaction.objects.filter(pk=reaction.pk).values().get() == before
    assert (effects(), effect.gave_up) == (0, [])


def test_a_reaction_that_is_done_is_not_given_up_by_a_release_that_does_not_know_it(
    effect: Effect,
) -> None:
    reaction = note()
    late = Reaction.objects.claim(reaction.pk, lease=events.LEASE)
    assert late is not None
    pass_time(reaction, events.LEASE.total_seconds() + 1)
    assert events.run(reaction.pk)
    events._by_name.clear()
    assert events._run(late) is False
    reaction.refresh_from_db()
    assert (reaction.state, reaction.error, effects()) == (ReactionState.DONE, "", 1)


@real_transactions
def test_a_lease_that_runs_out_while_it_works_still_gives_one_effect(effect: Effect) -> None:
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


def test_a_reaction_that_kills_its_worker_each_time_is_given_up(effect: Effect) -> None:
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
