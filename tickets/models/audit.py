"""The chain of what admins did and who looked at what: each link's hash is over the one before it.

A link stands for an event that is about settings, people, access, or a look at a sensitive
conversation. A trigger adds it as the event's transaction commits, one at a time, so that nobody else
waits; another refuses to change or remove a link. What was changed behind the triggers' back shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tickets import clock
from tickets.models.events import AppendOnlyQuerySet, Event

_CHECK = """
SELECT number, why FROM (
    SELECT a.number, CASE
        WHEN a.number <> lag(a.number, 1, 0::bigint) OVER links + 1 THEN 'gap'
        WHEN e.id IS NULL THEN 'gone'
        WHEN a.hash <> tickets_audit_hash(lag(a.hash, 1, ''::varchar) OVER links, e) THEN 'changed'
    END AS why
    FROM tickets_auditlink a LEFT JOIN tickets_event e ON e.id = a.event_id
    WINDOW links AS (ORDER BY a.number)
) checked WHERE why IS NOT NULL ORDER BY number LIMIT 1
"""
_LEFT_OUT = """
SELECT e.id FROM tickets_event e
WHERE e.ticket_id IS NULL AND (e.kind LIKE 'setting.%%' OR e.kind LIKE 'access.%%')
AND NOT EXISTS (SELECT FROM tickets_auditlink a WHERE a.event_id = e.id)
ORDER BY e.id LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Broken:
    """The first thing that is not as it was: the number of a link, or of an event that has none."""

    number: int
    why: str  # gap, gone, changed, left_out


class AuditLinkQuerySet(AppendOnlyQuerySet):
    def first_broken(self) -> Broken | None:
        """Look at every link, in the database; None where all is as it was written."""
        with connection.cursor() as cursor:
            cursor.execute(_CHECK)
            row: Any = cursor.fetchone()
            if row is not None:
                return Broken(*row)
            cursor.execute(_LEFT_OUT)
            row = cursor.fetchone()
        return None if row is None else Broken(row[0], "left_out")


class AuditLink(models.Model):
    """One event's place in the chain."""

    number = models.BigIntegerField(_("number"), primary_key=True)
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="link")
    hash = models.CharField(_("hash"), max_length=64)

    objects = AuditLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("record of a change")
        verbose_name_plural = _("record of changes")
        ordering = ["-number"]

    def __str__(self) -> str:
        return str(self.number)


class SensitiveTicket(models.Model):
    """A conversation of which it is kept who opened it."""

    ticket = models.OneToOneField(
        "Ticket", on_delete=models.CASCADE, related_name="sensitive_mark", primary_key=True
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("sensitive conversation")
        verbose_name_plural = _("sensitive conversations")

    def __str__(self) -> str:
        return str(self.ticket)
