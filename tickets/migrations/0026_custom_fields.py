import django.contrib.postgres.fields
import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    """An admin can add fields to conversations, customers and organisations."""

    dependencies = [
        ("tickets", "0025_quiet_and_followed"),
    ]

    operations = [
        migrations.AddField(
            model_name="customer",
            name="custom",
            field=models.JSONField(
                blank=True,
                db_default=models.Value({}, models.JSONField()),
                default=dict,
                editable=False,
            ),
        ),
        migrations.AddField(
            model_name="organization",
            name="custom",
            field=models.JSONField(
                blank=True,
                db_default=models.Value({}, models.JSONField()),
                default=dict,
                editable=False,
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="custom",
            field=models.JSONField(
                blank=True,
                db_default=models.Value({}, models.JSONField()),
                default=dict,
                editable=False,
            ),
        ),
        migrations.CreateModel(
            name="CustomField",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "about",
                    models.CharField(
                        choices=[
                            ("ticket", "Conversation"),
                            ("customer", "Customer"),
                            ("organization", "Organisation"),
                        ],
                        max_length=12,
                        verbose_name="about",
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        help_text="For rules and integrations. It cannot be changed later.",
                        max_length=40,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z][a-z0-9_]*\\Z",
                                "Use small letters, digits and _, beginning with a letter.",
                            )
                        ],
                        verbose_name="key",
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("text", "Text"),
                            ("number", "Number"),
                            ("choice", "One of several"),
                            ("choices", "Some of several"),
                            ("date", "Date"),
                            ("checkbox", "Yes or no"),
                        ],
                        help_text="It cannot be changed later.",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "options",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80),
                        blank=True,
                        default=list,
                        help_text="One per line. What was chosen stays, also when it is offered no more.",
                        size=None,
                        verbose_name="values to choose from",
                    ),
                ),
                (
                    "position",
                    models.PositiveSmallIntegerField(
                        default=100,
                        help_text="Those with a smaller number stand first.",
                        verbose_name="position",
                    ),
                ),
                (
                    "required",
                    models.BooleanField(
                        default=False,
                        help_text="Agents cannot resolve a conversation before it is filled in.",
                        verbose_name="needed to resolve",
                    ),
                ),
                (
                    "shown_to_customer",
                    models.BooleanField(
                        default=False,
                        help_text="On the page of their conversation.",
                        verbose_name="shown to the customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "custom field",
                "verbose_name_plural": "custom fields",
                "ordering": ["position", "name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("key__regex", "^[a-z][a-z0-9_]*$")),
                        name="custom_field_key_is_plain",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("about__in", ["ticket", "customer", "organization"]),
                            (
                                "kind__in",
                                ["text", "number", "choice", "choices", "date", "checkbox"],
                            ),
                        ),
                        name="custom_field_is_of_a_known_kind",
                    ),
                ],
            },
        ),
    ]
