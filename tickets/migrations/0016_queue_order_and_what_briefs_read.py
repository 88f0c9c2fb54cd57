"""Those who wait are found in their order; a hand-over keeps up to where its brief was written."""

from django.db import migrations, models

# What was said before somebody asked for a person, or in the same moment.
READ_TO = """
UPDATE tickets_handover AS handover SET read_to = coalesce((
    SELECT max(message.position) FROM tickets_message AS message
    WHERE message.ticket_id = handover.ticket_id AND message.created_at <= handover.asked_at
), 0)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0015_tickets_say_when_they_changed"),
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
        migrations.AddField(
            model_name="handover",
            name="read_to",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.RunSQL(READ_TO, migrations.RunSQL.noop),
    ]
