"""The program that fetches: a thread for each mailbox, as the admin has them at this moment."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field
from hashlib import sha256

from django.db import Error as DatabaseError
from django.db import connection as database

from tickets.email.fetching.locks import Locks
from tickets.email.fetching.watching import Watcher
from tickets.models import Mailbox, WayIn
from tickets.models.ways_in import ComesIn

logger = logging.getLogger(__name__)

LOOK_SECONDS = 3.0  # between two looks at what the admin has
GRACE_SECONDS = 2.0  # for threads to end; what they do is safe to be cut off


@dataclass
class Program:
    """Fetches all mailboxes that are to be, until `stop`."""

    stopping: threading.Event = field(default_factory=threading.Event)
    locks: Locks = field(default_factory=Locks)
    watchers: dict[int, Watcher] = field(default_factory=dict)
    known: dict[int, str] = field(default_factory=dict)

    def stop(self) -> None:
        self.stopping.set()

    def run(self) -> None:
        """Returns when it is told to stop."""
        try:
            while not self.stopping.is_set():
                try:
                    self._look()
                except DatabaseError as error:
                    logger.warning("The database is away (%s).", type(error).__name__)
                finally:
                    database.close()
                self.stopping.wait(LOOK_SECONDS)
        finally:
            self._end()

    def _look(self) -> None:
        """Begin with what is new, and with what was changed once its old thread has ended."""
        wanted = {mailbox.pk: mailbox for mailbox in _to_be_fetched()}
        signs = {pk: _sign(mailbox) for pk, mailbox in wanted.items()}
        for pk, watcher in list(self.watchers.items()):
            if signs.get(pk) != self.known[pk]:
                watcher.stop()
            if not watcher.is_alive():
                del self.watchers[pk]
        for pk, mailbox in wanted.items():
            if pk not in self.watchers:
                self.known[pk] = signs[pk]
                self.watchers[pk] = Watcher(pk, str(mailbox), self.locks)
                self.watchers[pk].start()

    def _end(self) -> None:
        for watcher in self.watchers.values():
            watcher.stop()
        until = time.monotonic() + GRACE_SECONDS
        for watcher in self.watchers.values():
            watcher.join(max(0.0, until - time.monotonic()))
        self.locks.close()


def _to_be_fetched() -> list[Mailbox]:
    return list(Mailbox.objects.filter(is_active=True, way_in=WayIn.IMAP))


def _sign(mailbox: Mailbox) -> str:
    """A short sign of all that fetching depends on; another one after any change."""
    names = [column.name for column in ComesIn._meta.fields]
    values = [(name, getattr(mailbox, name)) for name in names]
    return sha256(repr(values).encode()).hexdigest()
