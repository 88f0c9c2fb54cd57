"""Proving an address while others do the same, or something else: one answer, one customer."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from tests.factories import make_customer, make_message
from tests.tickets.ledger import kinds
from tests.tickets.parallel import real_transactions, together
from tests.tickets.test_claims import INES, claimed, confirm, leave, refuse
from tickets import actions
from tickets.actions import ActionError
from tickets.actors import Actor
from tickets.models import Customer, Event


def attempt(act: Callable[[], object]) -> Callable[[], object]:
    def tried() -> object:
        try:
            return act()
        except ActionError as refused:
            return refused.code

    return tried


@real_transactions
def test_one_code_used_five_times_at_once_works_once() -> None:
    ticket, claim = claimed()
    results = together(5, lambda _: attempt(lambda: confirm(claim))())
    assert results.count("confirmed") == 4
    assert kinds(ticket).count("customer.joined") == 1
    assert Customer.objects.filter(email=INES).count() == 1


@real_transactions
def test_yes_and_no_at_once_are_one_answer() -> None:
    _ticket, claim = claimed()
    answers = [lambda: confirm(claim), lambda: refuse(claim)]
    together(6, lambda index: attempt(answers[index % 2])())
    claim.refresh_from_db()
    assert (claim.confirmed_at is None) != (claim.refused_at is None)
    assert Event.objects.filter(kind__in=["email.confirmed", "email.refused"]).count() == 1


@real_transactions
def test_two_who_confirm_one_new_address_at_once_become_one_customer() -> None:
    (first, one), (second, other) = (claimed() for _ in range(2))
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            owner = confirm(one)
            late = pool.submit(in_thread, lambda: confirm(other))
            wait_for_a_lock()  # it found nobody with this address, and wants to have it
        assert late.result(timeout=10) == owner
    for ticket in (first, second):
        ticket.refresh_from_db()
        assert ticket.customer == owner


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
def test_confirming_while_writing_logging_in_and_asking_does_not_deadlock() -> None:
    account = make_customer(email=INES, login=True)
    user = account.user
    assert user is not None
    ticket, claim = claimed()
    visitor = ticket.customer
    actor = Actor.of_customer(visitor)
    acts: list[Callable[[], object]] = [
        lambda: confirm(claim),
        lambda: make_message(ticket, "Are you there?"),
        lambda: actions.ask_for_a_person(actor=actor, customer=visitor),
        lambda: leave(ticket),
        lambda: actions.join_account(actor=actor, user=user, visitor=visitor),
        lambda: refuse(claim),
        lambda: actions.join_browser(actor=actor, visitor=visitor, owner=account),
    ]
    results = together(14, lambda index: attempt(acts[index % len(acts)])())
    assert [result for result in results if isinstance(result, Exception)] == []
