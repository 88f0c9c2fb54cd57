import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import tickets.clock


class Migration(migrations.Migration):
    """Macros, how often they are used, and what they leave in a draft."""

    dependencies = [
        ("tickets", "0054_one_word_for_encryption"),
    ]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="macro",
            field=models.JSONField(blank=True, db_default={}, default=dict),
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
                    ("macro.applied", "applied a macro"),
                    ("email.left", "left an e-mail address"),
                    ("email.code_asked", "asked for another code by mail"),
                    ("email.refused", "said that the e-mail address is not theirs to use"),
                    ("email.confirmed", "confirmed an e-mail address"),
                    ("customer.joined", "joined an account"),
                    ("mail.queued", "was sent a mail about a log-in"),
                    ("mail.received", "sent a mail"),
                    ("mail.unreadable", "sent a mail that could not be read"),
                    ("mail.noted", "sent an automatic mail"),
                    ("mail.held", "sent a mail that is held for agents"),
                    ("mail.refused", "sent a mail that was refused"),
                    ("mail.let_in", "let a held mail in"),
                    ("mail.dismissed", "dismissed a mail"),
                    ("setting.added", "added"),
                    ("setting.changed", "changed"),
                    ("setting.removed", "removed"),
                ],
                max_length=30,
            ),
        ),
        migrations.CreateModel(
            name="Macro",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("folder", models.CharField(blank=True, max_length=40, verbose_name="folder")),
                ("body", models.TextField(blank=True, verbose_name="reply")),
                ("note", models.TextField(blank=True, verbose_name="internal note")),
                ("acts", models.JSONField(blank=True, default=dict, verbose_name="acts")),
                ("send_at_once", models.BooleanField(default=False, verbose_name="send at once")),
                ("is_active", models.BooleanField(default=True, verbose_name="offered")),
                ("version", models.PositiveIntegerField(default=1)),
                ("updated_at", models.DateTimeField(default=tickets.clock.now, editable=False)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="macros",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="only for",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="macros",
                        to="tickets.team",
                        verbose_name="for the team",
                    ),
                ),
            ],
            options={
                "verbose_name": "macro",
                "verbose_name_plural": "macros",
            },
        ),
        migrations.CreateModel(
            name="MacroUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uses", models.PositiveIntegerField(default=0)),
                ("last_at", models.DateTimeField()),
                (
                    "macro",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="used",
                        to="tickets.macro",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tickets.team",
                    ),
                ),
            ],
            options={
                "verbose_name": "use of a macro",
                "verbose_name_plural": "uses of macros",
            },
        ),
        migrations.AddConstraint(
            model_name="macro",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("name"),
                models.F("owner"),
                models.F("team"),
                name="macro_name_once_for_whom",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="macro",
            constraint=models.CheckConstraint(
                condition=models.Q(("owner", None), ("team", None), _connector="OR"),
                name="macro_own_or_of_a_team",
            ),
        ),
        migrations.AddConstraint(
            model_name="macro",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("body", ""), _negated=True),
                    models.Q(("note", ""), _negated=True),
                    models.Q(("acts", {}), _negated=True),
                    _connector="OR",
                ),
                name="macro_does_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="macro",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("send_at_once", False), models.Q(("body", ""), _negated=True), _connector="OR"
                ),
                name="macro_sends_only_a_reply",
            ),
        ),
        migrations.AddConstraint(
            model_name="macro",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="macro_has_a_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="macrouse",
            constraint=models.UniqueConstraint(
                fields=("macro", "team"), name="macro_use_once_per_team"
            ),
        ),
    ]
