"""Who writes in a conversation: the level follows from what is true, and for how long."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tests.factories import (
    make_agent,
    make_customer,
    make_message,
    make_reply,
    make_ticket,
    make_user,
    make_visitor,
)
from tests.tickets.email.mail_server import inbox, smtp
from tests.tickets.ledger import bodies, kinds, since
from tests.tickets.proofs import (
    INES,
    WRONG,
    ask,
    by,
    check,
    known,
    proved,
    visited,
)
from tickets import actions, clock
from tickets.actions import ActionError, NotAllowed, Verdict
from tickets.actors import Actor
from tickets.conversation.identity import Known
from tickets.models import (
    Channel,
    Customer,
    Event,
    How,
    Identity,
    IdentityCheck,
    SiteSettings,
    Turn,
    Verification,
)

pytestmark = pytest.mark.django_db
__all__ = ["inbox", "smtp"]  # fixtures


# --- levels ---------------------------------------------------------------------------------------


def test_of_somebody_who_said_nothing_of_themself_nothing_is_known() -> None:
    assert known(visited()) == Known(Identity.UNKNOWN)


def test_an_address_that_was_left_is_a_claim_and_says_since_when() -> None:
    ticket = visited()
    actions.leave_email(actor=by(ticket), ticket=ticket, email=INES)
    left = ticket.events.get(kind="email.left").created_at
    assert known(ticket) == Known(Identity.CLAIMED, How.LEFT, left)


def test_an_address_that_somebody_vouched_for_is_confirmed_by_their_word() -> None:
    customer = make_customer(email=INES)
    found = known(visited(customer))
    assert found == Known(
        Identity.CONFIRMED, How.KNOWN, customer.created_at, INES, customer=customer.pk
    )


def test_an_address_that_was_confirmed_by_mail_says_so() -> None:
    ticket = visited()
    actions.leave_email(actor=by(ticket), ticket=ticket, email=INES)
    claim, _code = actions.make_claim(actor=Actor.system(), ticket=ticket)
    owner = actions.confirm_claim(actor=Actor.nobody(), claim=claim)
    at = Event.objects.get(kind="email.confirmed").created_at
    assert known(ticket) == Known(Identity.CONFIRMED, How.MAIL, at, INES, customer=owner.pk)


def test_whoever_writes_on_our_pages_with_a_log_in_is_signed_in() -> None:
    customer = make_customer(login=True)
    ticket = visited(customer)
    assert (known(ticket).level, known(ticket).how) == (Identity.SIGNED_IN, How.SIGN_IN)
    assert known(ticket).email == customer.email


@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.PHONE, Channel.API])
def test_an_account_does_not_make_a_mail_or_a_call_signed_in(channel: Channel) -> None:
    ticket = make_ticket(turn=Turn.QUEUE, customer=make_customer(login=True), channel=channel)
    assert known(ticket).level == Identity.CONFIRMED


def test_what_a_program_says_in_somebodys_name_is_not_signed_in() -> None:
    customer = make_customer(login=True)
    key, _secret = actions.create_api_key(
        actor=Actor.system(), name="Shop", scopes=["tickets:write"]
    )
    ticket = actions.open_ticket(
        actor=Actor.integrator(key), customer=customer, channel=Channel.PORTAL, body="Where?"
    )
    assert known(ticket).level == Identity.CONFIRMED


def test_a_visitor_who_signs_in_is_signed_in_in_what_they_wrote_before() -> None:
    ticket = visited()
    user = make_user("Ines", email=INES)
    actions.join_account(actor=Actor.nobody(), user=user, visitor=ticket.customer)
    assert known(ticket).level == Identity.SIGNED_IN


def test_a_conversation_that_came_by_a_mailed_code_is_not_signed_in_by_an_account() -> None:
    make_customer(email=INES, login=True)
    ticket = visited()
    actions.leave_email(actor=by(ticket), ticket=ticket, email=INES)
    claim, _code = actions.make_claim(actor=Actor.system(), ticket=ticket)
    actions.confirm_claim(actor=Actor.nobody(), claim=claim)
    assert known(ticket).level == Identity.CONFIRMED


# --- how long it counts ---------------------------------------------------------------------------


def test_what_was_proved_counts_until_the_customer_was_silent_for_the_hours_of_an_admin() -> None:
    SiteSettings.objects.update(verified_hours=2)
    make_customer(email=INES)
    ticket = visited()
    start = proved(ticket).at
    for hours, level in ((1.9, "verified"), (3.7, "verified"), (5.8, "unknown")):
        with clock.at(start + timedelta(hours=hours)):
            assert known(ticket).level == level, hours
            make_message(ticket)
            assert known(ticket).level == level, "writing again proves nothing anew"


def test_what_an_agent_writes_does_not_keep_it_alive() -> None:
    make_customer(email=INES)
    ticket = visited()
    before = proved(ticket).expires_at
    make_reply(ticket, make_agent(teams=[ticket.team]))
    assert ticket.verifications.get().expires_at == before


def test_another_address_of_the_customer_lowers_what_was_proved_with_the_former_one() -> None:
    user = make_user("Ines", email=INES)
    owner = make_customer(email=INES)
    Customer.objects.filter(pk=owner.pk).update(user=user)
    ticket = visited()
    proved(ticket)
    user.email = "new@walkers.example"
    user.save()
    actions.follow_login_address(actor=Actor.of_customer(owner), user=user)
    assert known(ticket).level == Identity.UNKNOWN
    assert ticket.verifications.get().ended_at is None  # it is on record


def test_merging_and_parting_customers_moves_no_proof() -> None:
    owner, double = make_customer("Ines", email=INES), make_customer("I. Pardo")
    ticket = visited()
    proved(ticket)
    agent = Actor.agent(make_agent())
    actions.merge_customers(actor=agent, customer=owner, into=double)
    assert (known(ticket).level, known(ticket).customer) == (Identity.VERIFIED, owner.pk)
    assert known(visited(double)).level == Identity.CONFIRMED
    actions.part_customers(actor=agent, customer=owner)
    assert (known(ticket).level, known(ticket).customer) == (Identity.VERIFIED, owner.pk)


def test_a_conversation_that_becomes_somebody_elses_keeps_no_proof_of_another() -> None:
    make_customer(email=INES)
    ticket = visited()
    proved(ticket)
    user = make_user("Bo", email="bo@walkers.example")
    actions.join_account(actor=Actor.nobody(), user=user, visitor=ticket.customer)
    assert known(ticket).level == Identity.SIGNED_IN
    assert "identity.ended" in kinds(ticket)
    assert ticket.verifications.get().ended_at is not None


def test_a_conversation_that_becomes_its_provers_stays_proved() -> None:
    make_customer(email=INES)
    ticket = visited()
    proved(ticket)
    user = make_user("Ines", email=INES)
    actions.join_account(actor=Actor.nobody(), user=user, visitor=ticket.customer)
    assert known(ticket).level == Identity.VERIFIED
    assert "identity.ended" not in kinds(ticket)


# --- what an agent asks ---------------------------------------------------------------------------


def test_an_agent_asks_and_the_customer_reads_it_once() -> None:
    ticket = visited()
    dana = Actor.agent(make_agent("Dana Osei", teams=[ticket.team]))
    before = len(kinds(ticket))
    for _ in range(2):
        actions.ask_to_prove(actor=dana, ticket=ticket, purpose="label")
    assert since(ticket, before) == ["identity.wanted", "message.posted"]
    assert bodies(ticket, "system")[-1] == (
        "Dana asks you to prove your e-mail address: we mail you a code, and you type it here."
    )
    row = IdentityCheck.objects.get()
    assert (row.address, row.digest, row.purpose) == ("", "", "label")
    assert check(ticket, WRONG) == Verdict.OVER
    assert ask(ticket).purpose == "label"


def test_a_customer_asks_nobody_to_prove_anything() -> None:
    ticket = visited()
    with pytest.raises(NotAllowed):
        actions.ask_to_prove(actor=by(ticket), ticket=ticket)


def test_whoever_reads_in_their_mail_alone_is_not_asked_for_a_code() -> None:
    ticket = make_ticket(turn=Turn.QUEUE, customer=make_customer(), channel=Channel.EMAIL)
    dana = Actor.agent(make_agent(teams=[ticket.team]))
    with pytest.raises(ActionError) as refused:
        actions.ask_to_prove(actor=dana, ticket=ticket)
    assert refused.value.code == "not_on_a_page"
    assert not IdentityCheck.objects.exists()


# --- rows -----------------------------------------------------------------------------------------


def test_the_database_refuses_what_cannot_be() -> None:
    owner = make_customer(email=INES)
    ticket = visited()
    now = timezone.now()
    for impossible in (
        {},
        {"address": INES},
        {"wanted_at": now, "digest": "x"},
        {"wanted_at": now, "tries": 4},
        {"address": INES, "position": 1, "expires_at": now, "customer": owner},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            IdentityCheck.objects.create(ticket=ticket, **impossible)
    first = proved(ticket)
    with pytest.raises(IntegrityError), transaction.atomic():
        Verification.objects.create(
            ticket=ticket,
            customer=owner,
            address=INES,
            quiet=first.quiet,
            expires_at=first.expires_at,
        )


def test_the_addresses_that_strangers_typed_are_forgotten_after_a_day() -> None:
    ticket = visited()
    ask(ticket)
    IdentityCheck.objects.forget_old()
    assert IdentityCheck.objects.exists()
    IdentityCheck.objects.update(expires_at=timezone.now() - timedelta(days=1, seconds=1))
    IdentityCheck.objects.forget_old()
    assert not IdentityCheck.objects.exists()


def test_a_brief_says_how_well_somebody_was_known_then() -> None:
    make_customer(email=INES)
    ticket = make_ticket(turn=Turn.CUSTOMER, customer=make_visitor())
    proved(ticket)
    actions.ask_for_a_person(actor=by(ticket), customer=ticket.customer)
    assert ticket.handovers.latest("pk").identity == Identity.VERIFIED
