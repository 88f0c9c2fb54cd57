"""A reaction knows its queue, so that a queue's workers find what is due there, oldest first."""

from django.db import migrations, models
from django.db.models import Q

# What is due while this is installed; from then on each is recorded with its queue.
QUEUES = {"assistant.turn": "assistant", "assistant.unhelpful": "assistant"}


def fill(apps, schema_editor):
    due = apps.get_model("tickets", "Reaction").objects.filter(state="due")
    for name, queue in QUEUES.items():
        due.filter(name=name).update(queue=queue)
    due.filter(name__startswith="mail.").update(queue="mail")


class Migration(migrations.Migration):
    dependencies = [("tickets", "0011_first_contact_and_other_ways")]

    operations = [
        migrations.AddField(
            model_name="reaction",
            name="queue",
            field=models.CharField(max_length=20, default="default", db_default="default"),
        ),
        migrations.RemoveIndex(model_name="reaction", name="reaction_due"),
        migrations.AddIndex(
            model_name="reaction",
            index=models.Index(
                fields=["queue", "due_at"], condition=Q(state="due"), name="reaction_due_in_queue"
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
