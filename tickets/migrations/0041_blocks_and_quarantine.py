import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import tickets.clock


class Migration(migrations.Migration):
    """People can be kept from writing, and conversations put into quarantine as spam."""

    dependencies = [
        ("tickets", "0038_views_and_bulk"),
    ]

    operations = [
        migrations.CreateModel(
            name="Block",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "email",
                    models.CharField(blank=True, max_length=254, verbose_name="e-mail address"),
                ),
                (
                    "domain",
                    models.CharField(
                        blank=True,
                        help_text="Everybody whose address ends in it, like spam.example. Not those below it.",
                        max_length=254,
                        verbose_name="domain",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        help_text="For your colleagues. Whoever is blocked does not read it.",
                        max_length=300,
                        verbose_name="reason",
                    ),
                ),
                (
                    "since",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=tickets.clock.now,
                        editable=False,
                        verbose_name="since",
                    ),
                ),
                (
                    "until",
                    models.DateTimeField(
                        blank=True,
                        help_text="Empty: until somebody takes it back.",
                        null=True,
                        verbose_name="until",
                    ),
                ),
                (
                    "lifted_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="taken back"
                    ),
                ),
            ],
            options={
                "verbose_name": "block",
                "verbose_name_plural": "blocks",
            },
        ),
        migrations.RemoveConstraint(
            model_name="ticket",
            name="ticket_turn_is_known",
        ),
        migrations.RemoveConstraint(
            model_name="ticket",
            name="ticket_closed_with_a_time_and_a_resolution",
        ),
        migrations.AddField(
            model_name="sitesettings",
            name="blocked_text",
            field=models.TextField(
                blank=True,
                help_text="How else somebody whom an agent blocked reaches you: a letter, a shop. Empty: the telephone number and the e-mail address above are named, if there are any.",
                max_length=500,
                verbose_name="for those who are blocked",
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
                    ("ticket.spam", "marked as spam"),
                    ("ticket.not_spam", "brought back from spam"),
                    ("customer.blocked", "blocked the customer"),
                    ("customer.unblocked", "took a block back"),
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
                    ("spam", "Spam"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="ticket",
            name="turn",
            field=models.CharField(
                choices=[
                    ("assistant", "Assistant"),
                    ("queue", "Waiting for a person"),
                    ("agent", "Agent"),
                    ("customer", "Waiting for the customer"),
                    ("closed", "Closed"),
                    ("spam", "Spam"),
                ],
                max_length=10,
                verbose_name="turn",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("turn__in", ["assistant", "queue", "agent", "customer", "closed", "spam"])
                ),
                name="ticket_turn_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("closed_at__isnull", False),
                        ("turn__in", ("closed", "spam")),
                        models.Q(("resolution", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("turn__in", ("closed", "spam")), _negated=True),
                        ("closed_at__isnull", True),
                        ("resolution", ""),
                    ),
                    _connector="OR",
                ),
                name="ticket_closed_with_a_time_and_a_resolution",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("resolution", "spam"), ("turn", "spam")),
                    models.Q(
                        models.Q(("turn", "spam"), _negated=True),
                        models.Q(("resolution", "spam"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="ticket_spam_in_turn_and_resolution",
            ),
        ),
        migrations.AddField(
            model_name="block",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AddField(
            model_name="block",
            name="customer",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="blocks",
                to="tickets.customer",
                verbose_name="customer",
            ),
        ),
        migrations.AddField(
            model_name="block",
            name="lifted_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="taken back by",
            ),
        ),
        migrations.AddIndex(
            model_name="block",
            index=models.Index(fields=["customer", "-id"], name="tickets_blo_custome_fde816_idx"),
        ),
        migrations.AddConstraint(
            model_name="block",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("customer__isnull", False), ("domain", ""), ("email", "")),
                    models.Q(
                        ("customer__isnull", True),
                        ("domain", ""),
                        models.Q(("email", ""), _negated=True),
                    ),
                    models.Q(
                        ("customer__isnull", True),
                        ("email", ""),
                        models.Q(("domain", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="block_of_one_customer_address_or_domain",
            ),
        ),
        migrations.AddConstraint(
            model_name="block",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("email", ""),
                    (
                        "email__regex",
                        "^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[a-z0-9-]+(\\.[a-z0-9-]+)*$",
                    ),
                    _connector="OR",
                ),
                name="block_email_in_its_form",
            ),
        ),
        migrations.AddConstraint(
            model_name="block",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="block_has_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="block",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("until", None), ("until__gt", models.F("since")), _connector="OR"
                ),
                name="block_ends_after_it_began",
            ),
        ),
        migrations.AddConstraint(
            model_name="block",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("lifted_by", None), ("lifted_at__isnull", False), _connector="OR"
                ),
                name="block_lifted_by_somebody_at_some_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="block",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifted_at", None), ("customer__isnull", False)),
                fields=("customer",),
                name="block_once_per_customer",
            ),
        ),
        migrations.AddConstraint(
            model_name="block",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifted_at", None), models.Q(("email", ""), _negated=True)),
                fields=("email",),
                name="block_once_per_address",
            ),
        ),
        migrations.AddConstraint(
            model_name="block",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifted_at", None), models.Q(("domain", ""), _negated=True)),
                fields=("domain",),
                name="block_once_per_domain",
            ),
        ),
    ]
