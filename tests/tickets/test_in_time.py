"""Whoever asks is told in time: by the assistant, or by whoever notices first that it cannot."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import make_message, make_ticket
from tests.tickets.ledger import bodies, kinds
from tests.tickets.parallel import real_transactions, together
from tickets import watch
from tickets.models import (
    AuthorKind,
    HandOver,
    Message,
    Reaction,
    Reason,
    Ticket,
    Turn,
)
from tickets.service import assistance
from tickets.service.assistance import Process

pytestmark = pytest.mark.django_db


@pytest.fixture
def elsewhere(settings: LazySettings) -> Callable[..., None]:
    """From now on this is a web process, and the assistant's processes are as is said."""

    def there(*processes: tuple[str, float]) -> None:
        settings.ENCODER = "remote"
        for number, (trouble, seconds) in enumerate(processes):
            assistance.say(f"machine:{number}", trouble=trouble, seconds=seconds)
        assistance.forget()

    return there


def waiting(number: int) -> None:
    """So many customers wait for the assistant."""
    ticket = make_ticket(turn=Turn.CUSTOMER)
    Ticket.objects.bulk_create(
        Ticket(
            customer=ticket.customer,
            team=ticket.team,
            channel="portal",
            turn=Turn.ASSISTANT,
            turn_since=timezone.now(),
            last_message_at=timezone.now(),
        )
        for _ in range(number)
    )


def ask(client: Client) -> Ticket:
    answer = client.post("/ask/", {"body": "Where is my parcel?"})
    assert answer.status_code == 302
    return Ticket.objects.get(reference=answer["location"].rstrip("/").rsplit("/", 1)[1])


# --- at the door ----------------------------------------------------------------------------------


def test_a_question_that_can_be_answered_in_time_is_the_assistants(
    client: Client, elsewhere: Callable[..., None]
) -> None:
    waiting(10)
    elsewhere(("", 0.1))
    ticket = ask(client)
    assert (ticket.turn, ticket.handovers.count()) == (Turn.ASSISTANT, 0)
    assert Reaction.objects.get(event__ticket=ticket, name="assistant.turn").queue == "assistant"


def test_where_too_many_wait_a_question_goes_to_a_person_in_the_same_request_and_is_told_kindly(
    client: Client, elsewhere: Callable[..., None]
) -> None:
    waiting(50)
    elsewhere(("", 0.1))
    ticket = ask(client)
    assert ticket.turn == Turn.QUEUE
    assert kinds(ticket).count("person.asked") == 1
    handover = HandOver.objects.get(ticket=ticket)
    assert (handover.reason, handover.wants) == (Reason.TOO_SLOW, "Where is my parcel?")
    (told,) = bodies(ticket, AuthorKind.ASSISTANT)
    assert "So many people are asking at this moment" in told
    assert len(bodies(ticket, AuthorKind.SYSTEM)) == 1  # and what happens next
    # The words are still read, where nobody waits for it.
    assert Reaction.objects.get(event__ticket=ticket, name="assistant.turn").queue == "reading"


def test_the_same_holds_for_a_further_message(elsewhere: Callable[..., None]) -> None:
    ticket = make_ticket(turn=Turn.CUSTOMER)
    waiting(50)
    elsewhere(("", 0.1))
    make_message(ticket, "And when does it come?")
    ticket.refresh_from_db()
    assert ticket.turn == Turn.QUEUE
    assert HandOver.objects.get(ticket=ticket).reason == Reason.TOO_SLOW
    assert Message.objects.filter(ticket=ticket, body="And when does it come?").count() == 1


def test_with_nobody_there_to_answer_a_person_is_asked_for_at_once(
    client: Client, elsewhere: Callable[..., None]
) -> None:
    elsewhere()
    ticket = ask(client)
    assert ticket.turn == Turn.QUEUE
    assert HandOver.objects.get(ticket=ticket).reason == Reason.FAILED
    assert bodies(ticket, AuthorKind.ASSISTANT) == []


def test_a_process_whose_model_is_broken_answers_nobody(
    client: Client, elsewhere: Callable[..., None]
) -> None:
    elsewhere(("The weights are not there.", 0.1))
    assert ask(client).turn == Turn.QUEUE
    elsewhere(("The weights are not there.", 0.1), ("", 0.1))
    assert ask(client).turn == Turn.ASSISTANT


