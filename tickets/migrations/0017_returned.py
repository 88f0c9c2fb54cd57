"""The assistant returns what an agent handed back, where nothing of it is for it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0016_queue_order_and_what_briefs_read"),
    ]

    operations = [
        migrations.AlterField(
            model_name="event",
            name="kind",
            field=models.CharField(
                choices=[
                    ("ticket.opened", "opened the conversation"),
                    ("message.posted", "wrote"),
                    ("note.written", "wrote an internal note"),
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
    ]
