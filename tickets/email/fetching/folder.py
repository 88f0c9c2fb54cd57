"""One folder of a mail server: what is new in it is kept, mail by mail, and then marked there."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import Any

from django.db import OperationalError
from django.utils import timezone
from django.utils.translation import gettext as _
from imapclient import SEEN
from imapclient.exceptions import IMAPClientError

from tickets import actions
from tickets.actors import Actor
from tickets.email.fetching.connection import LARGEST, Connection
from tickets.email.fetching.troubles import Trouble, one_line
from tickets.models import Fetching, Mailbox, TakeFirst

logger = logging.getLogger(__name__)

WINDOW = 50_000  # numbers that are asked for at once: the answer fits into a line
ASKED_FOR = 200  # mails whose sizes are asked for at once
MARKED = 50  # mails that are marked at once
TRIES = 3  # of a mail that breaks off, before only its headers are taken
ANSWER_SECONDS = 60
SLOWEST = 100_000  # bytes a second
HEAD = 256 * 1024  # bytes of the headers of a mail that is too large


class Folder:
    """The folder of a mailbox, on a connection that is logged in."""

    def __init__(
        self,
        connection: Connection,
        mailbox: Mailbox,
        may_go_on: Callable[[], bool],
        failed: Counter[int],
    ) -> None:
        """`may_go_on` is asked before every mail: nobody wants us to stop, and the lock is ours.

        `failed` counts how often a mail broke off, over all connections.
        """
        self.connection, self.mailbox, self.may_go_on = connection, mailbox, may_go_on
        self.failed = failed
        self.fetching: Fetching

    def open(self) -> None:
        """Select it, and see how far it has been fetched. Raises Trouble if it is not there."""
        answer = selected(self.connection, self.mailbox.folder)
        opened = actions.Opened(
            source=_source(self.mailbox),
            uid_validity=int(answer[b"UIDVALIDITY"]),
            uid_next=int(answer.get(b"UIDNEXT") or self._uid_next()),
        )
        days = timedelta(days=self.mailbox.take_days)
        wants_days = self.mailbox.take_first == TakeFirst.DAYS
        self.fetching = actions.begin_fetching(
            actor=Actor.system(),
            mailbox=self.mailbox,
            opened=opened,
            since=(timezone.now() - days).date() if wants_days else None,
            takes_old=self.mailbox.take_first != TakeFirst.NEW,
        )
        if self.fetching.marked_uid < self.fetching.last_uid:  # we were ended in between
            self._mark(self._numbers(self.fetching.marked_uid + 1, self.fetching.last_uid))
        if self.fetching.last_uid < self.fetching.old_until_uid:
            old = sum(1 for _uid in self._wanted(upto=self.fetching.old_until_uid))
            self.fetching = actions.count_old(
                actor=Actor.system(), mailbox=self.mailbox, number=old
            )

    def take_new(self) -> int:
        """Keep everything that is not kept yet; the number of mails."""
        kept: list[int] = []
        done = 0
        for known in self._with_sizes(list(self._wanted())):
            if not self.may_go_on():
                break
            self._take(*known)
            kept.append(known[0])
            done += 1
            if len(kept) == MARKED:
                self._mark(kept)
                kept = []
        self._mark(kept)
        return done

    # --- what there is

    def _wanted(self, upto: int | None = None) -> Iterator[int]:
        """The numbers of the mails that are to be kept still, in their order."""
        row = self.fetching
        if row.last_uid < row.old_until_uid:
            yield from self._numbers(row.last_uid + 1, row.old_until_uid, since=row.taken_since)
        if upto is None:
            yield from self._numbers(max(row.last_uid, row.old_until_uid) + 1, None)

    def _numbers(self, first: int, last: int | None, *, since: Any = None) -> list[int]:
        found: list[int] = []
        for start in range(first, (last or first) + 1, WINDOW):
            end = "*" if last is None else min(last, start + WINDOW - 1)
            criteria = ["UID", f"{start}:{end}", *(("SINCE", since) if since else ())]
            with self.connection.within(ANSWER_SECONDS):
                found += self.connection.search(criteria)
        # "7:*" gives the last one even if that is 6.
        return sorted(uid for uid in set(found) if uid >= first and (not last or uid <= last))

    def _with_sizes(self, uids: list[int]) -> Iterator[tuple[int, int, datetime | None]]:
        for start in range(0, len(uids), ASKED_FOR):
            some = uids[start : start + ASKED_FOR]
            with self.connection.within(ANSWER_SECONDS):
                known = self.connection.fetch(some, ["RFC822.SIZE", "INTERNALDATE"])
            for uid in some:
                if uid in known:  # else somebody removed it
                    size = known[uid].get(b"RFC822.SIZE", 0)
                    yield uid, size, known[uid].get(b"INTERNALDATE")

    def _uid_next(self) -> int:
        with self.connection.within(ANSWER_SECONDS):
            return int(self.connection.folder_status(self.mailbox.folder, ["UIDNEXT"])[b"UIDNEXT"])

    # --- one mail

    def _take(self, uid: int, size: int, arrived: datetime | None) -> None:
        """Keep one mail; only its beginning if it is too large or breaks off again and again."""
        if size > LARGEST:
            why = _(
                "It has %(size)d MB; up to %(most)d MB are taken. It is still in the mailbox."
            ) % {
                "size": size // 2**20,
                "most": LARGEST // 2**20,
            }
            self._keep(uid, self._head(uid), arrived, why, size)
            return
        if self.failed[uid] >= TRIES:
            why = _("It broke off each time that it was fetched. It is still in the mailbox.")
            self._keep(uid, self._beginning(uid), arrived, why, size)
            return
        try:
            raw = self._body(uid, "BODY.PEEK[]", b"BODY[]", size)
            if raw is not None:
                self._keep(uid, raw, arrived)
        except OperationalError:  # the database is away, or full: no fault of this mail
            raise
        except Exception:
            self.failed[uid] += 1
            raise

    def _keep(
        self, uid: int, raw: bytes, arrived: datetime | None, why: str = "", size: int | None = None
    ) -> None:
        row = self.fetching
        is_old = uid <= row.old_until_uid and (
            not row.is_over_again or _was_before(row.began_at, arrived, raw)
        )
        actions.keep_fetched(
            actor=Actor.system(),
            fetching=row,
            uid=uid,
            raw=raw,
            is_old=is_old,
            unreadable=why,
            size=size,
        )
        row.last_uid = uid

    def _head(self, uid: int) -> bytes:
        return self._body(uid, f"BODY.PEEK[HEADER]<0.{HEAD}>", b"BODY[HEADER]<0>") or b""

    def _beginning(self, uid: int) -> bytes:
        """The headers, or a name for what cannot even say those."""
        try:
            if head := self._head(uid):
                return head
        except (IMAPClientError, OSError):
            if self.failed[uid] < 2 * TRIES:
                self.failed[uid] += 1
                raise
        return (
            f"Message-ID: <{uid}.{self.fetching.uid_validity}.{self.mailbox.pk}>\r\n\r\n".encode()
        )

    def _body(self, uid: int, wanted: str, name: bytes, size: int = 0) -> bytes | None:
        with self.connection.within(ANSWER_SECONDS + size / SLOWEST):
            raw = self.connection.fetch([uid], [wanted]).get(uid, {}).get(name)
        return bytes(raw) if raw is not None else None

    # --- afterwards

    def _mark(self, uids: list[int]) -> None:
        """Say on the server that these are fetched; their rows are committed."""
        for start in range(0, len(uids), ASKED_FOR):
            some = uids[start : start + ASKED_FOR]
            try:
                with self.connection.within(ANSWER_SECONDS):
                    self._say_fetched(some)
            except self.connection.AbortError:
                raise
            except self.connection.Error as error:
                raise Trouble(
                    _("Mail is fetched but cannot be marked or moved. The server says: “%(words)s”")
                    % {"words": one_line(str(error))},
                    lasts=True,
                ) from error
            actions.note_marked(actor=Actor.system(), fetching=self.fetching, uid=some[-1])

    def _say_fetched(self, uids: list[int]) -> None:
        connection, to = self.connection, self.mailbox.done_folder
        connection.add_flags(uids, [SEEN], silent=True)
        if not to:
            return
        if connection.has_capability("MOVE"):
            connection.move(uids, to)
            return
        connection.copy(uids, to)
        connection.delete_messages(uids, silent=True)
        if connection.has_capability("UIDPLUS"):  # else others' deleted ones would go, too
            connection.uid_expunge(uids)


def selected(connection: Connection, folder: str, *, readonly: bool = False) -> dict[bytes, Any]:
    """What the server says of a folder that it opens. Raises Trouble if it does not."""
    try:
        with connection.within(ANSWER_SECONDS):
            answer: dict[bytes, Any] = connection.select_folder(folder, readonly=readonly)
            return answer
    except connection.ReadOnlyError as error:
        raise Trouble(
            _("The folder “%(folder)s” can only be read: nothing could be marked as fetched.")
            % {"folder": folder},
            lasts=True,
        ) from error
    except connection.AbortError:
        raise
    except connection.Error as error:
        raise Trouble(
            _("There is no folder “%(folder)s” that can be opened. The server says: “%(words)s”")
            % {"folder": folder, "words": one_line(str(error))},
            lasts=True,
        ) from error


def _source(mailbox: Mailbox) -> str:
    """What the numbers of a folder belong to."""
    place = (mailbox.imap_host.lower(), mailbox.imap_port, mailbox.imap_user, mailbox.folder)
    return sha256(repr(place).encode()).hexdigest()


def _was_before(moment: datetime | None, arrived: datetime | None, raw: bytes) -> bool:
    """Whether a mail arrived before that, or was written before that by its own word."""
    dates = [date for date in (arrived and _in_utc(arrived), _written(raw)) if date]
    return moment is not None and bool(dates) and min(dates) < moment


def _written(raw: bytes) -> datetime | None:
    try:
        stated = str(BytesHeaderParser().parsebytes(raw[:HEAD]).get("Date", ""))
        return _in_utc(parsedate_to_datetime(stated))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _in_utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
