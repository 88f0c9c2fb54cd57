"""Two conversations of one customer become one, and two again: nobody reads more than before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tests.factories import (
    index_tickets,
    make_agent,
    make_customer,
    make_message,
    make_reply,
    make_team,
    make_ticket,
)
from tests.tickets.parallel import real_transactions, together
from tickets import actions, clock
from tickets.actions import ActionError, NotAllowed
from tickets.actors import Actor
from tickets.lists.arranging import Sort
from tickets.models import (
    AuthorKind,
    Channel,
    Customer,
    Draft,
    EventKind,
    Message,
    Reason,
    Resolution,
    Team,
    Ticket,
    Turn,
    User,
)
from tickets.search.finding import find
from tickets.search.language import read

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return make_team("Gear care")


@pytest.fixture
def dana(team: Team) -> User:
    return make_agent("Dana Osei", teams=[team])


@pytest.fixture
def maya() -> Customer:
    return make_customer("Maya Lindqvist")


def opened(maya: Customer, team: Team, **more: Any) -> Ticket:
    return make_ticket(customer=maya, team=team, **more)


def merged(dana: User, ticket: Ticket, into: Ticket) -> Ticket:
    return actions.merge(actor=Actor.agent(dana), ticket=ticket, into=into)


def lines(ticket: Ticket) -> list[str]:
    said = ticket.messages.filter(author_kind=AuthorKind.SYSTEM).order_by("position")
    return [message.body for message in said]


def writes(maya: Customer, ticket: Ticket, body: str = "And the bag, too.") -> Message:
    return actions.continue_conversation(
        actor=Actor.of_customer(maya), ticket=ticket, body=body, channel=Channel.PORTAL
    )


def test_the_source_is_closed_into_the_target_and_both_say_so(
    maya: Customer, team: Team, dana: User
) -> None:
    source, target = opened(maya, team), opened(maya, team, turn=Turn.AGENT, agent=dana)
    other = opened(maya, team)
    untouched = Ticket.objects.values().get(pk=other.pk)
    said = list(source.messages.values_list("pk", flat=True))
    merged(dana, source, target)

    source.refresh_from_db()
    assert (source.merged_into, source.turn, source.resolution) == (target, "closed", "merged")
    assert not source.handovers.filter(ended_at=None).exists()
    assert list(source.messages.values_list("pk", flat=True))[:-1] == said
    assert "This one goes on in the other" in lines(source)[-1]
    assert "goes on here" in lines(target)[-1]
    events = {
        ticket.pk: ticket.events.get(kind=EventKind.TICKET_MERGED) for ticket in (source, target)
    }
    assert events[source.pk].data["before"]["turn"] == Turn.QUEUE
    assert events[target.pk].data == {"merged": source.pk, "into": target.pk}
    assert Ticket.objects.values().get(pk=other.pk) == untouched


def test_what_the_customer_writes_in_the_merged_one_arrives_in_the_other(
    maya: Customer, team: Team, dana: User
) -> None:
    source, target = opened(maya, team), opened(maya, team, turn=Turn.CUSTOMER, agent=dana)
    merged(dana, source, target)
    before = source.messages.count()
    message = writes(maya, source)
    target.refresh_from_db()
    assert message.ticket == target
    assert target.turn == Turn.AGENT
    assert source.messages.count() == before
    # Sent once more, as by a double click, it is the same; what is asked for there is asked for here.
    again = actions.post_message(
        actor=Actor.of_customer(maya), ticket=source, body="Hello?", client_id=None
    )
    assert again.ticket == target


def test_what_waited_in_the_merged_one_waits_in_the_other(
    maya: Customer, team: Team, dana: User
) -> None:
    waits = opened(maya, team)
    answered = opened(maya, team, turn=Turn.CUSTOMER, agent=dana)
    assert merged(dana, waits, answered).turn == Turn.AGENT
    waits, assistants = opened(maya, team), opened(maya, team, turn=Turn.CUSTOMER)
    into = merged(dana, waits, assistants)
    assert (into.turn, into.assignee) == (Turn.AGENT, dana)


def test_a_person_asked_for_in_a_merged_one_is_asked_for_where_it_goes_on(
    maya: Customer, team: Team, dana: User
) -> None:
    source = opened(maya, team, turn=Turn.ASSISTANT)
    target = opened(maya, team, turn=Turn.AGENT, agent=dana)
    merged(dana, source, target)
    actions.hand_back(actor=Actor.agent(dana), ticket=target)
    actions.hand_over(actor=Actor.of_customer(maya), ticket=source, reason=Reason.ASKED)
    target.refresh_from_db()
    source.refresh_from_db()
    assert (target.turn, source.resolution) == (Turn.QUEUE, Resolution.MERGED)


def test_for_a_day_it_can_be_taken_back_with_the_turn_that_it_had(
    maya: Customer, team: Team, dana: User
) -> None:
    source, target = opened(maya, team), opened(maya, team, turn=Turn.AGENT, agent=dana)
    before = Ticket.objects.values("turn", "turn_since", "person_asked_at", "team").get(
        pk=source.pk
    )
    waiting = source.handovers.get(ended_at=None)
    merged(dana, source, target)
    stays = writes(maya, source)
    actions.unmerge(actor=Actor.agent(dana), ticket=source)

    source.refresh_from_db()
    assert (source.merged_into, source.resolution, source.closed_at) == (None, "", None)
    assert Ticket.objects.values(*before).get(pk=source.pk) == before
    assert source.handovers.get(ended_at=None) == waiting
    assert Message.objects.get(pk=stays.pk).ticket == target
    for ticket in (source, target):
        event = ticket.events.get(kind=EventKind.TICKET_UNMERGED)
        assert event.data == {"merged": source.pk, "into": target.pk}
    assert writes(maya, source).ticket == source
    count = source.events.count()
    actions.unmerge(actor=Actor.agent(dana), ticket=source)  # a second click
    assert source.events.count() == count


def test_a_closed_one_comes_back_closed(maya: Customer, team: Team, dana: User) -> None:
    source = opened(maya, team, turn=Turn.CLOSED, agent=dana)
    target = opened(maya, team, turn=Turn.AGENT, agent=dana)
    closed_at = source.closed_at
    merged(dana, source, target)
    actions.unmerge(actor=Actor.agent(dana), ticket=source)
    source.refresh_from_db()
    assert (source.resolution, source.closed_at) == (Resolution.RESOLVED, closed_at)


def test_after_a_day_it_stays(maya: Customer, team: Team, dana: User) -> None:
    source, target = opened(maya, team), opened(maya, team)
    merged(dana, source, target)
    with clock.at(timezone.now() + timedelta(hours=25)), pytest.raises(ActionError) as error:
        actions.unmerge(actor=Actor.agent(dana), ticket=source)
    assert error.value.code == "too_late"


def test_what_comes_back_of_an_agent_who_is_gone_goes_to_the_queue(
    maya: Customer, team: Team, dana: User
) -> None:
    robin = make_agent("Robin Vale", teams=[team])
    source, target = opened(maya, team, turn=Turn.AGENT, agent=robin), opened(maya, team)
    merged(dana, source, target)
    User.objects.filter(pk=robin.pk).update(is_active=False)
    assert actions.unmerge(actor=Actor.agent(dana), ticket=source).turn == Turn.QUEUE


@pytest.mark.parametrize(
    ("why", "code"),
    [
        ("another customer's", "two_customers"),
        ("itself", "itself"),
        ("merged already", "merged"),
        ("a merged target", "merged"),
        ("a source with merged ones", "has_merged"),
        ("an open one into a closed one", "closed"),
        ("a reply that is leaving", "leaving"),
    ],
)
def test_what_cannot_be_one_is_refused_and_changes_nothing(
    why: str, code: str, maya: Customer, team: Team, dana: User
) -> None:
    ticket, into, third = opened(maya, team), opened(maya, team), opened(maya, team)
    match why:
        case "another customer's":
            into = make_ticket(team=team)
        case "itself":
            into = ticket
        case "merged already":
            merged(dana, ticket, third)
        case "a merged target":
            merged(dana, into, third)
        case "a source with merged ones":
            merged(dana, third, ticket)
        case "an open one into a closed one":
            actions.resolve(actor=Actor.agent(dana), ticket=into)
        case "a reply that is leaving":
            actions.send_reply(
                actor=Actor.agent(dana),
                ticket=ticket,
                body="One moment.",
                wait=timedelta(seconds=9),
            )
    before = list(Ticket.objects.order_by("pk").values()), Draft.objects.count()
    with pytest.raises(ActionError) as error:
        merged(dana, ticket, into)
    assert error.value.code == code
    assert (list(Ticket.objects.order_by("pk").values()), Draft.objects.count()) == before


def test_only_who_works_here_merges(maya: Customer, team: Team) -> None:
    source, target = opened(maya, team), opened(maya, team)
    with pytest.raises(NotAllowed):
        actions.merge(actor=Actor.of_customer(maya), ticket=source, into=target)


def test_a_merged_one_is_neither_reopened_nor_confirmed_nor_rated(
    maya: Customer, team: Team, dana: User
) -> None:
    source, target = opened(maya, team), opened(maya, team)
    merged(dana, source, target)
    customer = Actor.of_customer(maya)
    for act in (
        lambda: actions.reopen(actor=Actor.agent(dana), ticket=source),
        lambda: actions.reopen(actor=customer, ticket=source),
        lambda: actions.confirm_solved(actor=customer, ticket=source),
        lambda: actions.rate(actor=customer, ticket=source, satisfaction=5, effort=5),
        lambda: actions.reply(actor=Actor.agent(dana), ticket=source, body="Hello"),
    ):
        with pytest.raises(ActionError):
            act()
    source.refresh_from_db()
    assert source.merged_into == target


def test_what_became_somebody_elses_is_not_written_into(
    maya: Customer, team: Team, dana: User
) -> None:
    """One of the two was joined to another customer: then each goes on by itself."""
    source, target = opened(maya, team), opened(maya, team, turn=Turn.AGENT, agent=dana)
    merged(dana, source, target)
    Ticket.objects.filter(pk=target.pk).update(customer=make_customer())
    source = Ticket.objects.get(pk=source.pk)
    assert source.goes_on_in is None
    message = writes(maya, source)
    source.refresh_from_db()
    assert (message.ticket, source.merged_into, source.is_closed) == (source, None, False)


def test_the_database_refuses_a_merge_that_is_none(maya: Customer, team: Team, dana: User) -> None:
    ticket, other = opened(maya, team), opened(maya, team, turn=Turn.CLOSED, agent=dana)
    for rows, values in (
        (Ticket.objects.filter(pk=ticket.pk), {"merged_into": other}),
        (Ticket.objects.filter(pk=other.pk), {"resolution": "merged"}),
        (Ticket.objects.filter(pk=other.pk), {"resolution": "merged", "merged_into": other}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**values)


@real_transactions
def test_two_who_merge_each_into_the_other_at_once_one_wins() -> None:
    team = make_team("Gear care")
    agents = [make_agent(teams=[team]) for _ in range(2)]
    maya = make_customer()
    pair = [opened(maya, team), opened(maya, team)]
    done = together(2, lambda n: merged(agents[n], pair[n], pair[1 - n]))
    failed = [one for one in done if isinstance(one, Exception)]
    assert [type(one) for one in failed] == [ActionError]
    assert Ticket.objects.filter(merged_into__isnull=False).count() == 1


@real_transactions
def test_what_is_written_while_it_is_merged_is_in_one_of_them_and_waits() -> None:
    team = make_team("Gear care")
    dana = make_agent(teams=[team])
    maya = make_customer()
    source, target = (
        opened(maya, team, turn=Turn.AGENT, agent=dana),
        opened(maya, team, turn=Turn.AGENT, agent=dana),
    )
    make_reply(source, dana)
    make_reply(target, dana)
    done = together(
        2, lambda n: writes(maya, source, "One more") if n else merged(dana, source, target)
    )
    assert not [one for one in done if isinstance(one, Exception)]
    assert Message.objects.filter(body="One more", ticket__in=[source, target]).count() == 1
    target.refresh_from_db()
    source.refresh_from_db()
    assert (source.merged_into, target.turn) == (target, Turn.AGENT)


@real_transactions
def test_two_who_take_it_back_at_once_do_so_once() -> None:
    team = make_team("Gear care")
    dana = make_agent(teams=[team])
    maya = make_customer()
    source, target = opened(maya, team), opened(maya, team)
    merged(dana, source, target)
    done = together(2, lambda _n: actions.unmerge(actor=Actor.agent(dana), ticket=source))
    assert not [one for one in done if isinstance(one, Exception)]
    assert source.events.filter(kind=EventKind.TICKET_UNMERGED).count() == 1


def test_the_search_still_finds_what_was_said_in_it(maya: Customer, team: Team, dana: User) -> None:
    source, target = opened(maya, team, body="My marmalade leaked"), opened(maya, team)
    make_message(source, "It is the kettle")
    merged(dana, source, target)
    index_tickets()
    found = find(Actor.agent(dana), read("marmalade", dana), sort=Sort.NEWEST, cursor="", size=9)
    assert found.tickets == [source.pk]
