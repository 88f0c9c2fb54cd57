"""Whoever is made inactive is out at once, and nothing of theirs is left without anybody."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.factories import (
    OWN_SCOPES,
    make_admin,
    make_agent,
    make_light_agent,
    make_message,
    make_outside_agent,
    make_team,
    make_ticket,
)
from tests.sockets import do
from tests.tickets.open_screens import agents_socket
from tests.tickets.parallel import real_transactions
from tickets import actions, events
from tickets.actors import Actor
from tickets.models import (
    BulkJob,
    Event,
    EventKind,
    Permission,
    Reaction,
    ReactionState,
    Scope,
    StaffRole,
    Team,
    Ticket,
    Turn,
    User,
)
from tickets.models.jobs import Act, JobState
from tickets.sockets.base import UNAUTHENTICATED


@pytest.fixture
def team(db: None) -> Team:
    return make_team("Gear care")


def change(row: User | StaffRole, **values: Any) -> None:
    """As the admin's page does, with what follows from it."""
    for name, value in values.items():
        setattr(row, name, value)
    actions.change_setting(actor=Actor.agent(make_admin()), instance=row)
    for reaction in Reaction.objects.filter(name="people.left", state=ReactionState.DUE):
        events.run(reaction.pk)


def test_their_conversations_stand_in_the_queue_again_as_they_waited(team: Team) -> None:
    dana = make_agent("Dana Osei", teams=[team])
    ticket = make_ticket(team=team, agent=dana, turn=Turn.AGENT, ago=timedelta(hours=3))
    asked_at = Ticket.objects.get(pk=ticket.pk).person_asked_at
    wants = ticket.handovers.latest("pk").wants
    other = make_ticket(team=team, agent=make_agent(teams=[team]), turn=Turn.AGENT)
    before = Event.objects.filter(ticket=other).count()

    change(dana, is_active=False)

    ticket.refresh_from_db()
    assert (ticket.turn, ticket.assignee, ticket.person_asked_at) == (Turn.QUEUE, None, asked_at)
    waiting = ticket.handovers.get(ended_at=None)
    assert (waiting.wants, waiting.accepted_at) == (wants, None)
    event = ticket.events.get(kind=EventKind.TICKET_ASSIGNED, data__after=None)
    assert (event.data["before"], event.data["why"]) == (dana.pk, {"left": True})
    assert "Somebody else of our team" in ticket.messages.latest("position").body
    assert Event.objects.filter(ticket=other).count() == before


def test_what_waits_for_the_customer_goes_to_the_queue_when_they_write(team: Team) -> None:
    dana = make_agent("Dana Osei", teams=[team])
    ticket = make_ticket(team=team, agent=dana, turn=Turn.CUSTOMER)
    said = ticket.messages.count()
    change(dana, is_active=False)
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.assignee) == (Turn.CUSTOMER, None)
    assert ticket.messages.count() == said  # there is nothing that the customer need know
    make_message(ticket)
    ticket.refresh_from_db()
    assert ticket.turn == Turn.QUEUE


def test_what_is_closed_stays_who_closed_it(team: Team) -> None:
    dana = make_agent("Dana Osei", teams=[team])
    ticket = make_ticket(team=team, agent=dana, turn=Turn.CLOSED)
    change(dana, is_active=False)
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.assignee) == (Turn.CLOSED, dana)


def test_their_log_ins_keys_and_acts_on_many_end_and_do_not_come_back(team: Team) -> None:
    dana = make_agent("Dana Osei", teams=[team])
    client = Client()
    client.force_login(dana, backend="tickets.web.logins.LogIns")
    assert client.get("/workspace/").status_code == 200
    admin = Actor.agent(make_admin())
    key, _secret = actions.create_api_key(
        actor=admin, name="Theirs", scopes=[Scope.TICKETS_ACT], agent=dana
    )
    other, _secret = actions.create_api_key(actor=admin, name="Ours", scopes=OWN_SCOPES)
    job = actions.start_bulk(
        actor=Actor.agent(dana),
        act=Act.TAG,
        values={"tags": ["a"]},
        tickets=Ticket.objects.filter(pk=make_ticket(team=team).pk),
    )

    change(dana, is_active=False)

    key.refresh_from_db()
    other.refresh_from_db()
    assert key.revoked_at is not None
    assert other.revoked_at is None
    ended = BulkJob.objects.get(pk=job.pk)
    assert (ended.state, "does not work here" in ended.why) == (JobState.STOPPED, True)
    assert client.get("/workspace/").status_code == 302  # to the log-in
    dana.refresh_from_db()
    change(dana, is_active=True)
    assert client.get("/workspace/").status_code == 302  # a new log-in is a new one


@pytest.mark.parametrize("to", ["light", "own"])
def test_whoever_may_not_answer_any_more_has_nothing_to_answer(to: str, team: Team) -> None:
    """By another role, or by the same one that gives less."""
    own = StaffRole.objects.create(key="own", name="Own", permissions=["reply", "note"])
    dana = make_agent("Dana Osei", teams=[team], staff_role=own)
    ticket = make_ticket(team=team, agent=dana, turn=Turn.AGENT)
    if to == "light":
        change(dana, staff_role=StaffRole.objects.get(key="light"))
    else:
        change(own, permissions=[Permission.NOTE])
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.assignee) == (Turn.QUEUE, None)
    dana.refresh_from_db()
    assert dana.log_ins_ended == 0  # they still work here


def test_another_change_takes_nothing_from_anybody(team: Team) -> None:
    dana = make_outside_agent("Dana Osei", teams=[team])
    ticket = make_ticket(team=team, agent=dana, turn=Turn.AGENT)
    change(dana, name="Dana O.")
    change(StaffRole.objects.get(key="outside"), name="Partner")
    assert not Reaction.objects.filter(name="people.left").exists()
    change(make_light_agent(), staff_role=None)
    ticket.refresh_from_db()
    assert ticket.assignee == dana


def test_twice_takes_nothing_twice(team: Team) -> None:
    dana = make_agent("Dana Osei", teams=[team])
    ticket = make_ticket(team=team, agent=dana, turn=Turn.AGENT)
    system = Actor.system()
    assert actions.take_from(actor=system, ticket=ticket, agent=dana)
    count = Event.objects.count()
    assert not actions.take_from(actor=system, ticket=ticket, agent=dana)
    assert Event.objects.count() == count


@real_transactions
async def test_a_socket_of_theirs_closes_within_five_seconds() -> None:
    ticket = await do(make_ticket)
    dana = await do(lambda: make_agent("Dana Osei", teams=[ticket.team]))
    async with agents_socket(ticket, dana) as socket:
        began = time.monotonic()
        await do(lambda: change(dana, is_active=False))
        _frames, code = await socket.end()
        assert code == UNAUTHENTICATED
        assert time.monotonic() - began < 5
