"""A mailbox that is watched, in a thread of its own, until it is told to stop."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections import Counter
from contextlib import suppress

import psycopg
from django.db import Error as DatabaseError
from django.db import connection as database
from imapclient.exceptions import IMAPClientError

from tickets import actions
from tickets.actors import Actor
from tickets.email.fetching import troubles
from tickets.email.fetching.connection import SILENT_SECONDS, Connection, opened
from tickets.email.fetching.folder import Folder
from tickets.email.fetching.locks import Locks
from tickets.email.fetching.troubles import Trouble
from tickets.models import Mailbox

logger = logging.getLogger(__name__)

POLL_SECONDS = 60  # between two looks, at a server that does not tell
IDLE_SECONDS = 120  # for which one that tells is believed to be there
# After something came: one that tells does so when it happens, and not again to who listens a moment
# later. Mails often come together, so that there is another look before the long wait.
SECOND_LOOK_SECONDS = 0.5
SECOND_LOOKS = 2  # in a row: some servers say with every answer that there is something
ASK_SECONDS = 5  # between two tries to get the lock, or the database
LONGEST_WAIT, LONGEST_LASTING = 300, 900  # seconds, of a trouble that may pass and one that lasts


class Watcher(threading.Thread):
    """Fetches one mailbox: all that is new, then what comes, as it comes."""

    def __init__(self, mailbox: int, name: str, locks: Locks) -> None:
        super().__init__(name=f"mailbox-{mailbox}", daemon=True)
        self.mailbox, self.label, self.locks = mailbox, name, locks
        self.stopping = threading.Event()
        self.connection: Connection | None = None
        self.tries = 0
        self.broken: Counter[int] = Counter()

    def stop(self) -> None:
        """End at once; what is not committed yet is fetched again."""
        self.stopping.set()
        if self.connection is not None:
            self.connection.cut()

    def run(self) -> None:
        while not self.stopping.is_set():
            try:
                self._with_lock()
            except (DatabaseError, psycopg.Error) as error:
                # Ours, not the mailbox's: nothing of it is marked, and it goes on from there.
                logger.warning("%s: the database is away (%s).", self.label, type(error).__name__)
            except actions.NotToBeFetched:
                return
            finally:
                with suppress(DatabaseError):
                    database.close()
            self.stopping.wait(ASK_SECONDS)

    def _with_lock(self) -> None:
        held = self.locks.take(self.mailbox)
        if held is None:
            return  # another program has it
        try:
            while not self.stopping.is_set() and self.locks.is_held(held):
                self._connected(held)
        finally:
            self.locks.free(self.mailbox, held)

    def _connected(self, held: psycopg.Connection[tuple[bool]]) -> None:
        """One connection to the server, as long as it lasts; what ends it is said to the admin."""
        mailbox = Mailbox.objects.filter(pk=self.mailbox).first()
        if mailbox is None:
            raise actions.NotToBeFetched
        try:
            with opened(mailbox) as self.connection:
                self._watch(self.connection, mailbox, held)
        except (DatabaseError, psycopg.Error, actions.NotToBeFetched):
            raise
        except Exception as error:
            if not self.stopping.is_set():
                self._fails(error, mailbox)
        finally:
            self.connection = None

    def _watch(
        self, connection: Connection, mailbox: Mailbox, held: psycopg.Connection[tuple[bool]]
    ) -> None:
        def may_go_on() -> bool:
            return not self.stopping.is_set() and self.locks.is_held(held)

        folder = Folder(connection, mailbox, may_go_on, self.broken)
        folder.open()
        looks, came = 0, True
        while may_go_on():
            number = folder.take_new()
            if not may_go_on():
                return
            actions.note_fetched(actor=Actor.system(), mailbox=mailbox)
            self.tries = 0
            if number:  # what came meanwhile was told meanwhile, when nobody listened
                logger.info("%s: %d mails fetched.", self.label, number)
                looks, came = 0, True
                continue
            database.close()  # others need it while this waits
            with connection.within(SILENT_SECONDS):
                _done, told = connection.noop()
            soon = came or (bool(told) and looks < SECOND_LOOKS)
            looks, came = looks + 1 if soon else 0, False
            self._wait(connection, SECOND_LOOK_SECONDS if soon else IDLE_SECONDS)

    def _wait(self, connection: Connection, seconds: float) -> None:
        """Until something may be new, or we are to stop; for so long where the server tells."""
        if not connection.has_idle():
            self.stopping.wait(POLL_SECONDS)
            with connection.within(SILENT_SECONDS):
                connection.noop()
            return
        with connection.within(SILENT_SECONDS):
            connection.idle()
        until = time.monotonic() + seconds
        while not self.stopping.is_set() and (began := time.monotonic()) < until:
            # One that is gone answers at once, with nothing.
            if (
                connection.idle_check(timeout=min(1, until - began))
                or time.monotonic() < began + 0.5
            ):
                break
        with connection.within(SILENT_SECONDS):
            connection.idle_done()

    def _fails(self, error: Exception, mailbox: Mailbox) -> None:
        """Say so, from the second time on where it may pass, and wait before the next try."""
        self.tries += 1
        trouble = troubles.of(error, mailbox)
        if not isinstance(error, Trouble | OSError | IMAPClientError):
            logger.exception("%s: something unexpected.", self.label, exc_info=error)
        if trouble.lasts or self.tries > 1:
            logger.warning("%s: %s", self.label, trouble)
            actions.note_trouble(actor=Actor.system(), mailbox=mailbox, trouble=str(trouble))
        database.close()
        longest = LONGEST_LASTING if trouble.lasts else LONGEST_WAIT
        soonest = 30 if trouble.lasts else 1
        wait = min(longest, soonest * 2 ** min(self.tries - 1, 20))
        self.stopping.wait(wait * random.uniform(0.8, 1.2))  # noqa: S311 - spreads the tries
