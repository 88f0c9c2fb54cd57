"""Who writes in a conversation: the level follows from what is true, and a mailed code raises it there."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
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
from tests.tickets.email.mail_server import Inbox, inbox, send_due, smtp, text_of, words
from tests.tickets.ledger import bodies, kinds, last_event, owed, since
from tickets import access, actions, clock
from tickets.actions import ActionError, NotAllowed, Verdict
from tickets.actors import Actor
from tickets.conditions import matching
from tickets.conversation import identity
from tickets.conversation.identity import Known
from tickets.models import (
    Channel,
    Customer,
    Delivery,
    DeliveryState,
    Event,
    How,
    Identity,
    IdentityCheck,
    SiteSettings,
    StoppedAddress,
    Ticket,
    Turn,
    Verification,
)
from tickets.models.identity import CODE_VALID_FOR

pytestmark = pytest.mark.django_db
__all__ = ["inbox", "smtp"]  # fixtures

INES = "ines@walkers.example"
WRONG = "000000"


def visited(customer: Customer | None = None) -> Ticket:
    return make_ticket(turn=Turn.QUEUE, customer=customer or make_visitor())


def by(ticket: Ticket) -> Actor:
    return Actor.of_customer(ticket.customer)


def ask(ticket: Ticket, address: str = INES, purpose: str = "") -> IdentityCheck:
    return actions.ask_for_code(actor=by(ticket), ticket=ticket, address=address, purpose=purpose)


def made(ticket: Ticket, address: str = INES) -> str:
    """The code that the worker put into the mail."""
    position = ask(ticket, address).position or 0
    return actions.make_code(actor=Actor.system(), ticket=ticket, position=position)


def check(ticket: Ticket, digits: str) -> Verdict:
    return actions.check_code(actor=by(ticket), ticket=ticket, digits=digits)


def other_than(code: str) -> str:
    return WRONG if code != WRONG else "111111"


def proved(ticket: Ticket, address: str = INES) -> Verification:
    assert check(ticket, made(ticket, address)) == Verdict.PROVED
    return ticket.verifications.latest("pk")


def known(ticket: Ticket) -> Known:
    """As it is now; and every way to ask for the level says the same."""
    fresh = Ticket.objects.select_related("customer").get(pk=ticket.pk)
    found = identity.of(fresh)
    assert identity.level_of(fresh) == found.level
    loaded = access.ticket_for(Actor.agent(make_agent(teams=[fresh.team])), fresh.reference)
    assert identity.of(loaded) == found
    asked = {"conditions": [{"field": "identity", "op": "is", "value": str(found.level)}]}
    group, now = {"match": "all", **asked}, clock.now()
    assert matching(Ticket.objects.filter(pk=ticket.pk), group, now=now).exists()
    return found


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
