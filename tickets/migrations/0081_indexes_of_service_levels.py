import datetime

import django.db.models.functions.comparison
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """The order by what is due next, and the tickets of a service level."""

    atomic = False  # so that nobody who writes waits for the indexes

    dependencies = [("tickets", "0080_service_levels")]

    operations = [
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(
                django.db.models.functions.comparison.Coalesce(
                    "due_at",
                    models.Value(
                        datetime.datetime(9999, 1, 1, 0, 0, tzinfo=datetime.UTC),
                        output_field=models.DateTimeField(),
                    ),
                ),
                models.F("id"),
                condition=models.Q(("turn", "closed"), _negated=True),
                name="ticket_open_by_due",
            ),
        ),
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("sla__isnull", False)),
                fields=["sla", "-last_message_at", "-id"],
                name="ticket_latest_of_sla",
            ),
        ),
    ]
