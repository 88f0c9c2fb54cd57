"""What an agent has done for a customer: the same steps, filled in, and its outcome for them alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from bots.actions import do_for_customer
from bots.models import RunState, Task, TaskRun
from tests.bots.tasks_done import ARRIVED, MAYA, opened, run_of, settle, write
from tests.factories import make_agent, make_team
from tests.shop_server import FaultyShop
from tests.tickets.ledger import bodies
from tests.tickets.records.making import make_record
from tickets import actions
from tickets.actors import Actor
from tickets.models import AuthorKind, EventKind, Reason, RecordType, Ticket, Turn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("encoder", "asked", "shop")]


@pytest.fixture
def ticket() -> Ticket:
    """A return that was above the limit, so that a person has it."""
    Task.objects.filter(key="return_label").update(limit=100)
    found = opened(f"I need a return label for {ARRIVED}")
    assert found.turn == Turn.QUEUE
    make_record(RecordType.objects.get(key="order"), 48951, customer_email=MAYA)
    return found


@pytest.fixture
def agent(ticket: Ticket, client: Client, settings: Any) -> Client:
    settings.STAFF_NEED_SECOND_FACTOR = False
    client.force_login(make_agent("Amara", teams=[ticket.team]))
    return client


def place(ticket: Ticket, key: str = "return_label") -> str:
    return reverse("workspace-do-task", args=[ticket.reference, key])


def test_an_agent_finds_the_task_filled_in_and_does_it_with_one_press(
    agent: Client, ticket: Ticket, shop: FaultyShop
) -> None:
    heard = bodies(ticket, AuthorKind.ASSISTANT)
    page = agent.get(place(ticket))
    assert page.context["form"]["record"].value() == ARRIVED
    assert agent.post(place(ticket), {"record": ARRIVED}).status_code == 302
    settle()
    assert len(shop.store.done) == 1
    note = ticket.notes.latest("pk")
    assert "R-7001" in note.body
    assert note.author is not None
    assert note.author.get_short_name() == "Amara"
    run = run_of(ticket)
    assert (run.state, run.agent) == (RunState.DONE, note.author)
    assert bodies(ticket, AuthorKind.ASSISTANT) == heard, "the customer reads nothing of it"
    done = ticket.events.get(kind=EventKind.TASK_DONE)
    assert done.actor_user == note.author
    panel = agent.get(reverse("workspace-tasks", args=[ticket.reference]))
    assert "Get a return label" in panel.text


def test_what_is_only_shown_is_looked_up_as_it_is_now(agent: Client, ticket: Ticket) -> None:
    agent.post(place(ticket, "order_status"), {"record": ARRIVED})
    settle()
    assert "**Delivered**" in ticket.notes.latest("pk").body


def test_a_system_in_trouble_is_said_in_a_note_and_nothing_is_handed_over(
    agent: Client, ticket: Ticket, shop: FaultyShop
) -> None:
    shop.trouble = "down"
    number = ticket.handovers.count()
    agent.post(place(ticket), {"record": ARRIVED})
    settle()
    assert run_of(ticket).state == RunState.FAILED
    assert "Failed" in ticket.notes.latest("pk").body
    assert ticket.handovers.count() == number


def test_a_second_press_while_it_is_done_is_refused(agent: Client, ticket: Ticket) -> None:
    agent.post(place(ticket), {"record": ARRIVED})
    again = agent.post(place(ticket), {"record": ARRIVED})
    assert again.status_code == 409
    assert TaskRun.objects.filter(ticket=ticket, state=RunState.DOING).count() == 1


def test_only_records_of_this_customer_and_answers_that_can_be_read_are_taken(
    agent: Client, ticket: Ticket, shop: FaultyShop
) -> None:
    assert agent.post(place(ticket), {"record": "KM-48877"}).status_code == 422
    sent = {"record": ARRIVED, "fact-street": "12 Mill Lane", "fact-postcode": "none"}
    assert agent.post(place(ticket, "change_address"), sent).status_code == 422
    assert shop.store.done == {}


def test_nobody_does_anything_in_a_conversation_that_they_do_not_see(
    ticket: Ticket, client: Client, settings: Any, shop: FaultyShop
) -> None:
    settings.STAFF_NEED_SECOND_FACTOR = False
    client.force_login(make_agent("Elsewhere", teams=[make_team("Elsewhere")]))
    assert client.post(place(ticket), {"record": ARRIVED}).status_code == 404
    assert client.get(place(ticket)).status_code == 404
    with pytest.raises(actions.NotAllowed):
        do_for_customer(
            actor=Actor.of_customer(ticket.customer),
            ticket=ticket,
            task=Task.objects.get(key="return_label"),
            facts={},
        )
    assert shop.store.done == {}


def test_what_the_assistant_had_begun_is_left_when_an_agent_does_it(
    agent: Client, shop: FaultyShop, ticket: Ticket
) -> None:
    Task.objects.filter(key="return_label").update(limit=None, limit_field="")
    other = opened(f"I need a return label for {ARRIVED}")
    assert run_of(other).state == RunState.CONFIRMING
    Ticket.objects.filter(pk=other.pk).update(team=ticket.team)
    agent.post(place(other), {"record": ARRIVED})
    settle()
    states = TaskRun.objects.filter(ticket=other).order_by("pk").values_list("state", flat=True)
    assert list(states) == [RunState.LEFT, RunState.DONE]
    write(other, "Yes")
    assert len(shop.store.done) == 1
    assert Reason.TASK not in other.handovers.values_list("reason", flat=True)
