"""Proving an address: what a yes gives to whom, what a no leaves, and what nobody gains by guessing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from tests.factories import make_customer, make_ticket, make_visitor
from tests.tickets.ledger import kinds, last_event, owed, since
from tickets import access, actions, tasks
from tickets.actions import ActionError
from tickets.actors import Actor
from tickets.models import Claim, ClaimState, Customer, Event, Fact, Ticket, Turn
from tickets.models.claims import KEPT_FOR, VALID_FOR, digest_of, new_code

pytestmark = pytest.mark.django_db

INES = "ines@walkers.example"


def leave(ticket: Ticket, email: str = INES) -> Customer:
    return actions.leave_email(actor=Actor.of_customer(ticket.customer), ticket=ticket, email=email)


def mailed(ticket: Ticket) -> Claim:
    """The claim whose code the worker mailed."""
    claim, _code = actions.make_claim(actor=Actor.system(), ticket=ticket)
    return claim


def claimed(email: str = INES, *, visitor: Customer | None = None) -> tuple[Ticket, Claim]:
    """A visitor waits for a person, left an address, and the code is in the mailbox."""
    ticket = make_ticket(turn=Turn.QUEUE, customer=visitor or make_visitor())
    leave(ticket, email)
    return ticket, mailed(ticket)


def confirm(claim: Claim) -> Customer:
    return actions.confirm_claim(actor=Actor.nobody(), claim=claim)


def refuse(claim: Claim) -> None:
    actions.refuse_claim(actor=Actor.nobody(), claim=claim)


def seen_by(customer: Customer) -> set[Ticket]:
    return set(access.tickets_for(Actor.of_customer(customer)))


# --- an address that was left ---------------------------------------------------------------------


def test_an_address_that_was_left_is_not_believed() -> None:
    account = make_customer(email=INES)
    ticket = make_ticket(turn=Turn.QUEUE, customer=make_visitor())
    visitor = leave(ticket, "Ines@Walkers.example ")
    visitor.refresh_from_db()
    ticket.refresh_from_db()
    assert (visitor.email, visitor.claimed_email) == (None, INES)
    assert ticket.customer == visitor
    assert account.tickets.count() == 0
    event = last_event(ticket)
    assert (event.kind, owed(event)) == ("email.left", ["mail.confirm_address", "search.index"])
    assert "ines" not in str(event.data)


def test_leaving_the_same_address_again_sends_nothing_again() -> None:
    ticket, _ = claimed()
    leave(ticket)
    assert kinds(ticket).count("email.left") == 1


def test_an_address_that_is_known_cannot_be_replaced_by_leaving_another() -> None:
    ticket = make_ticket(customer=make_customer(email=INES))
    leave(ticket, "mallory@walkers.example")
    ticket.customer.refresh_from_db()
    assert (ticket.customer.email, ticket.customer.claimed_email) == (INES, "")


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


# --- yes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("known", [True, False], ids=["an owner", "nobody yet"])
def test_a_yes_gives_the_conversation_to_the_owner_and_nothing_to_the_visitor(known: bool) -> None:
    owner = make_customer("Ines Pardo", email=INES) if known else None
    theirs = make_ticket(customer=owner) if owner else None
    ticket, claim = claimed()
    visitor = ticket.customer
    before = len(kinds(ticket))
    confirmed = confirm(claim)
    ticket.refresh_from_db()
    visitor.refresh_from_db()
    assert confirmed.email == INES
    assert confirmed == (owner or confirmed)
    assert confirmed != visitor
    assert ticket.customer == confirmed
    # The row that the first browser's session names has gained nothing, and lost the conversation.
    assert (visitor.email, visitor.claimed_email, visitor.user, visitor.joined_into) == (
        *(None, "", None, None),
    )
    assert seen_by(visitor) == set()
    assert seen_by(confirmed) == {ticket} | ({theirs} if theirs else set())
    assert since(ticket, before) == ["customer.joined"]
    joined = last_event(ticket)
    assert joined.data == {"visitor": visitor.pk, "customer": confirmed.pk}
    assert joined.actor_customer == confirmed
    proved = Event.objects.get(kind="email.confirmed")
    assert (proved.subject, proved.subject_id) == ("tickets.customer", str(confirmed.pk))


def test_only_the_conversation_that_was_shown_joins() -> None:
    visitor = make_visitor()
    shown, claim = claimed(visitor=visitor)
    other = make_ticket(customer=visitor)
    owner = confirm(claim)
    assert seen_by(owner) == {shown}
    assert seen_by(visitor) == {other}
    visitor.refresh_from_db()
    assert visitor.claimed_email == INES  # the other one is still answered there, if they confirm


def test_what_was_picked_out_of_it_stays_with_it_and_changes_nothing_of_the_owner() -> None:
    owner = make_customer("Ines Pardo", email=INES, language="sv", phone="0123")
    known = Fact.objects.create(customer=owner, key="order", value="KM-1")
    visitor = make_visitor()
    Customer.objects.filter(pk=visitor.pk).update(name="Mallory", language="de")
    ticket, claim = claimed(visitor=visitor)
    other = make_ticket(customer=visitor)
    picked = actions.note_fact(actor=Actor.assistant(), ticket=ticket, key="order", value="KM-666")
    kept = actions.note_fact(actor=Actor.assistant(), ticket=other, key="order", value="KM-7")
    confirm(claim)
    for fact in (known, picked, kept):
        fact.refresh_from_db()
    owner.refresh_from_db()
    assert (known.customer, known.value, known.ticket) == (owner, "KM-1", None)
    assert (picked.customer, picked.ticket) == (owner, ticket)
    assert kept.customer == visitor
    assert (owner.name, owner.language, owner.phone) == ("Ines Pardo", "sv", "0123")


def test_a_new_owner_has_no_name_that_the_visitor_chose() -> None:
    visitor = make_visitor()
    Customer.objects.filter(pk=visitor.pk).update(name="Mallory")
    _ticket, claim = claimed(visitor=visitor)
    assert confirm(claim).name == ""


def test_whoever_wrote_it_cannot_write_in_it_any_more() -> None:
    ticket, claim = claimed()
    visitor = ticket.customer
    confirm(claim)
    before = kinds(ticket)
    with pytest.raises(ActionError):  # from a request that was loaded a moment before
        actions.post_message(actor=Actor.of_customer(visitor), ticket=ticket, body="As her")
    leave(ticket, "mallory@walkers.example")
    visitor.refresh_from_db()
    assert visitor.claimed_email == ""
    assert kinds(ticket) == before


def test_a_yes_works_once() -> None:
    ticket, claim = claimed()
    confirm(claim)
    before = kinds(ticket)
    for answer in (confirm, refuse):
        with pytest.raises(ActionError) as refused:
            answer(claim)
        assert refused.value.code == "confirmed"
    assert kinds(ticket) == before
    assert Customer.objects.filter(email=INES).count() == 1


def test_of_two_mails_about_one_conversation_only_one_is_used() -> None:
    """The worker's mail was tried again, or another code was asked for."""
    ticket, first = claimed()
    second = mailed(ticket)
    confirm(second)
    with pytest.raises(ActionError) as refused:
        confirm(first)
    assert refused.value.code == "overtaken"


