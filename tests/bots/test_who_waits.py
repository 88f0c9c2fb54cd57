"""Whoever waits comes first: what is asked of the assistant, before what is only to be read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from bots import pace
from bots.understanding import installed
from knowledgebase import embeddings
from tests.bots.conftest import Find
from tests.factories import make_answer, make_article, make_message, make_ticket
from tests.tickets.ledger import bodies
from tickets import actions, events
from tickets.actors import Actor
from tickets.models import (
    AuthorKind,
    Channel,
    Message,
    Reaction,
    Reading,
    Reason,
    Ticket,
    Turn,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("encoder")]


def said(ticket: Ticket) -> list[str]:
    """What the assistant said."""
    return bodies(ticket, AuthorKind.ASSISTANT)


def turn(ticket: Ticket) -> Reaction:
    return Reaction.objects.get(name="assistant.turn", event__ticket=ticket)


def pass_time(ticket: Ticket) -> None:
    """As if the turn had begun too long ago."""
    Ticket.objects.filter(pk=ticket.pk).update(turn_since=timezone.now() - timedelta(seconds=11))


def queue_of(message: Message) -> str:
    """The queue in which a message is taken up."""
    event = message.ticket.events.get(kind="message.posted", position=message.position)
    return Reaction.objects.get(event=event, name="assistant.turn").queue


def test_what_a_customer_asks_the_assistant_is_read_in_its_own_queue() -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT)
    assert queue_of(ticket.messages.get(author_kind=AuthorKind.CUSTOMER)) == "assistant"
    make_answer(ticket)
    assert queue_of(make_message(ticket, "And the other one?")) == "assistant"


def test_a_message_in_a_persons_conversation_is_read_where_nobody_waits() -> None:
    for waiting_for in (Turn.QUEUE, Turn.AGENT):
        assert queue_of(make_message(make_ticket(turn=waiting_for), "Well?")) == "reading"
    by_mail = make_ticket(turn=Turn.QUEUE, channel=Channel.EMAIL)
    assert queue_of(by_mail.messages.get(author_kind=AuthorKind.CUSTOMER)) == "reading"


def test_a_message_by_the_api_is_read_where_nobody_waits() -> None:
    key, _secret = actions.create_api_key(
        actor=Actor.system(), name="shop", scopes=["tickets:write"]
    )
    ticket = make_ticket(turn=Turn.CUSTOMER)
    message = actions.post_message(
        actor=Actor.integrator(key), ticket=ticket, body="Where is it?", channel=Channel.API
    )
    assert queue_of(message) == "reading"


def test_a_turn_that_nobody_waits_for_any_more_is_only_read(finds: Find, asked: list[str]) -> None:
    finds((make_article(), 0.95))
    ticket = make_ticket(turn=Turn.ASSISTANT)
    actions.hand_over(actor=Actor.of_customer(ticket.customer), ticket=ticket, reason=Reason.ASKED)
    assert events.work_off("assistant") == 0  # sent on, before anything is computed
    assert (turn(ticket).queue, turn(ticket).attempts, asked) == ("reading", 0, [])
    assert events.work_off("reading", together=16) == 1
    assert said(ticket) == []
    assert Reading.objects.filter(ticket=ticket).count() == 1


def test_a_turn_that_is_taken_up_too_late_is_handed_over_and_not_computed(
    finds: Find, asked: list[str]
) -> None:
    finds((make_article(), 0.95))
    ticket = make_ticket(turn=Turn.ASSISTANT)
    pass_time(ticket)
    assert events.work_off("assistant") == 0
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.handovers.get().reason) == (Turn.QUEUE, Reason.TOO_SLOW)
    assert (turn(ticket).queue, asked, said(ticket)) == ("reading", [], [])


def test_a_message_by_the_api_that_is_read_too_late_is_handed_over_and_read() -> None:
    key, _secret = actions.create_api_key(
        actor=Actor.system(), name="shop", scopes=["tickets:write"]
    )
    ticket = make_ticket(turn=Turn.CUSTOMER)
    message = actions.post_message(
        actor=Actor.integrator(key), ticket=ticket, body="Where is it?", channel=Channel.API
    )
    pass_time(ticket)
    assert events.work_off("reading") == 1
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.handovers.get().reason) == (Turn.QUEUE, Reason.TOO_SLOW)
    assert Reading.objects.filter(message=message).count() == 1


def test_several_that_nobody_waits_for_are_encoded_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    batches: list[list[str]] = []

    def encode(texts: list[str], **_how: object) -> Any:
        batches.append(list(texts))
        return np.repeat(np.eye(1, 384, dtype=np.float32), len(texts), axis=0)

    installed.detectors()  # with its examples
    monkeypatch.setattr(embeddings, "encode", encode)
    said_in = {f"My parcel {number} is late.": make_ticket(turn=Turn.QUEUE) for number in range(6)}
    for body, ticket in said_in.items():
        make_message(ticket, body)
    events.work_off("assistant")  # sends on what was asked before a person was
    assert events.work_off("reading", together=16) == 12
    (batch,) = (one for one in batches if "My parcel 3 is late." in one)
    assert set(said_in) <= set(batch)
    assert Reading.objects.count() == 12


def test_the_pace_is_counted_from_one_end_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("bots.pace.time.monotonic", lambda: now[0])
    monkeypatch.setattr(pace, "_seconds", 1.0)
    monkeypatch.setattr(pace, "_ended", float("-inf"))
    for begins, ends in ((100.0, 100.2), (100.25, 100.4), (200.0, 200.2)):
        now[0] = begins
        pace.begins()
        now[0] = ends
        pace.ends()
    seconds = 1.0
    for took in (0.2, 0.2, 0.2):  # the second had been waiting for the first
        seconds += 0.1 * (took - seconds)
    assert pace.seconds() == pytest.approx(seconds)
