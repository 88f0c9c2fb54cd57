"""Links between tickets: what agents know of how one has to do with another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import connection, models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tickets import clock

if TYPE_CHECKING:
    from tickets.models.tickets import Ticket


class LinkKind(models.TextChoices):
    """What the first ticket is to the second."""

    RELATED = "related", _("Related to")
    DUPLICATE = "duplicate", _("Duplicate of")
    BLOCKED_BY = "blocked_by", _("Blocked by")
    CAUSED_BY = "caused_by", _("Caused by")


# The same, read from the second ticket.
SEEN_FROM_THE_OTHER = {
    LinkKind.RELATED: _("Related to"),
    LinkKind.DUPLICATE: _("Has the duplicate"),
    LinkKind.BLOCKED_BY: _("Blocks"),
    LinkKind.CAUSED_BY: _("Affects"),
}


class TicketLinkQuerySet(models.QuerySet["TicketLink"]):
    def between(self, one: Ticket, other: Ticket) -> Self:
        """Those of the two, whichever comes first."""
        either = Q(from_ticket=one, to_ticket=other) | Q(from_ticket=other, to_ticket=one)
        return self.filter(either)

    def leads(self, kind: LinkKind, start: Ticket, end: Ticket) -> bool:
        """Whether links of a kind lead from one ticket to another, over however many others."""
        table = self.model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                WITH RECURSIVE reached (ticket) AS (
                    SELECT %s::bigint
                    UNION SELECT to_ticket_id FROM {table} JOIN reached ON from_ticket_id = ticket
                    WHERE kind = %s
                ) SELECT 1 FROM reached WHERE ticket = %s
                """,  # noqa: S608 - the name of our own table
                [start.pk, kind, end.pk],
            )
            return cursor.fetchone() is not None

    def hold_still(self) -> None:
        """Until the transaction ends nobody else makes a link: two of them could close a circle."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtext(%s))", [self.model._meta.db_table]
            )


class TicketLink(models.Model):
    """One ticket has to do with another. A problem is a ticket by which others are caused."""

    from_ticket = models.ForeignKey(
        "Ticket", on_delete=models.CASCADE, related_name="links", db_index=False
    )
    to_ticket = models.ForeignKey(
        "Ticket", on_delete=models.CASCADE, related_name="linked_by", db_index=False
    )
    kind = models.CharField(max_length=10, choices=LinkKind.choices)
    created_at = models.DateTimeField(default=clock.now)

    objects = TicketLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        constraints = [
            models.UniqueConstraint(
                fields=["from_ticket", "to_ticket", "kind"], name="link_made_once"
            ),
            models.CheckConstraint(
                condition=~Q(from_ticket=F("to_ticket")), name="link_with_another"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=LinkKind.values), name="link_kind_is_known"
            ),
            # What has no direction is kept in one, so that it is there once.
            models.CheckConstraint(
                condition=~Q(kind=LinkKind.RELATED) | Q(from_ticket__lt=F("to_ticket")),
                name="link_without_direction_in_one_order",
            ),
        ]
        indexes = [models.Index(fields=["to_ticket", "kind", "id"], name="link_from_the_other")]

    def __str__(self) -> str:
        return f"{self.from_ticket_id} {self.kind} {self.to_ticket_id}"
