"""The mailed code: it raises a visitor in one conversation, and tells nobody whose address it is."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from tests.factories import (
    make_agent,
    make_customer,
    make_ticket,
    make_visitor,
)
from tests.tickets.email.mail_server import Inbox, inbox, send_due, smtp, text_of, words
from tests.tickets.ledger import bodies, kinds, last_event, owed, since
from tests.tickets.proofs import (
    INES,
    WRONG,
    ask,
    check,
    known,
    made,
    other_than,
    visited,
)
from tickets import access, actions, clock
from tickets.actions import ActionError, NotAllowed, Verdict
from tickets.actors import Actor
from tickets.models import (
    Customer,
    Delivery,
    DeliveryState,
    Event,
    How,
    Identity,
    IdentityCheck,
    StoppedAddress,
    Turn,
    Verification,
)
from tickets.models.identity import CODE_VALID_FOR

pytestmark = pytest.mark.django_db
__all__ = ["inbox", "smtp"]  # fixtures


# --- a code ---------------------------------------------------------------------------------------


def test_the_code_in_the_mail_raises_a_visitor_in_this_conversation_and_nothing_else(
    inbox: Inbox,
) -> None:
    owner = make_customer("Ines Pardo", email=INES)
    theirs = visited(owner)
    ticket = visited()
    visitor, before = ticket.customer, len(kinds(ticket))
    another = visited(visitor)
    ask(ticket)
    event = last_event(ticket)
    assert (event.kind, owed(event)) == ("identity.code_asked", ["mail.identity_code"])
    send_due()
    assert inbox.recipients == [[INES]]
    assert check(ticket, digits_in(inbox)) == Verdict.PROVED

    assert since(ticket, before) == ["identity.code_asked", "identity.proved", "message.posted"]
    found = known(ticket)
    assert (found.level, found.how) == (Identity.VERIFIED, How.CODE)
    assert (found.customer, found.name, found.email) == (owner.pk, "Ines Pardo", INES)
    ticket.refresh_from_db()
    visitor.refresh_from_db()
    assert ticket.customer == visitor
    assert (visitor.email, visitor.claimed_email, visitor.joined_into) == (None, "", None)
    assert set(access.tickets_for(Actor.of_customer(visitor))) == {ticket, another}
    assert set(access.tickets_for(Actor.of_customer(owner))) == {theirs}
    assert known(another).level == Identity.UNKNOWN
    assert not IdentityCheck.objects.exists()
    assert bodies(ticket, "system")[-1].startswith("You proved your e-mail address.")


def digits_in(inbox: Inbox) -> str:
    (code,) = re.findall(r"^([0-9]{6})\r?$", text_of(inbox.last), re.MULTILINE)
    return str(code)


def test_the_mail_says_why_it_came_and_holds_nothing_that_a_visitor_wrote(inbox: Inbox) -> None:
    make_customer(email=INES)
    ticket = make_ticket(turn=Turn.QUEUE, customer=make_visitor(), body="buy at evil.example")
    ask(ticket)
    send_due()
    said = words(inbox.mail)
    assert "If it was not you, do nothing" in said
    assert "in that conversation only" in said
    assert "evil.example" not in said
    assert "http" not in said  # nothing to click on
    assert digits_in(inbox) not in str(inbox.mail["Subject"])


def test_an_address_that_nobody_has_leaves_the_same_traces_and_gets_no_mail(inbox: Inbox) -> None:
    make_customer(email=INES)
    known_one, unknown = visited(), visited()
    ask(known_one)
    ask(unknown, "nobody@walkers.example")
    send_due()
    assert inbox.recipients == [[INES]]
    assert kinds(known_one) == kinds(unknown)
    for ticket in (known_one, unknown):
        before = ticket.events.latest("pk").position
        assert check(ticket, WRONG if ticket == unknown else other_than(digits_in(inbox))) == (
            Verdict.WRONG
        )
        ticket.refresh_from_db()
        assert ticket.last_position == (before or 0) + 1
    assert known(unknown).level == Identity.UNKNOWN


def test_no_code_opens_what_was_asked_for_an_address_that_nobody_has() -> None:
    ticket = visited()
    assert made(ticket, "nobody@walkers.example") == ""
    assert IdentityCheck.objects.get().digest == ""
    for digits in ("", "-", WRONG):
        check(ticket, digits)
    assert not Verification.objects.exists()


def test_three_wrong_codes_and_the_right_one_is_worth_nothing() -> None:
    make_customer(email=INES)
    ticket = visited()
    code = made(ticket)
    wrong = other_than(code)
    verdicts = [check(ticket, wrong) for _ in range(3)]
    assert verdicts == [Verdict.WRONG, Verdict.WRONG, Verdict.TRIED_OUT]
    assert check(ticket, code) == Verdict.TRIED_OUT
    assert known(ticket).level == Identity.UNKNOWN
    assert kinds(ticket).count("identity.mistyped") == 3
    assert check(ticket, made(ticket)) == Verdict.PROVED  # a new one has tries of its own


def test_only_the_newest_code_counts() -> None:
    make_customer(email=INES)
    ticket = visited()
    first, second = made(ticket), made(ticket)
    if first != second:
        assert check(ticket, first) == Verdict.WRONG
    assert check(ticket, second) == Verdict.PROVED


def test_a_code_is_good_for_ten_minutes_and_once() -> None:
    make_customer(email=INES)
    ticket = visited()
    code = made(ticket)
    with clock.at(timezone.now() + CODE_VALID_FOR + timedelta(seconds=1)):
        assert check(ticket, code) == Verdict.OVER
    assert check(ticket, code) == Verdict.PROVED
    assert check(ticket, code) == Verdict.OVER


def test_a_code_counts_in_its_conversation_for_its_address_and_purpose_only() -> None:
    make_customer(email=INES)
    make_customer(email="bo@walkers.example")
    one, other = visited(), visited()
    code = made(one)
    made(other)
    row = IdentityCheck.objects.get(ticket=one)
    IdentityCheck.objects.filter(ticket=other).update(digest=row.digest)
    assert check(other, code) == Verdict.WRONG
    IdentityCheck.objects.filter(ticket=one).update(purpose="label")
    assert check(one, code) == Verdict.WRONG
    assert not Verification.objects.exists()


def test_a_code_is_kept_nowhere_but_as_a_keyed_digest(inbox: Inbox) -> None:
    make_customer(email=INES)
    ticket = visited()
    ask(ticket)
    send_due()
    code = digits_in(inbox)
    row = IdentityCheck.objects.get()
    assert len(row.digest) == 64
    check(ticket, code)
    kept = [
        *map(str, Event.objects.values_list("data", flat=True)),
        *ticket.messages.values_list("body", flat=True),
        *map(str, Delivery.objects.values_list("data", "answer")),
        *map(str, Verification.objects.values_list("address", "purpose")),
    ]
    assert all(code not in each for each in kept)


def test_a_twin_of_an_address_is_another_address_or_none() -> None:
    make_customer(email=INES)
    for twin in ("ınes@walkers.example", "ines@walkers.example\x00", "ines@walkers。example"):
        with pytest.raises(ValidationError):
            ask(visited(), twin)
    ticket = visited()
    assert made(ticket, "1nes@walkers.example") == ""
    assert made(ticket, " INES@Walkers.Example ") != ""


def test_a_code_is_worth_nothing_once_the_customer_has_another_address() -> None:
    owner = make_customer(email=INES)
    ticket = visited()
    code = made(ticket)
    Customer.objects.filter(pk=owner.pk).update(email="new@walkers.example")
    assert check(ticket, code) == Verdict.WRONG
    assert not Verification.objects.exists()


def test_nobody_but_its_customer_asks_for_a_code_or_types_one() -> None:
    make_customer(email=INES)
    ticket = visited()
    code = made(ticket)
    agent = Actor.agent(make_agent(teams=[ticket.team]))
    for actor in (Actor.of_customer(make_visitor()), agent, Actor.nobody(), Actor.assistant()):
        with pytest.raises(NotAllowed):
            actions.check_code(actor=actor, ticket=ticket, digits=code)
    for actor in (Actor.of_customer(make_visitor()), agent, Actor.nobody()):
        with pytest.raises(NotAllowed):
            actions.ask_for_code(actor=actor, ticket=ticket, address=INES)
    assert IdentityCheck.objects.get().tries == 0


def test_nothing_is_proved_in_what_is_closed() -> None:
    make_customer(email=INES)
    ticket = visited()
    code = made(ticket)
    actions.resolve(actor=Actor.agent(make_agent(teams=[ticket.team])), ticket=ticket)
    for act in (lambda: ask(ticket), lambda: check(ticket, code)):
        with pytest.raises(ActionError) as refused:
            act()
        assert refused.value.code == "closed"


# --- the mail -------------------------------------------------------------------------------------


def test_a_mail_that_is_tried_again_has_a_code_that_counts(inbox: Inbox) -> None:
    """The worker died after the mail had left, before it was noted: another mail, a newer code."""
    make_customer(email=INES)
    ticket = visited()
    ask(ticket)
    send_due()
    Delivery.objects.update(state=DeliveryState.QUEUED, sent_at=None)
    send_due()
    assert len(inbox.raw) == 2
    assert check(ticket, digits_in(inbox)) == Verdict.PROVED


def test_a_mail_whose_code_is_asked_for_no_more_does_not_leave(inbox: Inbox) -> None:
    make_customer(email=INES)
    ticket = visited()
    ask(ticket)
    ask(ticket)
    send_due()
    assert len(inbox.raw) == 1
    assert check(ticket, digits_in(inbox)) == Verdict.PROVED


def test_a_mail_that_cannot_be_delivered_tells_the_visitor_nothing(inbox: Inbox) -> None:
    make_customer(email=INES)
    ticket = visited()
    ask(ticket)
    before = ticket.events.latest("pk").position
    inbox.refused = {INES: "550 no such mailbox"}
    send_due()
    delivery = Delivery.objects.get()
    assert delivery.state == DeliveryState.FAILED
    ticket.refresh_from_db()
    assert ticket.last_position == before
    event = Event.objects.get(kind="mail.failed")
    assert (event.ticket, event.subject_id) == (None, str(delivery.pk))


def test_no_code_goes_to_an_address_to_which_mail_is_stopped(inbox: Inbox) -> None:
    make_customer(email=INES)
    StoppedAddress.objects.create(address=INES, why="It came back.")
    ask(visited())
    send_due()
    assert inbox.raw == []