def test_a_code_is_good_for_an_hour() -> None:
    _ticket, claim = claimed()
    assert timedelta(minutes=59) < claim.expires_at - timezone.now() <= VALID_FOR
    Claim.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    for answer in (confirm, refuse):
        with pytest.raises(ActionError) as refused:
            answer(claim)
        assert refused.value.code == "expired"
    assert not Customer.objects.filter(email=INES).exists()


def test_an_address_that_was_left_by_mistake_proves_nothing_later() -> None:
    """Whoever has the first address must not get what the owner of the second one wrote."""
    make_customer(email="stranger@walkers.example")
    ticket, mistaken = claimed("stranger@walkers.example")
    leave(ticket)
    right = mailed(ticket)
    for _ in range(2):
        with pytest.raises(ActionError) as refused:
            confirm(mistaken)
        assert refused.value.code == "overtaken"
        if right.state == ClaimState.OPEN:
            owner = confirm(right)
            right.refresh_from_db()
    ticket.refresh_from_db()
    assert ticket.customer == owner
    assert owner.email == INES


def test_what_a_log_in_took_along_is_asked_for_no_more() -> None:
    ticket, claim = claimed()
    account = make_customer(login=True)
    assert account.user is not None
    actions.join_account(
        actor=Actor.of_customer(ticket.customer), user=account.user, visitor=ticket.customer
    )
    with pytest.raises(ActionError):
        confirm(claim)
    ticket.refresh_from_db()
    assert ticket.customer == account


