"""What is found of a ticket: one row with its words, written again whenever they change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tickets.models.customers import Customer

COLUMNS = (
    *("ticket_id", "last_message_at", "team_id", "assignee_id", "customer_id"),
    *("words", "places", "note_words", "note_places", "reach"),
)


class TicketTextQuerySet(models.QuerySet["TicketText"]):
    def keep(self, rows: Sequence[TicketText]) -> None:
        """Write rows, each in the place of its earlier one; one that knew more stays as it is.

        So two who indexed the same ticket may write in either order.
        """
        table = self.model._meta.db_table
        written = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS[1:])
        values: list[Any] = [getattr(row, name) for row in rows for name in COLUMNS]
        place = f"({', '.join(['%s'] * len(COLUMNS))})"
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(COLUMNS)})"  # noqa: S608 - names of our own
                f" VALUES {', '.join([place] * len(rows))}"
                f" ON CONFLICT (ticket_id) DO UPDATE SET {written}"
                f" WHERE {table}.reach <= excluded.reach",
                values,
            )

    def forget(self, customers: Q) -> int:
        """Let what is known of the tickets of these customers be indexed again, soon."""
        return self.filter(customers, reach__gt=0).update(reach=0)


class TicketText(models.Model):
    """The words of a ticket, with copies of the columns by which it is looked for and sorted.

    The copies may be a moment behind: they help to find, and who may see what is asked of the ticket.
    `words` has what everybody who sees the ticket may know, `note_words` the internal notes: another
    column, for staff alone. `places` leads from the number of a word to the message it stands in:
    the number of the first word of a message, its position, and so on in turn.
    """

    ticket = models.OneToOneField(
        "Ticket", on_delete=models.CASCADE, related_name="text", primary_key=True
    )
    last_message_at = models.DateTimeField()
    team = models.ForeignKey("Team", on_delete=models.CASCADE, related_name="+", db_index=False)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", null=True
    )
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    words = SearchVectorField()
    places = ArrayField(models.IntegerField(), default=list)
    note_words = SearchVectorField()
    note_places = ArrayField(models.IntegerField(), default=list)
    # The ticket's last position when it was indexed; 0 asks for it to be done again.
    reach = models.PositiveIntegerField()

    objects = TicketTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("searchable text of a ticket")
        verbose_name_plural = _("searchable texts of tickets")
        indexes = [
            # Without a list of what is pending, which every search would read from end to end.
            GinIndex(fields=["words"], name="ticket_words", fastupdate=False),
            GinIndex(fields=["note_words"], name="ticket_note_words", fastupdate=False),
            models.Index(fields=["last_message_at", "ticket"], name="ticket_text_latest"),
            models.Index(fields=["team", "last_message_at", "ticket"], name="ticket_text_of_team"),
            models.Index(fields=["ticket"], condition=Q(reach=0), name="ticket_text_to_do"),
        ]

    def __str__(self) -> str:
        return f"words of ticket {self.pk}"
