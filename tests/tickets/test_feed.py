"""The order of the feed: however slowly others write, whatever restarts, nothing is missed or told twice."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event as Signal
from threading import Thread

import pytest
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from tests.factories import make_message, make_ticket
from tests.tickets.parallel import real_transactions, together
from tickets.feed import reading
from tickets.feed.kinds import TOLD
from tickets.models import ApiKey, Event, FeedMark, Ticket
from tickets.models.feed import Edges

WRITERS = 6
EACH = 12
ALL = set(TOLD)


def events() -> set[int]:
    return set(
        Event.objects.filter(ticket__isnull=False, kind__in=ALL).values_list("pk", flat=True)
    )


class Reader:
    """Follows the feed; `dies` before it has noted how far it was, and then begins where it had noted."""

    def __init__(self, *, dice: random.Random | None = None) -> None:
        self.noted = ""
        self.got: list[int] = []
        self.dice = dice

    def read(self) -> None:
        told = Event.objects.filter(ticket__isnull=False)
        while True:
            found = reading.read(told, self.noted, kinds=ALL, size=5)
            if self.dice and self.dice.random() < 0.3:
                return  # killed: neither what it got nor how far it was is kept
            self.got += found.keys
            self.noted = found.cursor
            if not found.more:
                return


def is_in_order(keys: list[int]) -> bool:
    """Whether each ticket's events came in the order in which they were written."""
    rows = Event.objects.in_bulk(keys)
    by_ticket: dict[int | None, list[int]] = {}
    for key in keys:
        by_ticket.setdefault(rows[key].ticket_id, []).append(key)
    return all(found == sorted(found) for found in by_ticket.values())


def write(number: int, tickets: list[Ticket], dice: random.Random) -> None:
    """Transactions that take their number early, wait, and write in some tickets or are rolled back."""
    try:
        for _ in range(EACH):
            try:
                with transaction.atomic():
                    if dice.random() < 0.5:  # it has a number before it has the ticket
                        ApiKey.objects.create(name="x", hash=str(random.random()), scopes=[])
                    time.sleep(dice.random() * 0.03)
                    make_message(dice.choice(tickets), f"From {number}")
                    time.sleep(dice.random() * 0.05)
                    if dice.random() < 0.15:
                        raise RuntimeError
            except RuntimeError:
                pass
    finally:
        connection.close()


@real_transactions
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_reader_among_slow_transactions_has_exactly_what_is_in_the_table(seed: int) -> None:
    """Also one that is killed at random, and begins again where it had noted that it was."""
    tickets = [make_ticket() for _ in range(4)]
    readers = [Reader(), Reader(dice=random.Random(seed))]
    threads = [
        Thread(target=write, args=(number, tickets, random.Random(seed * 100 + number)))
        for number in range(WRITERS)
    ]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        for reader in readers:
            reader.read()
    for reader in readers:
        reader.dice = None
        reader.read()
        assert len(reader.got) == len(set(reader.got)), "nothing comes twice"
        assert set(reader.got) == events(), "nothing is missed"
        assert is_in_order(reader.got)
    assert readers[0].got == readers[1].got


@contextmanager
def in_a_transaction(*, writes: Ticket | None = None) -> Iterator[None]:
    """Somebody else's transaction, which has a number; with `writes` it has written an event, too."""
    begun, may_end = Signal(), Signal()

    def hold() -> None:
        try:
            with transaction.atomic():
                ApiKey.objects.create(name="x", hash="x", scopes=[])
                if writes is not None:
                    make_message(writes, "late")
                begun.set()
                may_end.wait(30)
        finally:
            connection.close()

    thread = Thread(target=hold)
    thread.start()
    assert begun.wait(20)
    try:
        yield
    finally:
        may_end.set()
        thread.join()


@real_transactions
def test_while_somebody_still_writes_what_is_younger_is_held_back_and_then_comes_behind() -> None:
    late, early = make_ticket(), make_ticket()
    reader = Reader()
    reader.read()
    before = len(reader.got)
    with in_a_transaction(writes=late):
        make_message(early)
        reader.read()
        assert len(reader.got) == before
    reader.read()
    told = [Event.objects.get(pk=key).ticket_id for key in reader.got[before:]]
    assert told == sorted(told, key=lambda pk: pk == early.pk), "the one that began first is first"
    assert set(told) == {late.pk, early.pk}


