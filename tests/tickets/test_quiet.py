"""What nobody writes in any more: the notice, the closing, and what a customer's words do after it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import make_agent, make_customer, make_message, make_reply, make_team
from tests.factories import make_ticket as a_ticket
from tests.tickets.ledger import bodies, kinds, last_event, owed
from tests.tickets.parallel import real_transactions, together
from tickets import access, actions, clock, due, events
from tickets.actions import ActionError
from tickets.actors import Actor
from tickets.email import sender
from tickets.models import (
    Customer,
    Message,
    Reaction,
    Reason,
    Resolution,
    SiteSettings,
    Team,
    Ticket,
    Turn,
    User,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def decide(**days: int | None) -> None:
    SiteSettings.objects.update(**days)


@pytest.fixture
def team() -> Team:
    return make_team()


@pytest.fixture
def dana(team: Team) -> User:
    return make_agent("Dana Osei", teams=[team])


def look(after: timedelta) -> int:
    with clock.at(timezone.now() + after):
        return due.close_quiet()


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def goes_on(ticket: Ticket, body: str = "It is back", **options: object) -> Message:
    return actions.continue_conversation(
        actor=Actor.of_customer(ticket.customer),
        ticket=fresh(ticket),
        body=body,
        **options,  # type: ignore[arg-type]
    )


# --- the notice and the closing -------------------------------------------------------------------


def test_nothing_is_closed_by_itself_unless_an_admin_says_so(team: Team, dana: User) -> None:
    ticket = a_ticket(team=team, turn=Turn.CUSTOMER, agent=dana)
    assert look(400 * DAY) == 0
    assert fresh(ticket).turn == Turn.CUSTOMER


def test_the_customer_is_told_first_and_it_is_closed_when_that_day_is_over(
    team: Team, dana: User
) -> None:
    decide(quiet_days=10, notice_days=3)
    ticket = a_ticket(team=team, turn=Turn.CUSTOMER, agent=dana)
    waits = a_ticket(team=team, turn=Turn.AGENT, agent=dana)
    last = ticket.last_message_at
    assert look(9 * DAY) == 0
    assert look(10 * DAY + timedelta(minutes=1)) == 1
    ticket = fresh(ticket)
    assert ticket.turn == Turn.CUSTOMER
    assert ticket.last_message_at == last  # a notice is no word of anybody
    assert ticket.closes_at is not None
    assert "We close this conversation after" in bodies(ticket, "system")[-1]
    event = ticket.events.get(kind="closing.announced")
    assert (event.actor_kind, owed(event)) == ("system", ["mail.closing"])
    assert look(11 * DAY) == 0  # told once
    assert look(13 * DAY) == 0  # that day is not over everywhere
    assert look(15 * DAY) == 1
    ticket = fresh(ticket)
    assert (ticket.turn, ticket.resolution) == (Turn.CLOSED, Resolution.QUIET)
    assert (ticket.solved_by_assistant, ticket.closes_at) == (False, None)
    assert kinds(ticket)[-2:] == ["ticket.closed", "message.posted"]
    assert fresh(waits).turn == Turn.AGENT


def test_a_day_that_was_named_is_over_in_every_zone() -> None:
    decide(quiet_days=1, notice_days=3)
    ticket = a_ticket(turn=Turn.CUSTOMER)
    with clock.at(datetime(2027, 3, 1, 23, 59, tzinfo=UTC)):
        due.close_quiet()
    ticket = fresh(ticket)
    assert "after Thursday, 4 Mar" in bodies(ticket, "system")[-1]
    assert ticket.closes_at == datetime(2027, 3, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize("who", ["customer", "agent"])
def test_whoever_writes_keeps_it_open(team: Team, dana: User, who: str) -> None:
    decide(quiet_days=10)
    ticket = a_ticket(team=team, turn=Turn.CUSTOMER, agent=dana)
    look(11 * DAY)
    with clock.at(timezone.now() + 12 * DAY):
        make_message(ticket) if who == "customer" else make_reply(ticket, dana)
    assert fresh(ticket).closes_at is None
    assert look(16 * DAY) == 0
    assert not fresh(ticket).is_closed


def test_what_is_put_aside_is_not_closed(team: Team, dana: User) -> None:
    decide(quiet_days=10)
    ticket = a_ticket(team=team, turn=Turn.CUSTOMER, agent=dana)
    look(11 * DAY)
    actions.snooze(actor=Actor.agent(dana), ticket=ticket, until=None)
    assert look(400 * DAY) == 0
    assert fresh(ticket).closes_at is None


@real_transactions
def test_of_two_who_look_at_the_same_moment_one_tells() -> None:
    decide(quiet_days=1)
    ticket = a_ticket(turn=Turn.CUSTOMER)
    together(2, lambda _n: look(3 * DAY))
    assert kinds(fresh(ticket)).count("closing.announced") == 1


def test_each_look_is_by_an_index(team: Team, dana: User) -> None:
    decide(quiet_days=10)
    a_ticket(team=team, turn=Turn.CUSTOMER, agent=dana)
    with CaptureQueriesContext(connection) as captured:
        assert due.close_quiet() == 0
    plans = []
    with connection.cursor() as cursor:
        # So that what is planned does not hang on how much the tests before this one left behind.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        for query in captured.captured_queries:
            if "tickets_ticket" in query["sql"]:
                cursor.execute(f"EXPLAIN {query['sql']}")
                plans.append(str(cursor.fetchall()))
    assert len(plans) == 2
    assert "ticket_closes" in plans[0]
    assert "ticket_latest_of_turn" in plans[1]


def test_the_notice_goes_to_an_address_that_was_confirmed(team: Team, dana: User) -> None:
    decide(quiet_days=10)
    told = a_ticket(team=team, turn=Turn.CUSTOMER, agent=dana, customer=make_customer("Maja"))
    claimed = make_customer(email=None, claimed_email="who@walkers.example")
    a_ticket(team=team, turn=Turn.CUSTOMER, agent=dana, customer=claimed)
    wrote = a_ticket(team=team, turn=Turn.CUSTOMER, agent=dana)
    look(11 * DAY)
    make_message(wrote)
    mail.outbox.clear()
    for event in [one for t in Ticket.objects.all() for one in t.events.all()]:
        for reaction in event.reactions.filter(name="mail.closing"):
            assert events.run(reaction.pk)
    Reaction.objects.filter(name="mail.reply").delete()  # else the notice waits for the answer
    sender.send_due()
    assert [sent.to for sent in mail.outbox] == [[told.customer.email]]
    assert "We close it after" in str(mail.outbox[0].body)
    assert f"/requests/{told.reference}/" in str(mail.outbox[0].body)


# --- reopening, and what follows ------------------------------------------------------------------


def closed_long_ago(team: Team, dana: User | None, days: int = 40) -> Ticket:
    ticket = a_ticket(team=team, turn=Turn.CLOSED, agent=dana, subject="Broken pole")
    Ticket.objects.filter(pk=ticket.pk).update(closed_at=timezone.now() - days * DAY)
    return fresh(ticket)


@pytest.mark.parametrize("days", [None, 30])
def test_within_its_days_a_closed_one_goes_on_where_it_was(
    team: Team, dana: User, days: int | None
) -> None:
    decide(reopen_days=days)
    ticket = closed_long_ago(team, dana, 29)
    message = goes_on(ticket)
    assert message.ticket == ticket
    assert fresh(ticket).turn == Turn.AGENT
    assert Ticket.objects.count() == 1


def test_after_its_days_their_words_begin_a_linked_one_and_both_say_so(
    team: Team, dana: User
) -> None:
    decide(reopen_days=30)
    ticket = closed_long_ago(team, dana)
    message = goes_on(ticket)
    new = message.ticket
    assert (new.follows, new.customer, new.team) == (ticket, ticket.customer, team)
    assert (new.subject, new.turn) == ("Broken pole", Turn.QUEUE)
    assert new.handovers.get().reason == Reason.REOPENED  # a person had it, so a person gets it
    assert ticket.reference in " ".join(bodies(new, "system"))
    assert new.reference in bodies(ticket, "system")[-1]
    assert fresh(ticket).is_closed
    assert "ticket.continued" in kinds(ticket)
    assert (message.body, bodies(new, "customer")) == ("It is back", ["It is back"])


def test_what_only_the_assistant_had_goes_to_the_assistant(team: Team) -> None:
    decide(reopen_days=30)
    assert goes_on(closed_long_ago(team, None)).ticket.turn == Turn.ASSISTANT


def test_sending_again_and_writing_again_open_no_second_one(team: Team, dana: User) -> None:
    decide(reopen_days=30)
    ticket, key = closed_long_ago(team, dana), uuid4()
    first = goes_on(ticket, client_id=key)
    assert goes_on(ticket, client_id=key) == first
    assert goes_on(ticket, "And one more thing").ticket == first.ticket
    assert Ticket.objects.count() == 2
    assert kinds(ticket).count("ticket.continued") == 1


@real_transactions
def test_two_messages_at_the_same_moment_open_one_follow_up() -> None:
    decide(reopen_days=30)
    team = make_team()
    ticket = closed_long_ago(team, make_agent(teams=[team]))
    found = together(2, lambda n: goes_on(ticket, f"Message {n}"))
    assert {one.ticket_id for one in found if isinstance(one, Message)} == {
        Ticket.objects.get(follows=ticket).pk
    }


def test_the_customer_cannot_reopen_it_after_its_days_and_an_agent_can(
    team: Team, dana: User
) -> None:
    decide(reopen_days=30)
    ticket = closed_long_ago(team, dana)
    with pytest.raises(ActionError) as told:
        actions.reopen(actor=Actor.of_customer(ticket.customer), ticket=ticket)
    assert told.value.code == "over"
    assert not actions.reopen(actor=Actor.agent(dana), ticket=ticket).is_closed


def test_somebody_else_opens_no_follow_up(team: Team, dana: User) -> None:
    decide(reopen_days=30)
    ticket = closed_long_ago(team, dana)
    with pytest.raises(actions.NotAllowed):
        actions.continue_conversation(
            actor=Actor.of_customer(make_customer()), ticket=ticket, body="Mine"
        )
    assert Ticket.objects.count() == 1


def test_the_portal_says_so_before_and_leads_to_the_new_one_after(team: Team, dana: User) -> None:
    decide(reopen_days=30)
    customer = make_customer(login=True)
    assert customer.user is not None
    ticket = closed_long_ago(team, dana)
    Ticket.objects.filter(pk=ticket.pk).update(customer=customer)
    browser = Client()
    browser.force_login(customer.user, backend="tickets.web.logins.LogIns")
    address = f"/requests/{ticket.reference}/"
    page = browser.get(address).text
    assert "your words begin a new conversation" in page
    assert "No, reopen it" not in page
    answer = browser.post(f"{address}messages/", {"body": "It is back"}, follow=True)
    new = Ticket.objects.get(follows=ticket)
    assert answer.redirect_chain[-1][0] == f"/requests/{new.reference}/"
    assert access.ticket_for(Actor.of_customer(Customer.objects.get(pk=customer.pk)), new.reference)
    assert last_event(ticket).kind == "message.posted"
