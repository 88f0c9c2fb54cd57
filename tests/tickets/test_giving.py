"""Conversations are given to agents: at once, never twice, never to who may not, back from who is gone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from tests.factories import make_agent, make_customer, make_lead, make_team, make_ticket
from tickets import actions, events, giving
from tickets.actors import Actor
from tickets.live import presence
from tickets.live.presence import State
from tickets.models import (
    AuthorKind,
    Customer,
    Event,
    EventKind,
    HandOver,
    Message,
    Method,
    NotificationKind,
    Reaction,
    Reason,
    Team,
    Ticket,
    Turn,
    User,
)
from tickets.notifying import recipients

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system()


@pytest.fixture
def team() -> Team:
    team = make_team("Gear care")
    Team.objects.filter(pk=team.pk).update(method=Method.LEAST_BUSY)
    giving.lately_given_out.forget()
    team.refresh_from_db()
    return team


def here(name: str, team: Team, **fields: Any) -> User:
    """An agent who is at work now."""
    agent = make_agent(name, teams=[team])
    User.objects.filter(pk=agent.pk).update(**fields)
    presence.set_state(agent, State.HERE)
    agent.refresh_from_db()
    return agent


def waiting(team: Team, **fields: Any) -> Ticket:
    """Somebody who has asked for a person."""
    customer = fields.pop("customer", None) or make_customer("Ines")
    ticket = make_ticket(turn=Turn.ASSISTANT, team=team, customer=customer)
    actions.hand_over(actor=SYSTEM, ticket=ticket, reason=Reason.ASKED, **fields)
    ticket.refresh_from_db()
    return ticket


def with_whom(ticket: Ticket) -> int | None:
    ticket.refresh_from_db()
    return ticket.assignee_id


def waits_at_the_page(ticket: Ticket) -> None:
    """Their customer has the conversation open."""
    presence.mark_here(presence.customer_key(ticket.pk))


def follow() -> None:
    """What is owed for what happened, of this reaction only."""
    for reaction in Reaction.objects.overdue().filter(name="assign").order_by("pk"):
        assert events.run(reaction.pk)


def gone(agent: User, minutes: int) -> None:
    """They closed their last tab so long ago."""
    cache.delete(presence.agent_key(agent.pk))
    cache.set(f"{presence.agent_key(agent.pk)}:seen", timezone.now().timestamp() - 60 * minutes)


def test_whoever_asks_for_a_person_is_with_one_at_once_and_reads_who_it_is(team: Team) -> None:
    dana = here("Dana Osei", team)
    ticket = waiting(team)
    assert ticket.turn == Turn.QUEUE
    follow()
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.assignee_id) == (Turn.AGENT, dana.pk)
    event = ticket.events.get(kind=EventKind.TICKET_ASSIGNED)
    assert (event.actor_kind, event.data["after"]) == ("system", dana.pk)
    assert event.data["why"]["of"] == 1
    handover = HandOver.objects.get(ticket=ticket)
    assert handover.accepted_by == dana
    said = Message.objects.filter(ticket=ticket, author_kind=AuthorKind.SYSTEM).latest("position")
    assert said.body == "Dana takes care of this now, and sees everything you wrote."
    assert Event.objects.filter(kind=EventKind.TICKET_ACCEPTED).count() == 0


def test_a_team_whose_agents_take_conversations_themselves_is_given_none(team: Team) -> None:
    Team.objects.update(method=Method.BY_HAND)
    giving.lately_given_out.forget()
    here("Dana Osei", team)
    ticket = waiting(team)
    follow()
    assert with_whom(ticket) is None
    assert giving.give() == 0


@pytest.mark.parametrize("state", [State.BUSY, State.AWAY, None])
def test_nobody_is_given_one_who_is_not_here_for_it(team: Team, state: State | None) -> None:
    agent = make_agent("Dana Osei", teams=[team])
    if state:
        presence.set_state(agent, State.HERE)
        presence.set_state(agent, state)
    ticket = waiting(team)
    assert giving.give() == 0
    presence.set_state(agent, State.HERE)
    assert giving.give() == 1
    assert with_whom(ticket) == agent.pk


def test_nobody_is_given_what_they_may_not_see_or_who_works_here_no_more(
    team: Team, settings: Any
) -> None:
    here("Kit Marlow", make_team("Orders"))
    gone_for_good = here("Robin Vale", team)
    User.objects.filter(pk=gone_for_good.pk).update(is_active=False)
    ticket = waiting(team)
    assert giving.give() == 0
    settings.STAFF_NEED_SECOND_FACTOR = True
    dana = here("Dana Osei", team)
    Authenticator.objects.filter(user=dana).delete()
    assert giving.give() == 0
    assert with_whom(ticket) is None


def test_room_is_never_exceeded_and_what_waits_comes_when_there_is_some(team: Team) -> None:
    dana = here("Dana Osei", team, most_chats=2)
    three = [waiting(team) for _number in range(3)]
    assert giving.give() == 2
    assert [with_whom(ticket) for ticket in three] == [dana.pk, dana.pk, None]
    actions.resolve(actor=Actor.agent(dana), ticket=three[0])
    follow()
    assert with_whom(three[2]) == dana.pk


def test_who_waits_for_a_skill_lets_those_behind_pass_and_is_not_forgotten(team: Team) -> None:
    here("Dana Osei", team, most_chats=1, skills=["Billing"])
    robin = here("Robin Vale", team)
    first = waiting(team, skill="billing")
    assert giving.give() == 1
    second = waiting(team, skill="billing")
    third = waiting(team)
    assert giving.give() == 1
    assert (with_whom(second), with_whom(third)) == (None, robin.pk)
    Ticket.objects.filter(pk=second.pk).update(
        person_asked_at=timezone.now() - timedelta(minutes=11)
    )
    assert giving.give() == 1
    assert with_whom(second) == robin.pk
    assert with_whom(first) != robin.pk


def test_a_language_goes_to_whoever_speaks_it_and_the_helpdesks_own_to_anybody(team: Team) -> None:
    here("Dana Osei", team)
    robin = here("Robin Vale", team, languages=["de-AT"])
    lena = make_customer("Lena Graf")
    Customer.objects.filter(pk=lena.pk).update(language="de")
    own, german = waiting(team), waiting(team, customer=lena)
    assert giving.give() == 2
    assert with_whom(own) != robin.pk
    assert german.events.get(kind=EventKind.TICKET_ASSIGNED).data["why"]["language"] == "de"
    assert with_whom(german) == robin.pk


def test_a_customer_comes_to_the_agent_they_had_within_the_days(team: Team) -> None:
    dana, robin = here("Dana Osei", team), here("Robin Vale", team)
    ines = make_customer("Ines")
    before = waiting(team, customer=ines)
    actions.accept(actor=Actor.agent(robin), ticket=before)
    Team.objects.filter(pk=team.pk).update(same_agent_days=7)
    again = waiting(team, customer=ines)
    assert giving.give() == 1
    assert with_whom(again) == robin.pk
    long_ago = timezone.now() - timedelta(days=8)
    HandOver.objects.update(asked_at=long_ago, accepted_at=long_ago)
    later = waiting(team, customer=ines)
    assert giving.give() == 1
    assert with_whom(later) == dana.pk  # the least busy


def test_a_chat_whose_agent_is_gone_is_first_in_its_queue_again_and_the_customer_is_told(
    team: Team,
) -> None:
    dana = here("Dana Osei", team)
    ticket = waiting(team)
    asked = ticket.person_asked_at
    brief = HandOver.objects.get(ticket=ticket).wants
    giving.give()
    waits_at_the_page(ticket)
    younger = waiting(team)
    presence.set_state(dana, State.BUSY)
    gone(dana, minutes=2)
    assert giving.look_after() == 0  # within the grace
    gone(dana, minutes=4)
    assert giving.look_after() == 1
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.assignee_id, ticket.person_asked_at) == (Turn.QUEUE, None, asked)
    assert Ticket.objects.waiting().filter(team=team).first() == ticket
    assert ticket.handovers.get(ended_at=None).wants == brief
    said = Message.objects.filter(ticket=ticket, author_kind=AuthorKind.SYSTEM).latest("position")
    assert said.body.startswith("Dana had to leave.")
    assert ticket.events.filter(data__why={"gone": 4}).count() == 1
    assert with_whom(younger) is None
    robin = here("Robin Vale", team, most_chats=1)
    assert giving.look_after() == 1
    assert (with_whom(ticket), with_whom(younger)) == (robin.pk, None)


@pytest.mark.parametrize(
    "change", ["by mail", "answered", "no grace", "never seen", "the customer left, too"]
)
def test_nothing_is_taken_from_an_agent_where_nobody_waits_in_a_chat(
    team: Team, change: str
) -> None:
    dana = here("Dana Osei", team)
    ticket = waiting(team)
    giving.give()
    gone(dana, minutes=30)
    if change != "the customer left, too":
        waits_at_the_page(ticket)
    if change == "by mail":
        Ticket.objects.update(channel="email")
    elif change == "answered":
        Ticket.objects.update(turn=Turn.CUSTOMER)
    elif change == "no grace":
        Team.objects.update(grace_minutes=0)
    elif change == "never seen":
        cache.delete(f"{presence.agent_key(dana.pk)}:seen")  # Redis was started anew
    assert giving.look_after() == 0
    assert with_whom(ticket) == dana.pk


def test_who_waits_too_long_is_passed_on_with_wait_and_brief_and_reads_so(team: Team) -> None:
    other = make_team("Orders")
    Team.objects.filter(pk=team.pk).update(overflow_team=other, overflow_minutes=5)
    ticket = waiting(team)
    asked = ticket.person_asked_at
    assert giving.look_after() == 0
    long_ago = timezone.now() - timedelta(minutes=6)
    HandOver.objects.update(asked_at=long_ago)
    assert giving.look_after() == 1
    ticket.refresh_from_db()
    assert (ticket.team, ticket.person_asked_at) == (other, asked)
    assert ticket.events.get(kind=EventKind.TICKET_TRANSFERRED).data["why"] == {"waited": 5}
    assert giving.look_after() == 0


def test_queues_that_overflow_into_each_other_send_nobody_to_and_fro(team: Team) -> None:
    other = make_team("Orders")
    Team.objects.filter(pk=team.pk).update(overflow_team=other, overflow_minutes=5)
    Team.objects.filter(pk=other.pk).update(overflow_team=team, overflow_minutes=5)
    ticket = waiting(team)
    long_ago = timezone.now() - timedelta(minutes=60)
    Ticket.objects.update(person_asked_at=long_ago, turn_since=long_ago)
    for _look in range(4):
        HandOver.objects.update(asked_at=timezone.now() - timedelta(minutes=30))
        giving.look_after()
    ticket.refresh_from_db()
    assert ticket.team == other
    assert ticket.events.filter(kind=EventKind.TICKET_TRANSFERRED).count() == 1


def test_one_that_cannot_be_looked_after_stands_in_nobodys_way(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_team("Orders")
    Team.objects.filter(pk=team.pk).update(overflow_team=other, overflow_minutes=5)
    broken, next_one = waiting(team), waiting(team)
    HandOver.objects.update(asked_at=timezone.now() - timedelta(minutes=6))
    pass_on = actions.pass_on

    def fails_for_one(*, actor: Actor, ticket: Ticket) -> bool:
        if ticket == broken:
            raise ValueError("its row is locked")
        return pass_on(actor=actor, ticket=ticket)

    monkeypatch.setattr(actions, "pass_on", fails_for_one)
    assert giving.look_after() == 1
    next_one.refresh_from_db()
    assert next_one.team == other


def test_who_is_gone_is_not_told_that_somebody_took_it_and_the_team_hears_that_one_waits(
    team: Team,
) -> None:
    dana, robin = here("Dana Osei", team), make_agent("Robin Vale", teams=[team])
    ticket = waiting(team)
    giving.give()
    waits_at_the_page(ticket)
    gone(dana, minutes=4)
    giving.look_after()
    event = ticket.events.filter(kind=EventKind.TICKET_ASSIGNED).latest("position")
    ticket.refresh_from_db()
    told = dict(recipients.of(event, ticket))
    assert NotificationKind.TAKEN not in told.values()
    assert told[robin] == NotificationKind.QUEUE


def test_whoever_is_passed_on_for_the_third_time_is_a_leads_to_decide(team: Team) -> None:
    other = make_team("Orders")
    lead = make_lead("Lea Hart", teams=[other])
    dana = make_agent("Dana Osei", teams=[team, other])
    ticket = waiting(team)
    for number, to in enumerate([other, team, other, team, other]):
        actions.transfer(actor=Actor.agent(dana), ticket=ticket, team=to)
        paged = Event.objects.filter(kind=EventKind.PERSON_PAGED)
        assert list(paged.values_list("data__user", flat=True)) == [lead.pk] * (number >= 2)


def test_a_look_that_finds_nothing_to_give_asks_little(
    team: Team, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(4):
        assert giving.look_after() == 0


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_workers_who_give_out_at_once_give_nothing_twice_and_no_room_twice() -> None:
    first, second = make_team("Gear care"), make_team("Orders")
    Team.objects.update(method=Method.ROUND_ROBIN)
    giving.lately_given_out.forget()
    dana = here("Dana Osei", first, most_chats=3)
    dana.teams.add(second)
    for team in (first, second):
        for _number in range(4):
            waiting(team)
    errors: list[BaseException] = []

    def work(give: Callable[[], int]) -> None:
        try:
            give()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[giving.give]) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert Ticket.objects.filter(assignee=dana).count() == 3
    assert Event.objects.filter(kind=EventKind.TICKET_ASSIGNED).count() == 3
