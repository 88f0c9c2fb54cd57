"""A code that is guessed or typed in many browsers at the same moment."""

from __future__ import annotations

from tests.factories import make_customer
from tests.tickets.ledger import kinds, positions
from tests.tickets.parallel import real_transactions, together
from tests.tickets.proofs import INES, ask, check, made, other_than, visited
from tickets.actions import Verdict
from tickets.models import IdentityCheck, Verification


@real_transactions
def test_ten_browsers_that_guess_at_once_have_three_tries_in_all() -> None:
    make_customer(email=INES)
    ticket = visited()
    code = made(ticket)
    verdicts = together(10, lambda _: check(ticket, other_than(code)))
    assert sorted(map(str, verdicts)) == [Verdict.TRIED_OUT] * 8 + [Verdict.WRONG] * 2
    assert kinds(ticket).count("identity.mistyped") == 3
    assert check(ticket, code) == Verdict.TRIED_OUT
    assert not Verification.objects.exists()


@real_transactions
def test_one_code_in_two_tabs_proves_once() -> None:
    make_customer(email=INES)
    ticket = visited()
    code = made(ticket)
    verdicts = together(5, lambda _: check(ticket, code))
    assert sorted(map(str, verdicts)) == [Verdict.OVER] * 4 + [Verdict.PROVED]
    assert kinds(ticket).count("identity.proved") == 1
    assert Verification.objects.count() == 1


@real_transactions
def test_codes_that_are_asked_for_at_once_are_one_the_newest() -> None:
    make_customer(email=INES)
    ticket = visited()
    asked = together(8, lambda _: ask(ticket).position)
    assert len(set(asked)) == 8
    assert IdentityCheck.objects.get().position == max(one for one in asked if isinstance(one, int))
    assert len(set(positions(ticket))) == len(positions(ticket))
