"""Those who wait are found in the order in which they are to be accepted."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0014_messages_by_the_assistant"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                fields=["team", "-priority", "person_asked_at", "id"],
                condition=models.Q(turn="queue"),
                name="ticket_queue",
            ),
        ),
    ]
