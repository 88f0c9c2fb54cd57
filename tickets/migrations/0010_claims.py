"""Codes that prove an address, mails about log-ins on their way, and addresses in one form only."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

# The addresses of log-ins are kept in allauth's table, whose model is not ours to change.
FORM = """
ALTER TABLE account_emailaddress ADD CONSTRAINT account_emailaddress_in_its_form
    CHECK (email ~ '^[a-z0-9!#$%&''*+/=?^_`{|}~-]+(\\.[a-z0-9!#$%&''*+/=?^_`{|}~-]+)*@[a-z0-9-]+(\\.[a-z0-9-]+)*$')
"""
UNDO = "ALTER TABLE account_emailaddress DROP CONSTRAINT account_emailaddress_in_its_form"


class Migration(migrations.Migration):
    dependencies = [
        ("account", "0009_emailaddress_unique_primary_email"),
        ("tickets", "0009_addresses_in_one_form"),
    ]

    operations = [
        migrations.CreateModel(
            name="Claim",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail address")),
                ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("expires_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("refused_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "claim to an address",
                "verbose_name_plural": "claims to addresses",
            },
        ),
        migrations.CreateModel(
            name="QueuedMail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("to", models.EmailField(max_length=254)),
                ("subject", models.CharField(max_length=200)),
                ("text", models.TextField()),
                ("html", models.TextField(blank=True)),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
            ],
            options={
                "verbose_name": "queued mail",
                "verbose_name_plural": "queued mails",
            },
        ),
        migrations.RemoveConstraint(
            model_name="customer",
            name="customer_email_unique",
        ),
        migrations.RemoveConstraint(
            model_name="customer",
            name="customer_email_null_not_empty",
        ),
        migrations.RemoveConstraint(
            model_name="user",
            name="user_email_unique",
        ),
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
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.UniqueConstraint(fields=("email",), name="customer_email_unique"),
        ),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("email", None),
                    (
                        "email__regex",
                        "^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[a-z0-9-]+(\\.[a-z0-9-]+)*$",
                    ),
                    _connector="OR",
                ),
                name="customer_email_in_its_form",
            ),
        ),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("claimed_email", ""),
                    (
                        "claimed_email__regex",
                        "^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[a-z0-9-]+(\\.[a-z0-9-]+)*$",
                    ),
                    _connector="OR",
                ),
                name="customer_claimed_email_in_its_form",
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(fields=("email",), name="user_email_unique"),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "email__regex",
                        "^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[a-z0-9-]+(\\.[a-z0-9-]+)*$",
                    )
                ),
                name="user_email_in_its_form",
            ),
        ),
        migrations.AddField(
            model_name="claim",
            name="customer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="claims",
                to="tickets.customer",
            ),
        ),
        migrations.AddField(
            model_name="claim",
            name="ticket",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="claims",
                to="tickets.ticket",
            ),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(fields=["created_at"], name="claim_age"),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "email__regex",
                        "^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[a-z0-9-]+(\\.[a-z0-9-]+)*$",
                    )
                ),
                name="claim_email_in_its_form",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(("confirmed_at", None), ("refused_at", None), _connector="OR"),
                name="claim_one_answer",
            ),
        ),
        migrations.RunSQL(FORM, UNDO),
    ]
