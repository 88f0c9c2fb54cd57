"""Who the customer is: a visitor, an address they left, the account that it all joins."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from tests.factories import make_customer, make_ticket, make_user, make_visitor
from tests.tickets.ledger import kinds, last_event, owed, since
from tests.tickets.parallel import real_transactions, together
from tickets import actions
from tickets.actions import ActionError
from tickets.actors import Actor
from tickets.models import Customer, Event, Fact, Ticket, Turn

pytestmark = pytest.mark.django_db


def leave(ticket: Ticket, email: str) -> Customer:
    return actions.leave_email(actor=Actor.of_customer(ticket.customer), ticket=ticket, email=email)


def confirm(customer: Customer, email: str) -> Customer:
    return actions.confirm_email(actor=Actor.of_customer(customer), customer=customer, email=email)


def visitor_with(email: str) -> tuple[Ticket, Customer]:
    """A visitor who waits for a person and left an address."""
    ticket = make_ticket(turn=Turn.QUEUE, customer=make_visitor())
    return ticket, leave(ticket, email)


# --- an address that was left ---------------------------------------------------------------------


def test_an_address_that_was_left_is_not_believed() -> None:
    account = make_customer(email="ines@walkers.example")
    ticket, visitor = visitor_with("Ines@Walkers.example ")
    visitor.refresh_from_db()
    ticket.refresh_from_db()
    assert (visitor.email, visitor.claimed_email) == (None, "ines@walkers.example")
    assert ticket.customer == visitor
    assert account.tickets.count() == 0
    event = last_event(ticket)
    assert (event.kind, owed(event)) == ("email.left", ["mail.confirm_address"])
    assert "ines" not in str(event.data)


def test_leaving_the_same_address_again_sends_nothing_again() -> None:
    ticket, _ = visitor_with("new@walkers.example")
    leave(ticket, "new@walkers.example")
    assert kinds(ticket).count("email.left") == 1


def test_an_address_that_is_known_cannot_be_replaced_by_leaving_another() -> None:
    ticket = make_ticket(customer=make_customer(email="ines@walkers.example"))
    leave(ticket, "mallory@walkers.example")
    ticket.customer.refresh_from_db()
    assert (ticket.customer.email, ticket.customer.claimed_email) == ("ines@walkers.example", "")


@pytest.mark.parametrize(
    "email",
    ["", "ines", "ines@", "a@b@c.example", "a b@c.example", "x@y.example\nBcc: z@y.example"],
)
def test_what_is_no_address_is_refused_in_words(email: str) -> None:
    ticket = make_ticket(customer=make_visitor())
    with pytest.raises(ValidationError) as refused:
        leave(ticket, email)
    assert refused.value.messages == ["Write an e-mail address like name@example.com."]
    ticket.customer.refresh_from_db()
    assert ticket.customer.claimed_email == ""


# --- confirming -----------------------------------------------------------------------------------


def test_a_confirmed_address_is_the_visitors_own_when_nobody_has_it() -> None:
    _ticket, visitor = visitor_with("new@walkers.example")
    assert confirm(visitor, "new@walkers.example") == visitor
    visitor.refresh_from_db()
    assert (visitor.email, visitor.claimed_email) == ("new@walkers.example", "")
    event = Event.objects.get(kind="email.confirmed")
    assert (event.subject, event.subject_id) == ("tickets.customer", str(visitor.pk))


def test_confirming_joins_what_was_written_to_whoever_has_the_address() -> None:
    account = make_customer(email="ines@walkers.example", login=True)
    ticket, visitor = visitor_with("ines@walkers.example")
    actions.note_fact(actor=Actor.assistant(), ticket=ticket, key="order", value="KM-1")
    before = len(kinds(ticket))
    assert confirm(visitor, "ines@walkers.example") == account
    ticket.refresh_from_db()
    visitor.refresh_from_db()
    assert ticket.customer == account
    assert (visitor.joined_into, visitor.email, visitor.claimed_email) == (account, None, "")
    assert Fact.objects.get().customer == account
    assert since(ticket, before) == ["customer.joined"]
    assert last_event(ticket).data == {"visitor": visitor.pk, "customer": account.pk}
    assert not Ticket.objects.visible_to(Actor.of_customer(visitor)).exists()


def test_confirming_twice_gives_the_same_and_changes_nothing() -> None:
    account = make_customer(email="ines@walkers.example")
    ticket, visitor = visitor_with("ines@walkers.example")
    confirm(visitor, "ines@walkers.example")
    before = kinds(ticket)
    assert confirm(visitor, "ines@walkers.example") == account
    assert kinds(ticket) == before


def test_an_address_that_was_left_by_mistake_proves_nothing_later() -> None:
    """Whoever has the first address must not get what the owner of the second one wrote."""
    make_customer(email="stranger@walkers.example")
    ticket, visitor = visitor_with("stranger@walkers.example")
    leave(ticket, "ines@walkers.example")
    with pytest.raises(ActionError):
        confirm(visitor, "stranger@walkers.example")
    confirm(visitor, "ines@walkers.example")
    with pytest.raises(ActionError):
        confirm(visitor, "stranger@walkers.example")
    ticket.refresh_from_db()
    visitor.refresh_from_db()
    assert ticket.customer == visitor
    assert visitor.email == "ines@walkers.example"


def test_what_joined_one_account_cannot_be_confirmed_into_another() -> None:
    account = make_customer(email="ines@walkers.example")
    make_customer(email="mallory@walkers.example")
    ticket, visitor = visitor_with("ines@walkers.example")
    confirm(visitor, "ines@walkers.example")
    with pytest.raises(ActionError):
        confirm(visitor, "mallory@walkers.example")
    ticket.refresh_from_db()
    assert ticket.customer == account


@real_transactions
def test_two_who_confirm_one_new_address_at_once_become_one_customer() -> None:
    (first, one), (second, other) = (visitor_with("new@walkers.example") for _ in range(2))
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            confirm(one, "new@walkers.example")
            late = pool.submit(in_thread, lambda: confirm(other, "new@walkers.example"))
            wait_for_a_lock()  # it found nobody with this address, and wants to have it
        assert late.result(timeout=10) == one
    for ticket in (first, second):
        ticket.refresh_from_db()
        assert ticket.customer == one


def in_thread(act: Callable[[], Customer]) -> Customer:
    try:
        return act()
    finally:
        connection.close()


def wait_for_a_lock() -> None:
    """Returns once another transaction waits for this one."""
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone() != (0,):
                return
        time.sleep(0.02)
    pytest.fail("Nobody waits.")


@real_transactions
def test_one_link_pressed_five_times_at_once_joins_once() -> None:
    account = make_customer(email="ines@walkers.example")
    ticket, visitor = visitor_with("ines@walkers.example")
    assert together(5, lambda _: confirm(visitor, "ines@walkers.example")) == [account] * 5
    assert kinds(ticket).count("customer.joined") == 1


@real_transactions
def test_confirming_while_writing_and_asking_for_a_person_does_not_deadlock() -> None:
    make_customer(email="ines@walkers.example")
    ticket, visitor = visitor_with("ines@walkers.example")
    actor = Actor.of_customer(visitor)
    acts: list[Callable[[], object]] = [
        lambda: confirm(visitor, "ines@walkers.example"),
        lambda: actions.post_message(actor=actor, ticket=ticket, body="Are you there?"),
        lambda: actions.ask_for_a_person(actor=actor, customer=visitor),
        lambda: leave(ticket, "ines@walkers.example"),
    ]
    results = together(12, lambda index: acts[index % 4]())
    assert [result for result in results if isinstance(result, Exception)] == []


# --- logging in -----------------------------------------------------------------------------------


def test_after_a_log_in_what_the_visitor_wrote_is_in_the_account() -> None:
    account = make_customer(login=True)
    ticket = make_ticket(customer=make_visitor())
    assert account.user is not None
    joined = actions.join_account(
        actor=Actor.of_customer(ticket.customer), user=account.user, visitor=ticket.customer
    )
    ticket.refresh_from_db()
    assert joined == ticket.customer == account
    assert last_event(ticket).kind == "customer.joined"


def test_a_log_in_gets_the_customer_with_its_address() -> None:
    known = make_customer("Ines Pardo", email="ines@walkers.example")
    user = make_user(email="Ines@walkers.example")
    assert actions.join_account(actor=Actor.nobody(), user=user, visitor=None) == known
    known.refresh_from_db()
    assert (known.user, known.name) == (user, "Ines Pardo")


def test_a_log_in_without_a_customer_gets_a_new_one_once() -> None:
    user = make_user("Ines Pardo", email="ines@walkers.example")
    first = actions.join_account(actor=Actor.nobody(), user=user, visitor=None)
    assert actions.join_account(actor=Actor.nobody(), user=user, visitor=None) == first
    assert (first.email, first.name, first.user) == ("ines@walkers.example", "Ines Pardo", user)
    assert Customer.objects.count() == 1


def test_a_log_in_with_an_address_that_another_log_in_had_is_no_error() -> None:
    before = make_customer(email="ines@walkers.example", login=True)
    assert before.user is not None
    before.user.email = "ines.pardo@walkers.example"  # changed since, in the account
    before.user.save()
    user = make_user(email="ines@walkers.example")
    customer = actions.join_account(actor=Actor.nobody(), user=user, visitor=None)
    assert (customer.user, customer.email) == (user, None)
    assert customer != before


@pytest.mark.parametrize("kind", ["account", "confirmed", "joined"])
def test_a_customer_who_is_somebody_else_is_not_joined(kind: str) -> None:
    account = make_customer(login=True)
    assert account.user is not None
    if kind == "account":
        other = make_customer(login=True)
    elif kind == "confirmed":
        other = make_customer()
    else:
        other = make_visitor()
        elsewhere = make_customer(login=True)
        assert elsewhere.user is not None
        actions.join_account(actor=Actor.of_customer(other), user=elsewhere.user, visitor=other)
    ticket = make_ticket() if kind == "joined" else make_ticket(customer=other)
    before = (ticket.customer_id, kinds(ticket))
    actions.join_account(actor=Actor.of_customer(other), user=account.user, visitor=other)
    ticket.refresh_from_db()
    assert (ticket.customer_id, kinds(ticket)) == before


@real_transactions
def test_two_log_ins_at_once_make_one_customer() -> None:
    user = make_user(email="ines@walkers.example")
    found = together(
        5, lambda _: actions.join_account(actor=Actor.nobody(), user=user, visitor=None)
    )
    assert {getattr(one, "pk", one) for one in found} == {Customer.objects.get().pk}


# --- for those whose word is good -----------------------------------------------------------------


def test_a_known_customer_is_found_by_address_whatever_its_case() -> None:
    known = make_customer("", email="ines@walkers.example")
    Customer.objects.filter(pk=known.pk).update(name="")
    found = actions.known_customer(
        actor=Actor.system(), email=" INES@walkers.example", name="Ines\r\nPardo"
    )
    assert found == known
    assert found.name == "Ines Pardo"
    again = actions.known_customer(actor=Actor.system(), email=found.email or "", name="Mallory")
    assert again.name == "Ines Pardo"  # a known name is not overwritten


@real_transactions
def test_a_new_address_that_comes_ten_times_at_once_is_one_customer() -> None:
    found = together(
        10, lambda _: actions.known_customer(actor=Actor.system(), email="new@walkers.example")
    )
    assert {getattr(one, "pk", one) for one in found} == {Customer.objects.get().pk}


# --- another address of a log-in ------------------------------------------------------------------


def test_answers_follow_the_address_of_the_log_in() -> None:
    user = make_user(email="old@walkers.example")
    customer = actions.join_account(actor=Actor.nobody(), user=user, visitor=None)
    user.email = "new@walkers.example"
    user.save()
    actions.follow_login_address(actor=Actor.of_customer(customer), user=user)
    customer.refresh_from_db()
    assert customer.email == "new@walkers.example"


def test_who_has_the_new_address_without_a_log_in_joins() -> None:
    user = make_user(email="old@walkers.example")
    customer = actions.join_account(actor=Actor.nobody(), user=user, visitor=None)
    holder = make_customer(email="new@walkers.example")
    ticket = make_ticket(turn=Turn.QUEUE, customer=holder)
    user.email = "new@walkers.example"
    user.save()
    actions.follow_login_address(actor=Actor.of_customer(customer), user=user)
    ticket.refresh_from_db()
    holder.refresh_from_db()
    assert ticket.customer == customer
    assert (holder.email, holder.joined_into) == (None, customer)
    assert last_event(ticket).kind == "customer.joined"
