"""What the assistant does for customers, from the first word to the end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bots.models import Expected, RunState, Task, TaskRun
from bots.scenarios import from_conversation
from tests.bots.tasks_done import (
    ARRIVED,
    LAYLA,
    MAYA,
    NEW,
    OTHER,
    by_a_visitor,
    choices,
    opened,
    run_of,
    said,
    settle,
    write,
)
from tests.factories import make_customer
from tests.shop_server import FaultyShop
from tests.tickets.ledger import kinds
from tests.tickets.proofs import proved
from tickets import actions, clock
from tickets.actors import Actor
from tickets.models import (
    Answer,
    ConnectorCall,
    Decision,
    EventKind,
    Fact,
    HandOver,
    IdentityCheck,
    Reason,
    Turn,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("encoder", "asked", "shop")]


def test_an_order_is_looked_up_for_whoever_it_belongs_to_and_the_shop_is_named() -> None:
    ticket = opened(f"Where is my order {ARRIVED}?")
    assert ticket.turn == Turn.CUSTOMER
    assert ARRIVED.replace("-", "-") in said(ticket)
    assert "**Delivered**" in said(ticket)
    answer = Answer.objects.get(message__ticket=ticket)
    assert (answer.decision, answer.told_by) == (Decision.TASK, "Kestrel & Moor shop")
    run = run_of(ticket)
    assert (run.state, run.task.key) == (RunState.DONE, "order_status")
    assert Fact.objects.filter(ticket=ticket, key="order_number", value=ARRIVED).exists()
    assert kinds(ticket).count(EventKind.TASK_STARTED) == 1
    assert kinds(ticket).count(EventKind.TASK_DONE) == 1


def test_what_is_not_known_is_asked_for_and_then_the_address_is_proved() -> None:
    ticket = by_a_visitor("where's my parcel?")
    assert "Which one is it about?" in said(ticket)
    ticket = write(ticket, "48951")
    assert "make sure that it is you" in said(ticket)
    check = IdentityCheck.objects.get(ticket=ticket)
    assert (check.purpose, check.wanted_at is not None) == ("parcel_tracking", True)
    assert not ConnectorCall.objects.exists(), "nothing is asked before they are known"
    make_customer(email=MAYA)
    proved(ticket, MAYA)
    settle()
    assert "Moorland Post" in said(ticket)
    assert run_of(ticket).state == RunState.DONE


def test_somebody_elses_order_is_like_one_that_is_not_there() -> None:
    theirs = opened(f"Where is my order {OTHER}?")
    nobodys = opened("Where is my order KM-00001?")
    assert said(theirs).replace(OTHER, "#") == said(nobodys).replace("KM-00001", "#")
    assert "Sent" not in said(theirs)
    assert run_of(theirs).record == {}
    theirs = write(theirs, OTHER)
    assert theirs.turn == Turn.QUEUE, "the second time a person looks"
    assert HandOver.objects.get(ticket=theirs).reason == Reason.TASK


def test_nothing_is_changed_before_the_customer_said_yes(shop: FaultyShop) -> None:
    ticket = opened(f"I need a return label for {ARRIVED}")
    assert "Shall I make a return label" in said(ticket)
    assert "1 x Drift sleeping bag, Regular" in said(ticket)
    assert choices(ticket) == ["Yes", "No", "Change something"]
    assert shop.store.done == {}
    ticket = write(ticket, "Yes")
    assert "R-7001" in said(ticket)
    assert choices(ticket) == ["Undo"]
    assert len(shop.store.done) == 1
    assert ticket.turn == Turn.CUSTOMER
    run = run_of(ticket)
    assert (run.state, run.result["return"]) == (RunState.DONE, "R-7001")


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("No", RunState.LEFT),
        ("never mind", RunState.LEFT),
        ("yes, but a bit later", RunState.CONFIRMING),
        ("hmm", RunState.CONFIRMING),
    ],
)
def test_anything_but_a_plain_yes_changes_nothing(
    shop: FaultyShop, words: str, state: RunState
) -> None:
    ticket = write(opened(f"I need a return label for {ARRIVED}"), words)
    assert run_of(ticket).state == state
    assert shop.store.done == {}
    assert ticket.turn == Turn.CUSTOMER


def test_two_answers_that_are_neither_yes_nor_no_bring_a_person(shop: FaultyShop) -> None:
    ticket = write(opened(f"I need a return label for {ARRIVED}"), "hmm")
    ticket = write(ticket, "well")
    assert ticket.turn == Turn.QUEUE
    handover = HandOver.objects.get(ticket=ticket)
    assert (handover.reason, run_of(ticket).state) == (Reason.TASK, RunState.FAILED)
    assert "Get a return label" in handover.tried
    assert ARRIVED in handover.detail
    assert shop.store.done == {}


def test_what_was_done_is_taken_back_while_there_is_time(shop: FaultyShop) -> None:
    ticket = write(opened(f"I need a return label for {ARRIVED}"), "yes please")
    ticket = write(ticket, "Undo")
    assert said(ticket) == "It is taken back."
    assert run_of(ticket).state == RunState.UNDONE
    assert len(shop.store.done) == 2
    assert choices(ticket) == []
    assert EventKind.TASK_UNDONE in kinds(ticket)


def test_after_its_time_nothing_is_taken_back_and_a_person_is_offered(shop: FaultyShop) -> None:
    ticket = write(opened(f"I need a return label for {ARRIVED}"), "yes")
    with clock.at(clock.now() + timedelta(minutes=31)):
        ticket = write(ticket, "undo that please")
    assert "too late" in said(ticket)
    assert kinds(ticket).count(EventKind.TASK_DONE) == 1
    assert run_of(ticket).state == RunState.DONE
    assert len(shop.store.done) == 1
    assert Answer.objects.filter(message__ticket=ticket).latest("pk").offers_person


def test_what_the_status_does_not_allow_is_said_before_anything_is_asked(shop: FaultyShop) -> None:
    ticket = opened(f"Please cancel my order {ARRIVED}")
    assert "cannot cancel your order" in said(ticket)
    assert run_of(ticket).state == RunState.REFUSED
    assert shop.store.done == {}


def test_what_is_allowed_is_done_for_the_one_order_that_they_have(shop: FaultyShop) -> None:
    customer = make_customer(email=LAYLA)
    ticket = write(opened(f"Please cancel my order {NEW}", customer), "Yes")
    assert "is cancelled" in said(ticket)
    assert shop.store.orders[NEW].status == "Cancelled"


def test_above_its_limit_a_person_decides(shop: FaultyShop) -> None:
    Task.objects.filter(key="return_label").update(limit=200)
    ticket = opened(f"I need a return label for {ARRIVED}")
    assert ticket.turn == Turn.QUEUE
    assert "above 200" in HandOver.objects.get(ticket=ticket).detail
    assert shop.store.done == {}


def test_facts_are_asked_one_at_a_time_and_two_answers_at_once_are_both_taken(
    shop: FaultyShop,
) -> None:
    customer = make_customer(email=LAYLA)
    ticket = opened(f"Please change the delivery address of my order {NEW}", customer)
    assert "street" in said(ticket)
    ticket = write(ticket, "12 Mill Lane, BS1 4ST")
    assert "Shall your order" in said(ticket)
    assert "BS1 4ST" in said(ticket)
    write(ticket, "yes")
    assert shop.store.orders[NEW].postcode == "BS1 4ST"


def test_whoever_wants_something_changed_is_asked_for_the_facts_again(shop: FaultyShop) -> None:
    customer = make_customer(email=LAYLA)
    ticket = opened(f"Please change the delivery address of my order {NEW}", customer)
    ticket = write(write(ticket, "12 Mill Lane, BS1 4ST"), "Change something")
    assert "street" in said(ticket)
    ticket = write(ticket, "14 Mill Lane, BS1 4ST")
    assert "14 Mill Lane" in said(ticket)
    assert shop.store.done == {}


def test_whoever_gets_angry_in_the_middle_is_with_a_person_who_sees_all_of_it() -> None:
    ticket = opened(f"I need a return label for {ARRIVED}")
    ticket = write(ticket, "This is ridiculous, you useless machine, I am furious!!!")
    assert ticket.turn == Turn.QUEUE
    handover = HandOver.objects.get(ticket=ticket)
    assert handover.reason == Reason.ANGER
    assert "Get a return label" in handover.tried
    assert any(fact["value"] == ARRIVED for fact in handover.facts)


def test_a_person_is_always_one_press_away_and_what_was_open_is_not_gone_on_with(
    shop: FaultyShop,
) -> None:
    ticket = opened(f"I need a return label for {ARRIVED}")
    customer = Actor.of_customer(ticket.customer)
    actions.hand_over(actor=customer, ticket=ticket, reason=Reason.ASKED)
    ticket = write(ticket, "Yes")
    assert ticket.turn == Turn.QUEUE
    assert shop.store.done == {}


def test_two_things_that_fit_as_well_are_asked_about_once() -> None:
    Task.objects.filter(key__in=["order_status", "parcel_tracking"]).update(name="The same")
    ticket = opened("The same")
    assert TaskRun.objects.filter(ticket=ticket).exists()


def test_a_task_that_is_switched_off_is_none_and_in_the_middle_it_goes_to_a_person() -> None:
    ticket = opened("I need a return label")
    Task.objects.update(active=False)
    assert not TaskRun.objects.filter(ticket=opened("I need a return label")).exists()
    Task.objects.filter(key="call_back").update(active=True)
    ticket = write(ticket, ARRIVED)
    assert ticket.turn == Turn.QUEUE
    assert "switched off" in HandOver.objects.get(ticket=ticket).detail


def test_a_call_back_reaches_a_person_with_the_number_and_says_when() -> None:
    ticket = opened("Please call me back")
    assert "On which number" in said(ticket)
    ticket = write(ticket, "07700 900123")
    assert ticket.turn == Turn.QUEUE
    assert "07700 900123" in said(ticket)
    assert "07700 900123" in HandOver.objects.get(ticket=ticket).detail


def test_opening_hours_and_the_log_in_need_nobody_to_be_known() -> None:
    assert "Our people are there" in said(by_a_visitor("What are your opening hours?"))
    assert "/account/password/reset/" in said(by_a_visitor("I forgot my password."))


@pytest.mark.parametrize(
    "words",
    [
        "I want to talk to a human please",
        "I'd rather talk to somebody, can I speak to a real person?",
        "Call me names if you like, but get me a human",
        "please call me, or get me a real person",
    ],
)
def test_whoever_asks_for_a_person_is_asked_for_no_telephone_number(words: str) -> None:
    ticket = opened(words)
    assert ticket.turn == Turn.QUEUE
    assert HandOver.objects.get(ticket=ticket).reason == Reason.ASKED
    assert not TaskRun.objects.exists()


def test_a_conversation_in_which_something_was_done_is_a_scenario_of_that_task() -> None:
    ticket = opened(f"I need a return label for {ARRIVED}")
    (turn,) = from_conversation.propose(ticket).turns
    assert (turn.expected, turn.task_key) == (Expected.TASK, "return_label")
    assert ARRIVED not in turn.text
    assert turn.facts == {}
