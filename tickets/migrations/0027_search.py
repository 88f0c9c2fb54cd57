"""A table of what is found of each ticket. It is filled by the beat, the newest tickets first."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# How many of the most frequent words PostgreSQL knows (ten times as many): by them it tells a word that
# every ticket has, for which it reads the newest tickets, from a rare one, which it looks up.
STATISTICS = """
ALTER TABLE tickets_tickettext ALTER COLUMN words SET STATISTICS 1000,
    ALTER COLUMN note_words SET STATISTICS 1000;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0026_custom_fields"),
    ]

    operations = [
        migrations.CreateModel(
            name="TicketText",
            fields=[
                (
                    "ticket",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="text",
                        serialize=False,
                        to="tickets.ticket",
                    ),
                ),
                ("last_message_at", models.DateTimeField()),
                ("words", django.contrib.postgres.search.SearchVectorField()),
                (
                    "places",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), default=list, size=None
                    ),
                ),
                ("note_words", django.contrib.postgres.search.SearchVectorField()),
                (
                    "note_places",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), default=list, size=None
                    ),
                ),
                ("reach", models.PositiveIntegerField()),
                (
                    "assignee",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tickets.customer",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tickets.team",
                    ),
                ),
            ],
            options={
                "verbose_name": "searchable text of a ticket",
                "verbose_name_plural": "searchable texts of tickets",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False, fields=["words"], name="ticket_words"
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False, fields=["note_words"], name="ticket_note_words"
                    ),
                    models.Index(fields=["last_message_at", "ticket"], name="ticket_text_latest"),
                    models.Index(
                        fields=["team", "last_message_at", "ticket"], name="ticket_text_of_team"
                    ),
                    models.Index(
                        condition=models.Q(("reach", 0)),
                        fields=["ticket"],
                        name="ticket_text_to_do",
                    ),
                ],
            },
        ),
        migrations.RunSQL(STATISTICS, migrations.RunSQL.noop),
    ]
