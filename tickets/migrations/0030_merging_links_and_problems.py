import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tickets.clock


class Migration(migrations.Migration):
    """Conversations are merged and linked; all that a problem affects is answered at once."""

    dependencies = [
        ("tickets", "0029_saved_views"),
    ]

    operations = [
        migrations.CreateModel(
            name="AffectedTicket",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seen", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("due", "To do"), ("done", "Done"), ("not_done", "Not done")],
                        default="due",
                        max_length=8,
                    ),
                ),
                ("why", models.CharField(blank=True, max_length=300)),
                ("client_id", models.UUIDField(default=uuid.uuid4)),
            ],
            options={
                "verbose_name": "affected conversation",
                "verbose_name_plural": "affected conversations",
            },
        ),
        migrations.CreateModel(
            name="ProblemAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("body", models.TextField(blank=True)),
                ("resolves", models.BooleanField(default=False)),
                ("resolves_problem", models.BooleanField(default=False)),
                ("client_id", models.UUIDField(default=uuid.uuid4)),
                ("created_at", models.DateTimeField(default=tickets.clock.now)),
                ("starts_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("held", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "verbose_name": "answer to a problem",
                "verbose_name_plural": "answers to problems",
            },
        ),
        migrations.CreateModel(
            name="TicketLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("related", "Related to"),
                            ("duplicate", "Duplicate of"),
                            ("blocked_by", "Blocked by"),
                            ("caused_by", "Caused by"),
                        ],
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(default=tickets.clock.now)),
            ],
            options={
                "verbose_name": "link",
                "verbose_name_plural": "links",
            },
        ),
        migrations.AddField(
            model_name="ticket",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
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
                    ("merged", "Merged into another"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("merged_into__isnull", False), ("resolution", "merged")),
                    models.Q(
                        models.Q(("resolution", "merged"), _negated=True),
                        ("merged_into__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="ticket_a_merged_one_is_closed_as_merged",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(("merged_into", models.F("id")), _negated=True),
                name="ticket_merged_into_another",
            ),
        ),
        migrations.AddField(
            model_name="affectedticket",
            name="ticket",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tickets.ticket"
            ),
        ),
        migrations.AddField(
            model_name="problemanswer",
            name="author",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="problemanswer",
            name="problem",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="problem_answers",
                to="tickets.ticket",
            ),
        ),
        migrations.AddField(
            model_name="affectedticket",
            name="answer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="affected",
                to="tickets.problemanswer",
            ),
        ),
        migrations.AddField(
            model_name="ticketlink",
            name="from_ticket",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="links",
                to="tickets.ticket",
            ),
        ),
        migrations.AddField(
            model_name="ticketlink",
            name="to_ticket",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="linked_by",
                to="tickets.ticket",
            ),
        ),
        migrations.AddIndex(
            model_name="problemanswer",
            index=models.Index(fields=["author"], name="problem_answer_of"),
        ),
        migrations.AddIndex(
            model_name="problemanswer",
            index=models.Index(
                condition=models.Q(("ended_at", None)),
                fields=["starts_at"],
                name="problem_answer_running",
            ),
        ),
        migrations.AddConstraint(
            model_name="problemanswer",
            constraint=models.UniqueConstraint(
                fields=("problem", "client_id"), name="problem_answered_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="problemanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("body", ""), _negated=True), ("resolves", True), _connector="OR"
                ),
                name="problem_answer_does_something",
            ),
        ),
        migrations.AddIndex(
            model_name="affectedticket",
            index=models.Index(
                condition=models.Q(("state", "due")), fields=["answer", "id"], name="affected_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="affectedticket",
            constraint=models.UniqueConstraint(fields=("answer", "ticket"), name="affected_once"),
        ),
        migrations.AddConstraint(
            model_name="affectedticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "not_done"), models.Q(("why", ""), _negated=True)),
                    models.Q(models.Q(("state", "not_done"), _negated=True), ("why", "")),
                    _connector="OR",
                ),
                name="affected_not_done_says_why",
            ),
        ),
        migrations.AddIndex(
            model_name="ticketlink",
            index=models.Index(fields=["to_ticket", "kind", "id"], name="link_from_the_other"),
        ),
        migrations.AddConstraint(
            model_name="ticketlink",
            constraint=models.UniqueConstraint(
                fields=("from_ticket", "to_ticket", "kind"), name="link_made_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="ticketlink",
            constraint=models.CheckConstraint(
                condition=models.Q(("from_ticket", models.F("to_ticket")), _negated=True),
                name="link_with_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticketlink",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["related", "duplicate", "blocked_by", "caused_by"])
                ),
                name="link_kind_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticketlink",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "related"), _negated=True),
                    ("from_ticket__lt", models.F("to_ticket")),
                    _connector="OR",
                ),
                name="link_without_direction_in_one_order",
            ),
        ),
    ]
