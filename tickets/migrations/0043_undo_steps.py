import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import tickets.clock


class Migration(migrations.Migration):
    """An agent's last act in a conversation can be undone."""

    dependencies = [
        ("tickets", "0042_statuses"),
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
                    ("ticket.closed", "closed the conversation"),
                    ("ticket.continued", "went on in another conversation"),
                    ("ticket.reopened", "reopened the conversation"),
                    ("ticket.merged", "merged the conversation into another"),
                    ("ticket.unmerged", "took a merge back"),
                    ("ticket.split", "split a part off into a conversation of its own"),
                    ("ticket.linked", "linked the conversation with another"),
                    ("ticket.unlinked", "removed a link to another conversation"),
                    ("affected.answered", "answered all that it affects"),
                    ("affected.done", "was through with all that it affects"),
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
                    ("ticket.followed", "follows the conversation"),
                    ("ticket.unfollowed", "follows the conversation no more"),
                    ("copy.added", "put somebody in copy"),
                    ("copy.removed", "took somebody out of copy"),
                    ("bulk.started", "began an act on many conversations"),
                    ("bulk.ended", "ended an act on many conversations"),
                    ("fact.noted", "noted a fact"),
                    ("ticket.spam", "marked as spam"),
                    ("ticket.not_spam", "brought back from spam"),
                    ("customer.blocked", "blocked the customer"),
                    ("customer.unblocked", "took a block back"),
                    ("ticket.undone", "took an act back"),
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
        migrations.CreateModel(
            name="UndoStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("changed", models.JSONField(default=dict)),
                ("handovers", models.JSONField(default=list)),
                ("told", models.BooleanField(default=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=tickets.clock.now,
                        editable=False,
                    ),
                ),
                (
                    "block",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tickets.block",
                    ),
                ),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="undo_step",
                        to="tickets.event",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="undo_steps",
                        to="tickets.ticket",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["user", "-created_at"], name="tickets_und_user_id_5e544e_idx"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("ticket", "user"), name="undo_only_the_last_act"
                    )
                ],
            },
        ),
    ]
