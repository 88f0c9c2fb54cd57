"""Who the customer is: a visitor, a known address, the account that it all joins."""

from __future__ import annotations

import pytest

from tests.factories import make_customer, make_ticket, make_user, make_visitor
from tests.tickets.ledger import kinds, last_event
from tests.tickets.parallel import real_transactions, together
from tickets import actions
from tickets.actors import Actor
from tickets.models import Customer, Fact, Turn

pytestmark = pytest.mark.django_db


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


def test_what_was_known_of_the_visitor_is_known_of_the_account() -> None:
    account, visitor, other = make_customer(login=True), make_visitor(), make_visitor()
    known = [Fact.objects.create(customer=who, key="size", value="M") for who in (visitor, other)]
    assert account.user is not None
    actions.join_account(actor=Actor.of_customer(visitor), user=account.user, visitor=visitor)
    assert [Fact.objects.get(pk=fact.pk).customer for fact in known] == [account, other]


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
    row = Customer.objects.filter(pk=other.pk).values()
    was = row.get()
    actions.join_account(actor=Actor.of_customer(other), user=account.user, visitor=other)
    ticket.refresh_from_db()
    assert (ticket.customer_id, kinds(ticket)) == before
    assert row.get() == was  # not even the signpost to whom they joined


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
