"""What is replayed has the time of then; the present has no say in it, and nothing follows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from tests.factories import make_agent, make_customer, make_hours, make_team, make_ticket
from tests.tickets.parallel import real_transactions
from tickets import actions, clock, replay
from tickets.actors import Actor
from tickets.live import presence
from tickets.models import Channel, Customer, Event, Reaction, Ticket, Turn
from tickets.service import assistance

THEN = datetime(2025, 11, 3, 8, 30, tzinfo=UTC)  # a Monday


def ask(customer: Customer, **more: Any) -> Ticket:
    return actions.open_ticket(
        actor=Actor.of_customer(customer),
        customer=customer,
        channel=Channel.PORTAL,
        body="My tent pole broke",
        **more,
    )


def test_the_clock_stands_at_the_innermost_moment_and_then_goes_on() -> None:
    later = THEN + timedelta(hours=1)
    with clock.at(THEN):
        with clock.at(later):
            assert clock.now() == later
        assert clock.now() == THEN
        with pytest.raises(RuntimeError), clock.at(later):
            raise RuntimeError
        assert clock.now() == THEN
    assert timezone.now() - clock.now() < timedelta(minutes=1)


@pytest.mark.django_db
def test_a_row_has_the_time_of_the_clock_and_else_that_of_now() -> None:
    customer = make_customer()
    with replay.step(THEN):
        old = ask(customer)
    old.refresh_from_db()
    assert {old.created_at, old.updated_at, old.turn_since, old.last_message_at} == {THEN}
    assert old.messages.get().created_at == THEN
    assert set(old.events.values_list("created_at", flat=True)) == {THEN}
    began = timezone.now()
    new = ask(make_customer())
    new.refresh_from_db()
    assert began <= new.created_at <= new.updated_at
    actions.write_note(actor=Actor.agent(make_agent()), ticket=old, body="Looked up")
    old.refresh_from_db()
    assert old.updated_at > began


@pytest.mark.django_db
def test_nothing_is_owed_for_a_replay_and_no_screen_is_nudged(
    django_capture_on_commit_callbacks: Any,
) -> None:
    customer = make_customer()
    with django_capture_on_commit_callbacks() as called:
        with replay.step(THEN):
            ticket = ask(customer)
        assert called == []
        assert not Reaction.objects.exists()
    assert ticket.turn == Turn.ASSISTANT
    with django_capture_on_commit_callbacks() as called:
        ask(make_customer())
    assert called
    owed = set(Reaction.objects.values_list("event", flat=True))
    assert owed
    assert not owed & set(Event.objects.filter(ticket=ticket).values_list("pk", flat=True))


@pytest.mark.django_db
def test_the_assistant_was_in_time_whether_or_not_one_lives_now(settings: LazySettings) -> None:
    settings.ENCODER = "remote"
    assistance.forget()
    with replay.step(THEN):
        assert ask(make_customer()).turn == Turn.ASSISTANT
    assert ask(make_customer()).turn == Turn.QUEUE


@pytest.mark.django_db
def test_whoever_was_here_then_counts_and_not_who_is_here_now() -> None:
    team = make_team(hours=make_hours((0, "09:00", "17:00")))
    now_here, then_here = make_agent(teams=[team]), make_agent(teams=[team])
    presence.set_state(now_here, presence.State.HERE)
    assert presence.agents_here(team.pk) == {now_here.pk}
    with replay.step(THEN, agents_here=[then_here.pk]):
        assert presence.agents_here(team.pk) == {then_here.pk}
        somebody = ask(make_customer(), team=team, to_a_person=True)
    with replay.step(THEN):
        assert presence.agents_here(team.pk) == set()
        nobody = ask(make_customer(), team=team, to_a_person=True)
    assert "Somebody may be here" in somebody.messages.latest("position").body
    assert "Nobody is here" in nobody.messages.latest("position").body
    for ticket in (somebody, nobody):
        assert "Monday, 3 Nov 2025, 09:00" in ticket.messages.latest("position").body
    assert presence.agents_here(team.pk) == {now_here.pk}


@pytest.mark.django_db
def test_a_step_that_fails_leaves_the_present_as_it_was() -> None:
    began = timezone.now()
    with pytest.raises(RuntimeError), replay.step(THEN):
        raise RuntimeError
    assert not replay.is_running()
    ticket = make_ticket()
    ticket.refresh_from_db()
    assert min(ticket.created_at, ticket.updated_at) > began


@real_transactions
def test_a_replay_is_whole_or_not_at_all() -> None:
    assert not connection.in_atomic_block
    with pytest.raises(TransactionManagementError), replay.step(THEN):
        pytest.fail("played")
