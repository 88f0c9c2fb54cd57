import django.db.models.deletion
from django.db import migrations, models

# The category beside a ticket's status is that of the status: the database says so, whoever writes.
_SAME_CATEGORY = """
ALTER TABLE tickets_ticket ADD CONSTRAINT ticket_status_is_of_its_category
FOREIGN KEY (status_id, status_category) REFERENCES tickets_status (id, category)
"""
_ANY_CATEGORY = "ALTER TABLE tickets_ticket DROP CONSTRAINT ticket_status_is_of_its_category"


class Migration(migrations.Migration):
    """An admin adds statuses, each in a fixed category, with its own words for the customer."""

    dependencies = [
        ("tickets", "0041_blocks_and_quarantine"),
    ]

    operations = [
        migrations.AddField(
            model_name="ticket",
            name="status_category",
            field=models.CharField(blank=True, db_default="", editable=False, max_length=10),
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
                    ("merged", "Merged into another"),
                    ("closed", "Closed by an agent"),
                    ("spam", "Spam"),
                ],
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="Status",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="For agents, like “Asked for photos”.",
                        max_length=40,
                        unique=True,
                        verbose_name="name",
                    ),
                ),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("waiting", "Waiting for the customer"),
                            ("hold", "On hold"),
                            ("resolved", "Resolved"),
                            ("closed", "Closed"),
                        ],
                        help_text="Choosing the status brings a conversation there. It stays as it is.",
                        max_length=10,
                        verbose_name="category",
                    ),
                ),
                (
                    "customer_words",
                    models.CharField(
                        blank=True,
                        help_text="Like “Waiting for your photos”. Empty: the usual words of the category.",
                        max_length=80,
                        verbose_name="words for the customer",
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
                    "offered",
                    models.BooleanField(
                        default=True,
                        help_text="Switched off, it cannot be chosen; conversations that have it keep it.",
                        verbose_name="offered",
                    ),
                ),
            ],
            options={
                "verbose_name": "status",
                "verbose_name_plural": "statuses",
                "ordering": ["position", "name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("category__in", ["open", "waiting", "hold", "resolved", "closed"])
                        ),
                        name="status_category_is_known",
                    ),
                    models.UniqueConstraint(
                        fields=("id", "category"), name="status_with_its_category"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="ticket",
            name="status",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tickets",
                to="tickets.status",
                verbose_name="status",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("status__isnull", False)),
                fields=["status", "-last_message_at", "-id"],
                name="ticket_latest_of_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__isnull", True), ("status_category", "")),
                    models.Q(
                        ("status__isnull", False),
                        models.Q(
                            models.Q(("snoozed_at__isnull", False), ("status_category", "hold")),
                            models.Q(
                                ("snoozed_at__isnull", True),
                                models.Q(
                                    models.Q(("status_category", "waiting"), ("turn", "customer")),
                                    models.Q(
                                        ("status_category", "open"),
                                        ("turn__in", ("assistant", "queue", "agent")),
                                    ),
                                    _connector="OR",
                                ),
                            ),
                            models.Q(
                                ("resolution__in", ("confirmed", "resolved")),
                                ("status_category", "resolved"),
                            ),
                            models.Q(
                                ("resolution__in", ("quiet", "closed")),
                                ("status_category", "closed"),
                            ),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="ticket_status_fits_where_it_stands",
            ),
        ),
        migrations.RunSQL(_SAME_CATEGORY, _ANY_CATEGORY),
    ]
