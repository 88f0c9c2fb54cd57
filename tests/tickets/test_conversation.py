"""Saying something: opening a conversation, writing in it, replying, noting, answering."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tests.factories import (
    QUESTION,
    make_agent,
    make_customer,
    make_message,
    make_note,
    make_reply,
    make_ticket,
    make_visitor,
)
from tests.tickets.ledger import bodies, kinds, last_event, owed, positions, since
from tests.tickets.parallel import real_transactions, together
from tickets import actions
from tickets.actors import Actor
from tickets.intake import attachments
from tickets.intake.text import TextError
from tickets.models import (
    AuthorKind,
    Channel,
    Customer,
    Event,
    Message,
    Reason,
    SiteSettings,
    Ticket,
    Turn,
)

pytestmark = pytest.mark.django_db


def open_ticket(customer: Customer, **changes: object) -> Ticket:
    """A conversation that the customer begins on the portal."""
    wanted: dict[str, object] = {"channel": Channel.PORTAL, "body": QUESTION, **changes}
    return actions.open_ticket(
        actor=Actor.of_customer(customer),
        customer=customer,
        **wanted,  # type: ignore[arg-type]  # a test names only what it is about
    )


# --- opening --------------------------------------------------------------------------------------


def test_words_on_the_portal_open_a_conversation_and_the_assistant_has_the_turn() -> None:
    customer = make_customer()
    ticket = open_ticket(customer)
    assert (ticket.turn, ticket.subject) == (Turn.ASSISTANT, QUESTION)
    assert not ticket.with_a_person
    assert not ticket.handovers.exists()
    assert ticket.team == SiteSettings.load().default_team
    (message,) = ticket.messages.all()
    assert (message.author_kind, message.body) == (AuthorKind.CUSTOMER, QUESTION)
    assert message.author_customer == customer
    assert kinds(ticket) == ["ticket.opened", "message.posted"]
    assert owed(last_event(ticket)) == ["assistant.turn", "search.index"]


def test_a_person_can_be_asked_for_before_anything_was_typed() -> None:
    ticket = open_ticket(make_visitor(), body="", to_a_person=True)
    assert ticket.turn == Turn.QUEUE
    assert ticket.subject == ""
    assert bodies(ticket, AuthorKind.CUSTOMER) == []
    assert ticket.handovers.get().reason == Reason.ASKED
    assert kinds(ticket) == ["ticket.opened", "person.asked", "message.posted"]
    assert owed(last_event(ticket)) == []  # a system line asks nobody for anything


@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.PHONE, Channel.API])
def test_what_comes_by_another_channel_goes_to_people_at_once(channel: Channel) -> None:
    ticket = open_ticket(make_customer(), channel=channel)
    assert ticket.turn == Turn.QUEUE
    assert ticket.handovers.get().reason == Reason.CHANNEL
    assert ticket.messages.filter(author_kind=AuthorKind.ASSISTANT).count() == 0


@pytest.mark.parametrize("body", ["", "   \n\t ", "\u200b\u200e\u2060", "\x00\x00", "\u3164"])
def test_a_question_without_any_words_is_refused_and_nothing_is_written(body: str) -> None:
    with pytest.raises(TextError):
        open_ticket(make_customer(), body=body)
    assert not Ticket.objects.exists()
    assert not Event.objects.exists()


def test_the_same_client_id_finds_the_conversation_that_the_first_sending_opened() -> None:
    customer, client_id = make_customer(), uuid4()
    first = open_ticket(customer, client_id=client_id)
    second = open_ticket(customer, client_id=client_id, body="Something else")
    assert first.pk == second.pk
    assert bodies(first, AuthorKind.CUSTOMER) == [QUESTION]
    assert Event.objects.count() == 2


def test_another_customers_client_id_finds_nothing_of_theirs() -> None:
    client_id = uuid4()
    theirs = open_ticket(make_customer(), client_id=client_id)
    mine = open_ticket(make_customer(), client_id=client_id)
    assert mine.pk != theirs.pk
    assert mine.messages.count() == theirs.messages.count() == 1


def test_a_ticket_that_staff_open_shows_the_words_as_the_customers_and_the_agent_in_the_event() -> (
    None
):
    agent, customer = make_agent(), make_customer()
    ticket = actions.open_ticket(
        actor=Actor.agent(agent), customer=customer, channel=Channel.PHONE, body=QUESTION
    )
    assert ticket.messages.get(author_kind=AuthorKind.CUSTOMER).author_customer == customer
    posted = ticket.events.get(kind="message.posted", data__author="customer")
    assert (posted.actor_kind, posted.actor_user) == (AuthorKind.AGENT, agent)


def test_what_a_visitor_writes_who_has_just_joined_an_account_belongs_to_the_account() -> None:
    account, visitor = make_customer(login=True), make_visitor()
    assert account.user is not None
    actions.join_account(actor=Actor.of_customer(visitor), user=account.user, visitor=visitor)
    assert open_ticket(visitor).customer == account  # in a tab that did not know it yet


@real_transactions
def test_twenty_sendings_of_one_question_at_once_open_one_conversation() -> None:
    customer, client_id = make_visitor(), uuid4()
    opened = together(20, lambda _: open_ticket(customer, client_id=client_id))
    assert {getattr(ticket, "pk", ticket) for ticket in opened} == {Ticket.objects.get().pk}
    assert Message.objects.count() == 1
    assert Event.objects.filter(kind="ticket.opened").count() == 1


# --- "Talk to a human" outside any conversation ---------------------------------------------------


def test_talk_to_a_human_takes_along_what_was_just_asked() -> None:
    customer = make_customer()
    ticket = open_ticket(customer)
    found = actions.ask_for_a_person(actor=Actor.of_customer(customer), customer=customer)
    assert found == ticket
    assert found.turn == Turn.QUEUE
    assert found.handovers.get().wants == QUESTION


def test_talk_to_a_human_again_finds_the_first_and_changes_nothing() -> None:
    customer = make_visitor()
    actor = Actor.of_customer(customer)
    first = actions.ask_for_a_person(actor=actor, customer=customer)
    before = kinds(first)
    assert actions.ask_for_a_person(actor=actor, customer=customer) == first
    assert kinds(first) == before
    assert first.handovers.count() == 1


def test_talk_to_a_human_the_next_morning_finds_what_still_waits() -> None:
    customer = make_customer()
    waiting = make_ticket(customer=customer, turn=Turn.QUEUE, ago=timedelta(hours=14))
    assert actions.ask_for_a_person(actor=Actor.of_customer(customer), customer=customer) == waiting


def test_talk_to_a_human_does_not_revive_an_old_or_a_closed_conversation() -> None:
    customer = make_customer()
    old = make_ticket(customer=customer, turn=Turn.CUSTOMER, ago=timedelta(hours=5))
    closed = make_ticket(customer=customer, turn=Turn.CLOSED)
    new = actions.ask_for_a_person(actor=Actor.of_customer(customer), customer=customer)
    assert new not in (old, closed)
    old.refresh_from_db()
    closed.refresh_from_db()
    assert (old.turn, closed.turn) == (Turn.CUSTOMER, Turn.CLOSED)


@real_transactions
def test_ten_clicks_on_talk_to_a_human_at_once_make_one_conversation() -> None:
    customer = make_visitor()
    found = together(
        10,
        lambda _: actions.ask_for_a_person(actor=Actor.of_customer(customer), customer=customer),
    )
    assert {getattr(ticket, "pk", ticket) for ticket in found} == {Ticket.objects.get().pk}
    assert Ticket.objects.get().handovers.count() == 1


# --- the customer writes --------------------------------------------------------------------------


def test_a_message_after_the_assistants_answer_gives_the_turn_back_to_the_assistant() -> None:
    ticket = make_ticket(turn=Turn.CUSTOMER)
    before = len(kinds(ticket))
    message = make_message(ticket, "And where do I order it?")
    ticket.refresh_from_db()
    assert ticket.turn == Turn.ASSISTANT
    assert message.position == ticket.last_position
    assert since(ticket, before) == ["message.posted"]
    assert owed(last_event(ticket)) == ["assistant.turn", "search.index"]


def test_each_message_gives_the_assistant_its_ten_seconds_anew() -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, ago=timedelta(seconds=9))
    make_message(ticket)
    ticket.refresh_from_db()
    assert timezone.now() - ticket.turn_since < timedelta(seconds=5)


def test_once_a_person_was_asked_for_a_message_leaves_it_in_the_queue_at_its_place() -> None:
    ticket = make_ticket(turn=Turn.QUEUE, ago=timedelta(minutes=5))
    make_message(ticket)
    after = Ticket.objects.get(pk=ticket.pk)
    assert (after.turn, after.turn_since) == (Turn.QUEUE, ticket.turn_since)
    assert bodies(ticket, AuthorKind.ASSISTANT) == []


def test_a_message_to_an_agent_gives_the_turn_to_that_agent() -> None:
    agent = make_agent()
    ticket = make_ticket(turn=Turn.CUSTOMER, agent=agent)
    make_message(ticket)
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.assignee) == (Turn.AGENT, agent)


def test_writing_after_closing_comes_back_to_the_agent_who_had_it() -> None:
    agent = make_agent()
    ticket = make_ticket(turn=Turn.CLOSED, agent=agent)
    make_message(ticket, "It broke again.")
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.assignee, ticket.resolution) == (Turn.AGENT, agent, "")
    assert ticket.closed_at is None


def test_writing_after_the_assistant_solved_it_asks_the_assistant_again() -> None:
    ticket = make_ticket(turn=Turn.CLOSED)
    assert ticket.solved_by_assistant
    make_message(ticket, "It broke again.")
    ticket.refresh_from_db()
    assert ticket.turn == Turn.ASSISTANT
    assert not ticket.solved_by_assistant


@pytest.mark.parametrize("turn", [Turn.AGENT, Turn.CUSTOMER, Turn.CLOSED])
def test_writing_to_an_agent_who_has_left_asks_for_another_person(turn: Turn) -> None:
    agent = make_agent()
    ticket = make_ticket(turn=turn, agent=agent)
    agent.is_active = False
    agent.save()
    make_message(ticket)
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.assignee) == (Turn.QUEUE, None)
    assert ticket.handovers.filter(ended_at=None).get().reason == Reason.REOPENED


def test_the_first_words_after_asking_for_a_person_become_the_subject() -> None:
    ticket = open_ticket(make_visitor(), body="", to_a_person=True)
    make_message(ticket, "My stove leaks.\nSince Monday.")
    ticket.refresh_from_db()
    assert ticket.subject == "My stove leaks."


def test_an_empty_message_is_refused_and_leaves_everything_as_it_was() -> None:
    ticket = make_ticket(turn=Turn.CUSTOMER)
    before = (ticket.last_position, kinds(ticket))
    with pytest.raises(TextError):
        make_message(ticket, " \u200b ")
    ticket.refresh_from_db()
    assert (ticket.last_position, kinds(ticket)) == before
    assert ticket.turn == Turn.CUSTOMER


@real_transactions
def test_one_message_sent_twenty_times_at_once_is_written_once() -> None:
    ticket, client_id = make_ticket(turn=Turn.CUSTOMER), uuid4()
    before = ticket.last_position
    sent = together(
        20,
        lambda _: actions.post_message(
            actor=Actor.of_customer(ticket.customer),
            ticket=ticket,
            body="Hello?",
            client_id=client_id,
        ),
    )
    message = Message.objects.get(client_id=client_id)
    assert {getattr(one, "pk", one) for one in sent} == {message.pk}
    ticket.refresh_from_db()
    assert ticket.last_position == before + 1
    assert Event.objects.filter(ticket=ticket, position=message.position).count() == 1


@real_transactions
def test_positions_have_no_gap_and_follow_the_order_of_commits() -> None:
    agent = make_agent()
    ticket = make_ticket(turn=Turn.AGENT, agent=agent)

    def write(index: int) -> int:
        if index % 3 == 0:
            return make_message(ticket, f"From the customer {index}").position
        if index % 3 == 1:
            return make_reply(ticket, agent, f"From the agent {index}").position
        return make_note(ticket, agent, f"Among us {index}").position

    written = together(18, write)
    assert all(isinstance(position, int) for position in written), written
    ticket.refresh_from_db()
    assert positions(ticket) == list(range(1, ticket.last_position + 1))
    by_time = ticket.messages.order_by("pk").values_list("position", flat=True)
    assert list(by_time) == sorted(by_time)


def test_writing_in_a_closed_conversation_is_recorded_as_reopening_it() -> None:
    ticket = make_ticket(turn=Turn.CLOSED)
    actions.post_message(
        actor=Actor.of_customer(ticket.customer), ticket=ticket, body="It is broken again"
    )
    assert kinds(ticket).count("ticket.reopened") == 1


def test_only_files_go_to_a_person_for_that_reason(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    customer = make_customer()
    [upload] = attachments.check([SimpleUploadedFile("pole.txt", b"broken")])
    ticket = actions.open_ticket(
        actor=Actor.of_customer(customer),
        customer=customer,
        channel=Channel.PORTAL,
        uploads=[upload],
    )
    assert [h.reason for h in ticket.handovers.all()] == ["only_files"]
