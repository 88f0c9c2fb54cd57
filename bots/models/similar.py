"""What each conversation is about, as a vector: by it similar conversations are found."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, models, transaction
from django.utils.translation import gettext_lazy as _
from pgvector.django import HalfVectorField

from knowledgebase.models import Encoder
from tickets.models import Macro

WORDS_LENGTH = 400


class TicketVectorQuerySet(models.QuerySet["TicketVector"]):
    def keep(self, rows: Sequence[TicketVector]) -> None:
        """Write rows, each in the place of the ticket's earlier one."""
        self.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["ticket"],
            update_fields=["encoder", "words", "vector"],
        )

    def make_index(self, encoder: Encoder) -> None:
        """Make the encoder's own index, unless it is there; those of others go.

        A vector takes 2 bytes a dimension: a million conversations by the packaged encoder .8 GB,
        and as much again for the index.
        """
        table = self.model._meta.db_table
        mine = f"{table}_hnsw_{int(encoder.pk)}"
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT indexname FROM pg_indexes WHERE tablename = %s AND indexname LIKE %s",
                [table, f"{table}_hnsw_%"],
            )
            known = {name for (name,) in cursor.fetchall()}
            if mine in known:
                return
            # An index cannot change while rows written in this transaction wait for their checks.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for name in known:
                cursor.execute(f"DROP INDEX IF EXISTS {name}")
            cursor.execute(
                f"CREATE INDEX IF NOT EXISTS {mine} ON {table} "
                f"USING hnsw ((vector::halfvec({int(encoder.dimension)})) halfvec_cosine_ops) "
                f"WHERE encoder_id = {int(encoder.pk)}"
            )


class TicketVector(models.Model):
    """What the customer wanted in a conversation, in their words, and the vector of these words."""

    ticket = models.OneToOneField(
        "tickets.Ticket", on_delete=models.CASCADE, related_name="+", primary_key=True
    )
    encoder = models.ForeignKey("knowledgebase.Encoder", on_delete=models.CASCADE, related_name="+")
    words = models.CharField(max_length=WORDS_LENGTH, blank=True)
    # None where there were no words. Without a dimension, since encoders differ.
    vector = HalfVectorField(null=True)

    objects = TicketVectorQuerySet.as_manager()

    class Meta:
        verbose_name = _("vector of a ticket")
        verbose_name_plural = _("vectors of tickets")

    def __str__(self) -> str:
        return self.words


class MacroVectorQuerySet(models.QuerySet["MacroVector"]):
    def keep(self, rows: Sequence[MacroVector]) -> None:
        """Write rows, each in the place of the macro's earlier one. A macro that is gone is left out."""
        there = set(
            Macro.objects.filter(pk__in=[row.macro_id for row in rows]).values_list("pk", flat=True)
        )
        self.bulk_create(
            [row for row in rows if row.macro_id in there],
            update_conflicts=True,
            unique_fields=["macro"],
            update_fields=["encoder", "version", "vector"],
        )


class MacroVector(models.Model):
    """The vector of what a macro says, in the version that was read."""

    macro = models.OneToOneField(
        "tickets.Macro", on_delete=models.CASCADE, related_name="+", primary_key=True
    )
    encoder = models.ForeignKey("knowledgebase.Encoder", on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField()
    vector = HalfVectorField()  # without a dimension, since encoders differ

    objects = MacroVectorQuerySet.as_manager()

    class Meta:
        verbose_name = _("vector of a macro")
        verbose_name_plural = _("vectors of macros")

    def __str__(self) -> str:
        return str(self.macro)
