"""The index follows what happens, heals by itself, and fills itself where it was empty."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone

from tests.factories import (
    add_messages,
    index_tickets,
    make_admin,
    make_customer,
    make_message,
    make_note,
    make_ticket,
)
from tests.tickets.search.conftest import Finds
from tickets import actions, events, tasks
from tickets.actors import Actor
from tickets.models import Event, EventKind, Reaction, ReactionState, Team, Ticket, TicketText, User
from tickets.search import documents, indexing


def due() -> list[Reaction]:
    return list(Reaction.objects.filter(name="search.index", state=ReactionState.DUE))


def emptied() -> int:
    return list(TicketText.objects.values_list("words", flat=True)).count("")


def test_what_is_said_is_indexed_after_the_commit_by_the_background(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team)
    assert not TicketText.objects.exists()
    for reaction in due():
        assert reaction.queue == "default"
        assert events.run(reaction.pk)
    make_note(ticket, dana, "canary")
    assert [events.run(reaction.pk) for reaction in due()] == [True]
    row = TicketText.objects.get()
    assert "canary" in row.note_words
    assert "canary" not in row.words
    assert "pole" in row.words


def test_a_later_reaction_has_nothing_left_to_do(team: Team) -> None:
    ticket = make_ticket(team=team)
    make_message(ticket, "More")
    *_, last = Event.objects.filter(ticket=ticket, kind=EventKind.MESSAGE_POSTED)
    first = Event.objects.filter(ticket=ticket, kind=EventKind.MESSAGE_POSTED).first()
    assert first is not None
    indexing.keep(last, indexing.read(last))
    assert indexing.read(first) == []


def test_two_who_index_the_same_ticket_may_write_in_either_order(team: Team) -> None:
    ticket = make_ticket(team=team)
    before = documents.texts_of(Ticket.objects.filter(pk=ticket.pk))
    make_message(ticket, "canary")
    after = documents.texts_of(Ticket.objects.filter(pk=ticket.pk))
    TicketText.objects.keep(after)
    TicketText.objects.keep(before)
    assert "canary" in TicketText.objects.get().words


def test_a_worker_that_was_killed_leaves_nothing_unfound(team: Team, finds: Finds) -> None:
    make_ticket(team=team, body="canary")
    for reaction in due():  # taken, and never settled
        assert Reaction.objects.claim(reaction.pk, lease=events.LEASE)
    assert not any(events.run(reaction.pk) for reaction in due())
    Reaction.objects.filter(name="search.index").update(
        due_at=timezone.now() - timedelta(seconds=1)
    )
    assert all(events.run(reaction.pk) for reaction in due())
    assert "canari" not in TicketText.objects.get().words
    assert "canary" in TicketText.objects.get().words


def test_an_upgrade_fills_itself(team: Team) -> None:
    made = [make_ticket(team=team, body="canary") for _ in range(3)]
    cache.clear()
    tasks.fill_search()
    assert set(TicketText.objects.values_list("pk", flat=True)) == {one.pk for one in made}
    later = make_ticket(team=team)
    tasks.fill_search()  # looks for them only now and then
    assert not TicketText.objects.filter(pk=later.pk).exists()


def test_the_command_fills_and_may_be_stopped_and_begun_again(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [make_ticket(team=team) for _ in range(5)]
    monkeypatch.setattr(indexing, "BATCH", 2)
    batches = indexing.batches(Ticket.objects.filter(text=None))
    indexing.index(next(batches))  # and then it was stopped
    call_command("reindex_tickets")
    assert TicketText.objects.count() == 5
    TicketText.objects.update(words="", reach=1)
    call_command("reindex_tickets")
    assert emptied() == 5
    call_command("reindex_tickets", "--all", "--before", str(made[-1].pk))
    assert emptied() == 1


def test_a_new_name_is_found_soon(team: Team, finds: Finds) -> None:
    customer = make_customer("Maya Lund")
    tickets = {make_ticket(team=team, customer=customer).reference for _ in range(2)}
    other = make_ticket(team=team)
    index_tickets()
    customer.name = "Canary Lund"
    actions.change_setting(actor=Actor.agent(make_admin()), instance=customer)
    (reaction,) = Reaction.objects.filter(name="search.people")
    assert events.run(reaction.pk)
    assert TicketText.objects.filter(reach=0).count() == 2
    assert TicketText.objects.get(pk=other.pk).reach > 0
    tasks.fill_search()
    assert not TicketText.objects.filter(reach=0).exists()
    assert set(finds("canary")) == tickets


def test_a_row_has_bounds_however_long_a_conversation_is(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "MOST_NUMBERED", 60)
    monkeypatch.setattr(documents, "MOST_CHARACTERS", 1_000)
    ticket = make_ticket(team=team, body="veryfirst words")
    add_messages(ticket, 90)
    (row,) = documents.texts_of(Ticket.objects.filter(pk=ticket.pk))
    words = str(row.words)
    assert "'90':" in words
    assert f"'70':{documents.LAST}B" in words  # its place is not known any more
    assert "'20':" not in words


def test_the_largest_row_is_far_below_what_postgresql_takes(team: Team) -> None:
    ticket = make_ticket(team=team)
    long = " ".join(f"wort{number:x}ende" for number in range(40_000))
    said = [documents.Said(1, long, "B")]
    row = documents.row_of(ticket, said, said)
    TicketText.objects.keep([row])
    assert len(TicketText.objects.get().words) < 700_000