def test_while_redis_is_away_no_question_waits_for_it(
    client: Client, settings: LazySettings, elsewhere: Callable[..., None]
) -> None:
    elsewhere(("", 0.1))
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert ask(client).turn == Turn.QUEUE


def test_two_processes_promise_twice_as_much() -> None:
    assert assistance.expected_seconds(10, [Process("", 0.1)]) == pytest.approx(1.0)
    two = [Process("", 0.1), Process("", 0.1)]
    assert assistance.expected_seconds(10, two) == pytest.approx(0.5)


def test_asking_who_lives_costs_one_statement_however_many_wait(
    elsewhere: Callable[..., None],
) -> None:
    waiting(30)
    elsewhere(("", 0.1))
    with CaptureQueriesContext(connection) as captured:
        assert assistance.answers_in_time()
        assert assistance.answers_in_time()
    assert len(captured) == 2


def test_a_process_that_says_nothing_any_more_is_forgotten(
    elsewhere: Callable[..., None], settings: LazySettings
) -> None:
    elsewhere(("", 0.1))
    assert assistance.serves()
    assistance._redis().delete(assistance._key("machine:0"))  # as after four seconds
    assistance.forget()
    assert not assistance.serves()
    assert assistance._redis().scard(assistance._EVERYBODY) == 0


# --- the watch ------------------------------------------------------------------------------------


def test_with_nobody_there_those_who_wait_already_get_a_person_after_two_seconds(
    elsewhere: Callable[..., None],
) -> None:
    early = make_ticket(turn=Turn.ASSISTANT, ago=timedelta(seconds=1))
    late = make_ticket(turn=Turn.ASSISTANT, ago=timedelta(seconds=3))
    elsewhere(("", 0.1))
    assert watch.hand_over_overdue() == 0
    assistance._redis().flushdb()
    elsewhere()
    assert watch.hand_over_overdue() == 1
    for ticket in (early, late):
        ticket.refresh_from_db()
    assert (early.turn, late.turn) == (Turn.ASSISTANT, Turn.QUEUE)


def test_the_watch_takes_all_who_are_late_the_longest_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watch, "AT_ONCE", 2)
    tickets = [make_ticket(turn=Turn.ASSISTANT, ago=timedelta(seconds=20 - n)) for n in range(3)]
    assert watch.hand_over_overdue() == 2
    assert [Ticket.objects.get(pk=one.pk).turn for one in tickets] == [
        "queue",
        "queue",
        "assistant",
    ]
    assert watch.hand_over_overdue() == 1


@real_transactions
def test_four_who_watch_at_once_hand_over_each_ticket_once() -> None:
    tickets = [make_ticket(turn=Turn.ASSISTANT, ago=timedelta(seconds=11)) for _ in range(6)]
    found = together(4, lambda _: watch.hand_over_overdue())
    assert sum(one for one in found if isinstance(one, int)) == 6, found
    for ticket in tickets:
        assert kinds(ticket).count("person.asked") == 1
        assert HandOver.objects.get(ticket=ticket).reason == Reason.TOO_SLOW


def test_the_watch_asks_nothing_but_the_database(
    monkeypatch: pytest.MonkeyPatch, elsewhere: Callable[..., None], settings: LazySettings
) -> None:
    """Without Redis nobody is known to answer, and whoever waits gets a person."""
    ticket = make_ticket(turn=Turn.ASSISTANT, ago=timedelta(seconds=3))
    elsewhere(("", 0.1))
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assistance.forget()
    assert watch.hand_over_overdue() == 1
    assert Ticket.objects.get(pk=ticket.pk).turn == Turn.QUEUE


async def test_the_web_process_watches_from_its_start(monkeypatch: pytest.MonkeyPatch) -> None:
    from helpdesk import asgi

    watching: list[str] = []
    monkeypatch.setattr(watch, "keep", lambda: watching.append("yes"))
    heard = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return next(heard)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await asgi.application({"type": "lifespan"}, receive, send)
    assert watching == ["yes"]
    assert [one["type"] for one in sent] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]