# --- no -------------------------------------------------------------------------------------------


def test_a_no_joins_nothing_and_drops_the_address() -> None:
    owner = make_customer(email=INES)
    ticket, claim = claimed()
    visitor = ticket.customer
    refuse(claim)
    ticket.refresh_from_db()
    visitor.refresh_from_db()
    assert (ticket.customer, visitor.claimed_email) == (visitor, "")
    assert seen_by(owner) == set()
    event = last_event(ticket)
    assert (event.kind, owed(event)) == ("email.refused", ["search.index"])
    assert not Event.objects.filter(kind="customer.joined").exists()
    with pytest.raises(ActionError) as refused:
        confirm(claim)
    assert refused.value.code == "refused"


def test_an_address_that_was_denied_is_not_left_again() -> None:
    ticket, claim = claimed()
    refuse(claim)
    before = kinds(ticket)
    with pytest.raises(ActionError, match="Leave another one"):
        leave(ticket)
    assert kinds(ticket) == before
    assert leave(ticket, "other@walkers.example").claimed_email == "other@walkers.example"


# --- another code ---------------------------------------------------------------------------------


def test_whoever_proved_an_address_goes_on_in_another_browser_by_another_code() -> None:
    ticket, claim = claimed()
    owner = confirm(claim)
    assert actions.ask_for_a_code(actor=Actor.nobody(), ticket=ticket) == INES
    event = last_event(ticket)
    assert (event.kind, owed(event)) == ("email.code_asked", ["mail.confirm_address"])
    again = mailed(ticket)
    before = kinds(ticket)
    assert confirm(again) == owner
    assert kinds(ticket) == before  # nothing joins a second time
    with pytest.raises(ActionError):
        confirm(again)


def test_a_log_in_is_not_replaced_by_a_code() -> None:
    account = make_customer(email=INES, login=True)
    ticket = make_ticket(customer=account)
    with pytest.raises(ActionError):
        actions.ask_for_a_code(actor=Actor.nobody(), ticket=ticket)
    assert "email.code_asked" not in kinds(ticket)
    claim = mailed(ticket)  # of a mail that was on its way when they made the account
    assert claim.state == ClaimState.OVERTAKEN
    with pytest.raises(ActionError):
        confirm(claim)


def test_without_an_address_there_is_no_code() -> None:
    ticket = make_ticket(customer=make_visitor())
    with pytest.raises(ActionError):
        actions.ask_for_a_code(actor=Actor.nobody(), ticket=ticket)


# --- codes ----------------------------------------------------------------------------------------


def test_a_code_is_kept_nowhere_and_is_read_however_it_is_typed() -> None:
    ticket, _ = claimed()
    claim, code = actions.make_claim(actor=Actor.system(), ticket=ticket)
    stored = str(Claim.objects.filter(pk=claim.pk).values().get())
    assert code not in stored
    assert code.replace("-", "") not in stored
    for typed in (code, code.lower(), code.replace("-", ""), f" {code} ", code.replace("-", " – ")):
        assert Claim.objects.with_code(typed) == claim
    for wrong in ("", "-", code[:-1], code + "2", "0" * 10, code[::-1], "\0", "é" * 200):
        assert Claim.objects.with_code(wrong) is None


def test_what_is_kept_of_a_code_is_worth_nothing_without_the_servers_key(
    settings: pytest.FixtureRequest,
) -> None:
    before = digest_of("K7MXQ-2PB9R")
    settings.SECRET_KEY = "another"  # type: ignore[attr-defined]
    assert digest_of("K7MXQ-2PB9R") != before


def test_codes_are_not_met_twice() -> None:
    assert len({new_code() for _ in range(1000)}) == 1000


def test_old_claims_are_forgotten() -> None:
    _ticket, old = claimed()
    _other, young = claimed("other@walkers.example")
    then = timezone.now() - KEPT_FOR - timedelta(minutes=1)
    Claim.objects.filter(pk=old.pk).update(created_at=then)
    tasks.clean_up()
    assert list(Claim.objects.all()) == [young]
