import django.contrib.postgres.fields
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Events that are there have the place 0, and are told in the order of their keys.

    No row is written anew, and nobody who writes waits for the index.
    """

    atomic = False
    dependencies = [("tickets", "0076_assignment")]

    operations = [
        migrations.AddField("event", "place", models.BigIntegerField(db_default=0, editable=False)),
        AddIndexConcurrently(
            "event", models.Index(fields=["place", "id"], name="event_in_the_feed")
        ),
        migrations.AlterField(
            "apikey",
            "scopes",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("tickets:read", "Read tickets and messages"),
                        ("tickets:write", "Open tickets and add messages"),
                        ("records:read", "Read records and what they are linked with"),
                        ("records:write", "Tell of records, delete and link them"),
                        ("events:read", "Follow what happens in tickets"),
                        ("events:staff", "Hear of what agents do among themselves, too"),
                        ("articles:read", "Read and search published articles"),
                    ],
                    max_length=20,
                ),
                size=None,
                verbose_name="scopes",
            ),
        ),
    ]
