"""What agents change of a ticket: the row, the event, who is told, and two who do so at once."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from tests.factories import make_admin, make_agent, make_team, make_ticket, make_user
from tests.tickets.ledger import bodies, kinds, last_event, since
from tests.tickets.parallel import real_transactions, together
from tickets import actions
from tickets.actions import ActionError, ChangedMeanwhile, NotAllowed, Property
from tickets.actors import Actor
from tickets.live import nudges
from tickets.models import Event, Priority, Tag, Team, Ticket, TicketType, Turn, User
from tickets.models.properties import MOST_TAGS

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return make_team("Gear care")


@pytest.fixture
def dana(team: Team) -> User:
    return make_agent("Dana Osei", teams=[team])


@pytest.fixture
def robin(team: Team) -> User:
    return make_agent("Robin Vale", teams=[team])


def change(
    agent: User, ticket: Ticket, name: Property, value: str, seen: str | None = None
) -> Ticket:
    return actions.change_ticket(
        actor=Actor.agent(agent), ticket=ticket, name=name, value=value, seen=seen
    )


def assign(agent: User, ticket: Ticket, to: User | None, **seen: Any) -> Ticket:
    return actions.assign(actor=Actor.agent(agent), ticket=ticket, agent=to, **seen)


# --- one value ------------------------------------------------------------------------------------


def test_a_change_is_the_row_and_an_event_with_before_and_after(team: Team, dana: User) -> None:
    ticket, bystander = make_ticket(team=team), make_ticket(team=team)
    before = len(kinds(ticket))
    change(dana, ticket, Property.PRIORITY, "4", seen="2")
    ticket.refresh_from_db()
    assert ticket.priority == Priority.URGENT
    event = last_event(ticket)
    assert (event.kind, event.actor_user) == ("ticket.changed", dana)
    assert event.data == {"field": "priority", "before": 2, "after": 4}
    assert since(ticket, before) == ["ticket.changed"]
    assert len(bodies(ticket, "system")) == len(bodies(bystander, "system"))
    bystander.refresh_from_db()
    assert bystander.priority == Priority.NORMAL


def test_a_type_is_recorded_by_the_name_that_it_has_now(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team)
    problem = TicketType.objects.get(name="Problem")
    change(dana, ticket, Property.TYPE, str(problem.pk), seen="")
    problem.name = "Fault"
    problem.save()
    assert last_event(ticket).data == {"field": "type", "before": "", "after": "Problem"}
    change(dana, ticket, Property.TYPE, "")
    ticket.refresh_from_db()
    assert ticket.type is None


def test_no_words_of_a_subject_are_in_its_event(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team, body="canary-of-the-customer")
    change(dana, ticket, Property.SUBJECT, "  A broken\n pole ")
    ticket.refresh_from_db()
    assert ticket.subject == "A broken pole"
    assert last_event(ticket).data == {"field": "subject"}


def test_the_same_value_again_leaves_no_event(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team)
    before = len(kinds(ticket))
    change(dana, ticket, Property.PRIORITY, "2", seen="1")
    assert since(ticket, before) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((Property.PRIORITY, bad) for bad in ("", "0", "5", "x", "２")),
        *((Property.TYPE, bad) for bad in ("0", "x", "99999999", "9" * 50, "\x00")),
        *((Property.SUBJECT, bad) for bad in ("", " \n", "\u200b")),
    ],
)
def test_what_is_no_value_is_refused(team: Team, dana: User, name: Property, value: str) -> None:
    ticket = make_ticket(team=team)
    before = len(kinds(ticket))
    with pytest.raises(ValidationError):
        change(dana, ticket, name, value)
    assert since(ticket, before) == []


def test_customers_and_integrators_change_nothing(team: Team) -> None:
    ticket = make_ticket(team=team)
    for actor in (Actor.of_customer(ticket.customer), Actor.system(), Actor.nobody()):
        with pytest.raises(NotAllowed):
            actions.change_ticket(actor=actor, ticket=ticket, name=Property.PRIORITY, value="4")
        with pytest.raises(NotAllowed):
            actions.change_tags(actor=actor, ticket=ticket, add=["x"])
        with pytest.raises(NotAllowed):
            actions.assign(actor=actor, ticket=ticket, agent=None)


# --- two at once ----------------------------------------------------------------------------------


def test_the_second_who_changes_a_value_is_told_what_it_is_and_who_set_it(
    team: Team, dana: User, robin: User
) -> None:
    ticket = make_ticket(team=team)
    change(dana, ticket, Property.PRIORITY, "4", seen="2")
    before = len(kinds(ticket))
    with pytest.raises(ChangedMeanwhile) as told:
        change(robin, ticket, Property.PRIORITY, "1", seen="2")
    assert told.value.message.startswith("Dana Osei changed the priority meanwhile.")
    assert "It is now: Urgent." in told.value.message
    ticket.refresh_from_db()
    assert ticket.priority == Priority.URGENT
    assert since(ticket, before) == []


def test_the_second_who_assigns_is_told_who_has_it(team: Team, dana: User, robin: User) -> None:
    ticket = make_ticket(team=team)
    assign(dana, ticket, robin, seen=None)
    with pytest.raises(ChangedMeanwhile) as told:
        assign(dana, ticket, dana, seen=None)
    assert "Robin Vale" in told.value.message
    ticket.refresh_from_db()
    assert ticket.assignee == robin


@real_transactions
def test_of_two_who_change_one_value_at_the_same_moment_one_is_refused() -> None:
    team = make_team()
    agents = [make_agent(teams=[team]) for _n in range(2)]
    ticket = make_ticket(team=team)
    found = together(
        2, lambda n: change(agents[n], ticket, Property.PRIORITY, ("1", "4")[n], seen="2")
    )
    assert sorted(type(one).__name__ for one in found) == ["ChangedMeanwhile", "Ticket"]
    assert Event.objects.filter(kind="ticket.changed").count() == 1


@real_transactions
def test_two_who_add_tags_at_the_same_moment_both_get_theirs() -> None:
    team = make_team()
    agents = [make_agent(teams=[team]) for _n in range(2)]
    ticket = make_ticket(team=team)
    together(
        2,
        lambda n: actions.change_tags(
            actor=Actor.agent(agents[n]), ticket=ticket, add=[("refund", "pole")[n]]
        ),
    )
    ticket.refresh_from_db()
    assert sorted(ticket.tags) == ["pole", "refund"]


# --- tags -----------------------------------------------------------------------------------------


def test_tags_are_kept_in_one_form_and_complete_what_is_typed(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team)
    actor = Actor.agent(dana)
    actions.change_tags(actor=actor, ticket=ticket, add=["  #Broken   Pole", "refund", "REFUND"])
    ticket.refresh_from_db()
    assert ticket.tags == ["broken pole", "refund"]
    assert last_event(ticket).data == {
        "field": "tags",
        "before": [],
        "after": ["broken pole", "refund"],
    }
    assert Tag.objects.beginning("re", most=8) == ["refund"]
    actions.change_tags(actor=actor, ticket=ticket, remove=["refund"])
    ticket.refresh_from_db()
    assert ticket.tags == ["broken pole"]


def test_tags_are_bounded_in_number_and_length(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team)
    actor = Actor.agent(dana)
    many = [f"tag {number}" for number in range(MOST_TAGS)]
    actions.change_tags(actor=actor, ticket=ticket, add=[*many[1:], "x" * 100])
    ticket.refresh_from_db()
    assert len(ticket.tags) == MOST_TAGS
    assert max(map(len, ticket.tags)) == 40
    for bad in (["one more"], ["#"], ["\u200b"], [" "]):
        with pytest.raises(ValidationError):
            actions.change_tags(actor=actor, ticket=ticket, add=bad)


# --- who has it -----------------------------------------------------------------------------------


def test_a_colleague_who_is_given_it_has_it_and_the_customer_reads_who(
    team: Team, dana: User, robin: User
) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    assign(dana, ticket, robin, seen=dana.pk)
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.assignee) == (Turn.AGENT, robin)
    open_one = ticket.handovers.get(ended_at=None)
    assert (open_one.accepted_by, ticket.handovers.count()) == (robin, 2)
    assert ticket.events.get(kind="ticket.assigned").data == {
        "before": dana.pk,
        "after": robin.pk,
    }
    assert bodies(ticket, "system")[-1] == "Robin joined the conversation."


def test_whoever_waits_for_the_customer_goes_on_waiting(
    team: Team, dana: User, robin: User
) -> None:
    ticket = make_ticket(team=team, turn=Turn.CUSTOMER, agent=dana)
    since_then = ticket.turn_since
    assign(dana, ticket, robin)
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.turn_since, ticket.assignee) == (Turn.CUSTOMER, since_then, robin)


@pytest.mark.parametrize("turn", [Turn.QUEUE, Turn.ASSISTANT, Turn.CUSTOMER])
def test_to_take_what_nobody_has_is_to_accept_it(team: Team, dana: User, turn: Turn) -> None:
    ticket = make_ticket(team=team, turn=turn)
    assign(dana, ticket, dana, seen=None)
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.assignee) == (Turn.AGENT, dana)
    assert "ticket.accepted" in kinds(ticket)


def test_nobody_is_back_to_the_queue_in_the_place_it_had(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team, turn=Turn.CUSTOMER, agent=dana)
    asked = ticket.person_asked_at
    assign(dana, ticket, None, seen=dana.pk)
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.assignee, ticket.person_asked_at) == (Turn.QUEUE, None, asked)
    assert ticket.handovers.get(ended_at=None).accepted_at is None
    assert bodies(ticket, "system")[-1].startswith("Somebody else of our team goes on here")


def test_it_is_given_only_to_who_may_see_it_without_it(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    gone = make_agent(teams=[team], is_active=False)
    for stranger in (make_agent(teams=[make_team()]), gone, make_user()):
        with pytest.raises(ActionError, match="does not see the conversations of Gear care"):
            assign(dana, ticket, stranger)
    admin = make_admin()
    assert assign(dana, ticket, admin).assignee == admin


def test_what_is_closed_is_given_to_nobody(team: Team, dana: User, robin: User) -> None:
    ticket = make_ticket(team=team, turn=Turn.CLOSED, agent=dana)
    with pytest.raises(ActionError) as told:
        assign(dana, ticket, robin)
    assert told.value.code == "closed"


def test_customers_hear_of_an_assignment_and_of_no_other_change(
    team: Team, dana: User, robin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[list[str], dict[str, Any]]] = []
    monkeypatch.setattr(nudges, "send", lambda groups, message: sent.append((groups, message)))
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    customers = nudges.customer_group(ticket.pk)
    assign(dana, ticket, robin)
    nudges.nudge(ticket.events.get(kind="ticket.assigned"))
    assert {customers, nudges.user_group(dana.pk)} <= set(sent[-1][0])
    change(dana, ticket, Property.PRIORITY, "4")
    nudges.nudge(last_event(ticket))
    assert customers not in sent[-1][0]
    assert nudges.staff_group(ticket.pk) in sent[-1][0]
