"""Following what changes: every change is told, once it cannot be overtaken any more, and in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event as Signal
from threading import Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.factories import (
    make_agent,
    make_answer,
    make_article,
    make_customer,
    make_message,
    make_note,
    make_reply,
    make_team,
    make_ticket,
)
from tests.tickets.api.conftest import TICKETS, Caller
from tests.tickets.parallel import real_transactions
from tickets import actions
from tickets.actors import Actor
from tickets.lists import changes
from tickets.models import Answer, Reason, Ticket, Turn, User

pytestmark = pytest.mark.django_db


def moment(ticket: Ticket) -> datetime:
    return Ticket.objects.values_list("updated_at", flat=True).get(pk=ticket.pk)


def rate_answer(ticket: Ticket, dana: User) -> None:
    answer = Answer.objects.get(message__ticket=ticket)
    actions.rate_answer(actor=Actor.of_customer(ticket.customer), answer=answer, helpful=True)


def close_and_rate(ticket: Ticket, dana: User) -> None:
    actions.confirm_solved(actor=Actor.of_customer(ticket.customer), ticket=ticket)
    before = moment(ticket)
    actions.rate(
        actor=Actor.of_customer(ticket.customer),
        ticket=ticket,
        satisfaction=5,
        effort=5,
        comment="",
    )
    assert moment(ticket) > before, "the rating alone"


CHANGES: dict[str, Callable[[Ticket, User], Any]] = {
    "a message": lambda ticket, dana: make_message(ticket),
    "a reply": make_reply,
    "a note": make_note,
    "a person is asked for": lambda ticket, dana: actions.hand_over(
        actor=Actor.of_customer(ticket.customer), ticket=ticket, reason=Reason.ASKED
    ),
    "accepting": lambda ticket, dana: actions.accept(actor=Actor.agent(dana), ticket=ticket),
    "a transfer": lambda ticket, dana: actions.transfer(
        actor=Actor.agent(dana), ticket=ticket, team=make_team(), detail="Billing"
    ),
    "resolving": lambda ticket, dana: actions.resolve(actor=Actor.agent(dana), ticket=ticket),
    "a rating": close_and_rate,
    "a rating of the answer": rate_answer,
    "a fact": lambda ticket, dana: actions.note_fact(
        actor=Actor.assistant(), ticket=ticket, key="order_number", value="KM-48213"
    ),
    "tags": lambda ticket, dana: Ticket.objects.filter(pk=ticket.pk).update(tags=["vip"]),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_moves_the_time_of_the_ticket_and_of_no_other(change: str) -> None:
    ticket, other = make_ticket(turn=Turn.ASSISTANT), make_ticket()
    make_answer(ticket, articles=[make_article()])
    dana = make_agent(teams=[ticket.team])
    before, others = moment(ticket), moment(other)
    CHANGES[change](ticket, dana)
    assert moment(ticket) > before
    assert moment(other) == others


def test_nobody_sets_the_time_but_the_database() -> None:
    ticket = make_ticket()
    before = moment(ticket)
    ticket.updated_at = timezone.now() - timedelta(days=9)
    ticket.save()
    assert moment(ticket) > before


def followed(shop: Caller, since: str, **more: Any) -> list[tuple[str, str]]:
    """What an integrator gets who asks for what changed, page by page."""
    answer = shop.get(TICKETS, {"updated_after": since, **more}).json()
    found = [(one["reference"], one["updated_at"]) for one in answer["results"]]
    while answer["next"]:
        answer = shop.get(answer["next"].removeprefix("http://testserver")).json()
        found += [(one["reference"], one["updated_at"]) for one in answer["results"]]
    return found


@real_transactions
def test_changes_are_followed_in_their_order_page_by_page(shop: Caller) -> None:
    begin = timezone.now().isoformat()
    tickets = [make_ticket(customer=make_customer()) for _ in range(5)]
    make_message(tickets[1])
    order = [tickets[place].reference for place in (0, 2, 3, 4, 1)]
    found = followed(shop, begin, page_size=2)
    assert [reference for reference, _at in found] == order
    assert [at for _reference, at in found] == sorted(at for _reference, at in found)
    assert followed(shop, found[-1][1]) == [], "nothing comes twice"
    make_note(tickets[3], make_agent(teams=[tickets[3].team]))
    assert [reference for reference, _at in followed(shop, found[-1][1])] == [order[2]]


@contextmanager
def still_writing(ticket: Ticket) -> Iterator[Callable[[], None]]:
    """A transaction that has changed a ticket and is not through; call it to let it commit."""
    written, may_commit = Signal(), Signal()

    def write() -> None:
        try:
            with transaction.atomic():
                locked = Ticket.objects.locked(ticket)
                locked.tags = ["late"]
                locked.save()
                written.set()
                may_commit.wait(20)
        finally:
            connection.close()

    thread = Thread(target=write)
    thread.start()

    def commit() -> None:
        may_commit.set()
        thread.join()

    assert written.wait(20)
    try:
        yield commit
    finally:
        commit()


@real_transactions
def test_a_change_that_commits_late_is_not_overtaken(shop: Caller) -> None:
    """Whoever asks for what is younger than the last change that they got misses nothing."""
    late, early = make_ticket(), make_ticket()
    since = followed(shop, "2020-01-01T00:00:00Z")[-1][1]
    with still_writing(late) as commit:
        make_message(early)
        assert moment(early) > datetime.fromisoformat(since), "it is committed"
        assert followed(shop, since) == [], "but what is being written is older"
        assert shop.get(TICKETS).json()["results"][0]["reference"] == (early.reference), (
            "every other list has it"
        )
        commit()
        found = followed(shop, since)
    assert [reference for reference, _at in found] == [late.reference, early.reference]


@real_transactions
def test_whoever_only_reads_holds_nobody_back(shop: Caller) -> None:
    ticket = make_ticket()
    with transaction.atomic():
        assert Ticket.objects.exists()
        thread_found: list[datetime] = []

        def ask() -> None:
            thread_found.append(changes.settled_until())
            connection.close()

        thread = Thread(target=ask)
        thread.start()
        thread.join()
    assert thread_found[0] > moment(ticket)


@pytest.mark.parametrize("given", ["x", "2026-13-01T00:00:00Z", "1", ""])
def test_a_time_that_is_none_is_400(shop: Caller, given: str) -> None:
    refused = shop.get(TICKETS, {"updated_after": given})
    assert refused.status_code == 400
    assert "updated_after" in refused.json()["error"]["fields"]


@real_transactions
def test_following_takes_the_same_queries_for_one_change_and_for_ten(
    shop: Caller, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_ticket()
    everything = {"updated_after": "2020-01-01T00:00:00Z"}
    shop.get(TICKETS, everything)
    with django_assert_num_queries(3):
        assert len(shop.get(TICKETS, everything).json()["results"]) == 1
    for _ in range(9):
        make_ticket()
    with django_assert_num_queries(3):
        assert len(shop.get(TICKETS, everything).json()["results"]) == 10
