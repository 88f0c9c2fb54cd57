"""Messages of the past are read once, without a word to anybody."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from bots import backfill
from tests.factories import make_answer, make_article, make_message, make_ticket
from tests.tickets.ledger import kinds
from tickets import actions
from tickets.actors import Actor
from tickets.models import Message, Reading, RuleFiring, Ticket, Turn

pytestmark = pytest.mark.django_db


@pytest.fixture
def old() -> Ticket:
    ticket = make_ticket(turn=Turn.ASSISTANT, body="How do I mend a pole?")
    answer = make_answer(ticket, articles=[make_article()], confidence=0.8).answer
    customer = Actor.of_customer(ticket.customer)
    actions.rate_answer(actor=customer, answer=answer, helpful=False)
    make_message(ticket, "This is ridiculous. Useless!!")
    return ticket


def test_each_message_is_read_with_what_is_known_of_that_time(old: Ticket) -> None:
    call_command("read_conversations")
    first, second = Reading.objects.order_by("message__position")
    assert (first.value("decision"), first.value("confidence")) == ("answer", 0.8)
    assert (first.value("turns"), first.value("unhelpful_answers")) == (1, 0)
    assert (second.value("turns"), second.value("unhelpful_answers")) == (2, 1)
    assert second.value("feeling") == "angry"


def test_it_is_silent_and_the_second_time_there_is_nothing_to_do(old: Ticket) -> None:
    old.refresh_from_db()
    before = (old.turn, Message.objects.count(), kinds(old))
    assert [ticket.pk for ticket in backfill.read_missing()] == [old.pk]
    assert list(backfill.read_missing()) == []
    old.refresh_from_db()
    assert (old.turn, Message.objects.count(), kinds(old)) == before
    assert not RuleFiring.objects.exists()


def test_what_was_read_at_its_time_is_left_as_it_is(old: Ticket) -> None:
    message = old.messages.filter(author_kind="customer").latest("position")
    Reading.objects.create(message=message, ticket=old, values={"feeling": {"value": "calm"}})
    list(backfill.read_missing())
    message.reading.refresh_from_db()
    assert message.reading.value("feeling") == "calm"
    assert Reading.objects.count() == 2
