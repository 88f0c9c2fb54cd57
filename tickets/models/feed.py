"""The order in which events are told to programs: safe against transactions that commit late.

An event's place is the number of the transaction that wrote it, and behind that its key. All that a
transaction below the horizon has written is committed, or never will be: so whoever has read up to the
horizon finds nothing behind them later. Numbers of rows or times would not do: a lower one may be
committed after a higher one was read. Within a ticket no event is placed before an earlier one, although
its transaction may have begun before.

Numbers of transactions begin anew where a dump is loaded into another server, and go back where a server
returns to an earlier state. The upper bits of a place count that: the first who writes or reads in another
server, or on another timeline of the same one, counts on, and all of before is behind. Where a copy of the
files is put back, nothing tells that: a person says so (`manage.py feed_restored`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Self

from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

MARKED_EVERY = timedelta(minutes=50)  # the task that does it comes once an hour

_EDGES: Final = """
SELECT tickets_feed_horizon(), coalesce((
    SELECT mark.place FROM tickets_feedmark AS mark, tickets_sitesettings AS settings
    WHERE mark.at <= now() - settings.feed_days * interval '1 day' ORDER BY mark.at DESC LIMIT 1
), 0)
"""


@dataclass(frozen=True, slots=True)
class Edges:
    """What of the feed is told now: places from `floor` on, below `horizon`."""

    horizon: int
    floor: int

    @classmethod
    def now(cls) -> Self:
        """One statement; to be asked for before the events are read, in a statement of its own."""
        with connection.cursor() as cursor:
            cursor.execute(_EDGES)
            return cls(*cursor.fetchone())


class FeedMarkQuerySet(models.QuerySet["FeedMark"]):
    def set_mark(self) -> None:
        """Remember how far the feed is now, unless that was done lately; and forget what nobody needs."""
        edges, now = Edges.now(), timezone.now()
        if not self.filter(at__gt=now - MARKED_EVERY).exists():
            self.create(at=now, place=edges.horizon)
        self.filter(place__lt=edges.floor).delete()

    @transaction.atomic
    def begin_anew(self) -> None:
        """Place all that is written from now on behind all that was.

        Whoever writes at this moment is waited for: their events have their places of before.
        """
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE tickets_event IN SHARE MODE")
            cursor.execute("SELECT nextval('tickets_feed_generation')")


class FeedMark(models.Model):
    """How far the feed was at some time: by that it is known where what is still kept begins.

    The time of an event does not say it: a story or an import tells of times that are long ago.
    """

    at = models.DateTimeField(unique=True)
    place = models.BigIntegerField()

    objects = FeedMarkQuerySet.as_manager()

    class Meta:
        verbose_name = _("mark in the feed")
        verbose_name_plural = _("marks in the feed")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.place}"