@real_transactions
def test_within_a_ticket_the_order_is_that_of_writing_whichever_transaction_began_first() -> None:
    ticket = make_ticket()
    begun, may_write = Signal(), Signal()

    def write_second() -> None:
        try:
            with transaction.atomic():
                ApiKey.objects.create(name="x", hash="x", scopes=[])  # here it gets its number
                begun.set()
                assert may_write.wait(20)
                make_message(ticket, "second")
        finally:
            connection.close()

    thread = Thread(target=write_second)
    thread.start()
    assert begun.wait(20)
    make_message(ticket, "first")
    may_write.set()
    thread.join()
    reader = Reader()
    reader.read()
    assert is_in_order(reader.got)
    assert set(reader.got) == events()


@real_transactions
def test_a_vacuum_neither_holds_the_feed_back_nor_hides_anything() -> None:
    ticket = make_ticket()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (FREEZE, ANALYZE) tickets_event")
    make_message(ticket)
    reader = Reader()
    reader.read()
    assert set(reader.got) == events()


@real_transactions
def test_nobody_says_where_an_event_stands_but_the_database() -> None:
    ticket = make_ticket()
    forged = Event(kind="ticket.closed", ticket=ticket, position=99, actor_kind="system", place=1)
    forged.save()
    forged.refresh_from_db()
    assert forged.place > Edges.now().floor + 1
    with pytest.raises(Exception, match="append-only"), connection.cursor() as cursor:
        cursor.execute("UPDATE tickets_event SET place = 1")


@contextmanager
def as_loaded() -> Iterator[CursorWrapper]:
    """As a dump is loaded: without the triggers of the table."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE tickets_event DISABLE TRIGGER USER")
        yield cursor
        cursor.execute("ALTER TABLE tickets_event ENABLE TRIGGER USER")


@real_transactions
def test_in_another_server_whose_transactions_begin_anew_a_reader_goes_on() -> None:
    """A dump of a server that had had far more transactions is loaded: its events stay where they were,
    what happens now is behind them, and the reader's old cursor is still good.
    """
    ticket = make_ticket()
    far = Edges.now().horizon + 1_000_000
    with as_loaded() as cursor:
        cursor.execute("UPDATE tickets_event SET place = %s", [far])
        cursor.execute("SELECT setval('tickets_feed_server', 4711)")
    reader = Reader()
    reader.noted = reading.FEED.cursor(far, max(events()))  # it had read all of them there
    old = events()
    make_message(ticket)
    make_message(make_ticket())
    reader.read()
    assert set(reader.got) == events() - old
    newcomer = Reader()
    newcomer.read()
    assert newcomer.got == sorted(events()), "the old ones first"
    with in_a_transaction(writes=ticket):
        make_message(make_ticket())
        reader.read()
    reader.read()
    assert set(reader.got) == events() - old
    assert is_in_order(reader.got)


@real_transactions
def test_before_anything_happens_in_the_other_server_an_old_cursor_is_good_already() -> None:
    make_ticket()
    far = Edges.now().horizon + 1_000_000
    with as_loaded() as cursor:
        cursor.execute("UPDATE tickets_event SET place = %s", [far])
        cursor.execute("SELECT setval('tickets_feed_server', 4711)")
    reader = Reader()
    reader.noted = reading.FEED.cursor(far, max(events()))
    reader.read()
    assert reader.got == []


@real_transactions
def test_after_a_return_to_an_earlier_state_somebody_says_so_and_readers_go_on() -> None:
    """Transactions have numbers again that a reader has seen already: what is written is behind those."""
    ticket = make_ticket()
    reader = Reader()
    reader.noted = reading.FEED.cursor(Edges.now().horizon + 500, 10**6)
    FeedMark.objects.begin_anew()
    old = events()
    make_message(ticket)
    reader.read()
    assert set(reader.got) == events() - old


@real_transactions
def test_to_begin_anew_waits_for_whoever_writes_and_loses_nothing() -> None:
    ticket, other = make_ticket(), make_ticket()
    reader = Reader()

    def anew() -> None:
        try:
            FeedMark.objects.begin_anew()
        finally:
            connection.close()

    thread = Thread(target=anew)
    with in_a_transaction(writes=ticket):
        thread.start()
        time.sleep(0.3)
        assert thread.is_alive()
        reader.read()
    thread.join()
    make_message(other)
    reader.read()
    assert set(reader.got) == events()
    assert len(reader.got) == len(set(reader.got))


@real_transactions
def test_of_several_who_write_first_in_another_server_all_are_in_the_same_generation() -> None:
    tickets = [make_ticket() for _ in range(5)]
    with as_loaded() as cursor:
        cursor.execute("SELECT setval('tickets_feed_server', 4711)")
    old = events()
    assert not [one for one in together(5, lambda at: make_message(tickets[at]).pk) if one is None]
    places = Event.objects.exclude(pk__in=old).values_list("place", flat=True)
    assert len({place >> 48 for place in places}) == 1
