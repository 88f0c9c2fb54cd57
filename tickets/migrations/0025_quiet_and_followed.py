import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """What nobody writes in any more is closed after a notice; what was closed long ago goes on elsewhere."""

    dependencies = [
        ("tickets", "0024_snoozed_tickets"),
    ]

    operations = [
        migrations.AddField(
            model_name="sitesettings",
            name="notice_days",
            field=models.PositiveSmallIntegerField(
                default=3,
                help_text="So many days after they were told it is closed, unless somebody writes.",
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(60),
                ],
                verbose_name="days of notice",
            ),
        ),
        migrations.AddField(
            model_name="sitesettings",
            name="quiet_days",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="After so many days in which a customer who was answered wrote nothing, they are told that the conversation will be closed. Empty: nothing is closed by itself.",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(365),
                ],
                verbose_name="days without a word",
            ),
        ),
        migrations.AddField(
            model_name="sitesettings",
            name="reopen_days",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="For so many days a closed conversation goes on when its customer writes. Later their words begin a new one, linked to it. Empty: it always goes on.",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(3650),
                ],
                verbose_name="days to reopen",
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="closes_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="ticket",
            name="follows",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="followed_by",
                to="tickets.ticket",
            ),
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
                    ("closing.announced", "said when the conversation will be closed"),
                    ("ticket.closed", "closed what had become quiet"),
                    ("ticket.continued", "went on in another conversation"),
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
        migrations.AlterField(
            model_name="ticket",
            name="resolution",
            field=models.CharField(
                blank=True,
                choices=[
                    ("confirmed", "Solved, the customer says"),
                    ("resolved", "Resolved, the agent says"),
                    ("quiet", "Closed, nobody wrote any more"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("closes_at__isnull", False)),
                fields=["closes_at"],
                name="ticket_closes",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closes_at__isnull", True), ("turn", "customer"), _connector="OR"
                ),
                name="ticket_only_what_waits_for_the_customer_becomes_quiet",
            ),
        ),
    ]
