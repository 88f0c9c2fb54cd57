import django.db.models.deletion
from django.db import migrations, models

TYPES = ("Question", "Problem", "Request", "Task")
# The tags that tickets have already, so that they complete what is typed from the first day.
TAGS_IN_USE = """
INSERT INTO tickets_tag (name)
SELECT DISTINCT tag FROM tickets_ticket, unnest(tags) AS tag WHERE tags <> '{}' ORDER BY tag
"""


def add_types(apps, schema_editor):
    kind = apps.get_model("tickets", "TicketType")
    for place, name in enumerate(TYPES, start=1):
        kind.objects.create(name=name, position=place * 10)


class Migration(migrations.Migration):
    """A ticket has a type, which an admin offers; tags in use complete what is typed."""

    dependencies = [
        ("tickets", "0022_drafts_that_leave"),
    ]

    operations = [
        migrations.CreateModel(
            name="Tag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40, unique=True, verbose_name="name")),
            ],
            options={
                "verbose_name": "tag",
                "verbose_name_plural": "tags",
            },
        ),
        migrations.CreateModel(
            name="TicketType",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40, unique=True, verbose_name="name")),
                (
                    "position",
                    models.PositiveSmallIntegerField(
                        default=100,
                        help_text="Those with a smaller number stand first.",
                        verbose_name="position",
                    ),
                ),
                (
                    "offered",
                    models.BooleanField(
                        default=True,
                        help_text="Switched off, it cannot be chosen; conversations that have it keep it.",
                        verbose_name="offered",
                    ),
                ),
            ],
            options={
                "verbose_name": "type of conversation",
                "verbose_name_plural": "types of conversations",
                "ordering": ["position", "name"],
            },
        ),
        migrations.AlterField(
            model_name="event",
            name="kind",
            field=models.CharField(
                choices=[
                    ("ticket.opened", "opened the conversation"),
                    ("message.posted", "wrote"),
                    ("note.written", "wrote an internal note"),
                    ("reply.leaving", "sent a reply, which leaves in a moment"),
                    ("reply.taken_back", "took a reply back before it left"),
                    ("reply.held", "has a reply that did not leave"),
                    ("answer.rated", "rated the assistant's answer"),
                    ("person.asked", "asked for a person"),
                    ("ticket.accepted", "accepted the conversation"),
                    ("ticket.handed_back", "handed back to the assistant"),
                    ("ticket.returned", "returned the conversation to its agent"),
                    ("ticket.transferred", "transferred to another team"),
                    ("ticket.resolved", "marked as resolved"),
                    ("ticket.confirmed", "confirmed that it is solved"),
                    ("ticket.reopened", "reopened the conversation"),
                    ("ticket.rated", "rated the conversation"),
                    ("reading.corrected", "corrected what was understood"),
                    ("answer.reported", "reported a wrong answer"),
                    ("question.asked_again", "asked for something that was known"),
                    ("person.paged", "paged somebody"),
                    ("tags.changed", "changed the tags"),
                    ("ticket.changed", "changed the conversation's properties"),
                    ("ticket.assigned", "gave the conversation to somebody"),
                    ("fact.noted", "noted a fact"),
                    ("email.left", "left an e-mail address"),
                    ("email.code_asked", "asked for another code by mail"),
                    ("email.refused", "said that the e-mail address is not theirs to use"),
                    ("email.confirmed", "confirmed an e-mail address"),
                    ("customer.joined", "joined an account"),
                    ("mail.queued", "was sent a mail about a log-in"),
                    ("setting.added", "added"),
                    ("setting.changed", "changed"),
                    ("setting.removed", "removed"),
                ],
                max_length=30,
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="type",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tickets",
                to="tickets.tickettype",
                verbose_name="type",
            ),
        ),
        migrations.RunPython(add_types, migrations.RunPython.noop),
        migrations.RunSQL(TAGS_IN_USE, migrations.RunSQL.noop),
    ]
