from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """The newest answer of a conversation is found without walking through it."""

    atomic = False  # so that nobody who writes waits for the index

    dependencies = [("tickets", "0013_reactions_by_queue")]

    operations = [
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                fields=["ticket", "-position"],
                condition=models.Q(author_kind="assistant"),
                name="message_by_the_assistant",
            ),
        ),
    ]
