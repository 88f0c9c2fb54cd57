from django.db import migrations, models


class Migration(migrations.Migration):
    """A ticket can be put aside until a time or until the customer writes."""

    dependencies = [
        ("tickets", "0023_properties_of_tickets"),
    ]

    operations = [
        migrations.AddField(
            model_name="ticket",
            name="is_back",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="ticket",
            name="snooze_note",
            field=models.CharField(blank=True, db_default="", max_length=200),
        ),
        migrations.AddField(
            model_name="ticket",
            name="snoozed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="ticket",
            name="snoozed_until",
            field=models.DateTimeField(blank=True, null=True),
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
                    ("ticket.snoozed", "put the conversation aside"),
                    ("ticket.unsnoozed", "brought the conversation back"),
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
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("snoozed_until__isnull", False)),
                fields=["snoozed_until"],
                name="ticket_snoozed",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("snoozed_at__isnull", True),
                    models.Q(("assignee__isnull", False), ("turn__in", ["agent", "customer"])),
                    _connector="OR",
                ),
                name="ticket_a_snoozed_one_is_an_agents",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("snoozed_at__isnull", False),
                    models.Q(("snooze_note", ""), ("snoozed_until__isnull", True)),
                    _connector="OR",
                ),
                name="ticket_snoozed_until_only_while_it_is",
            ),
        ),
    ]
