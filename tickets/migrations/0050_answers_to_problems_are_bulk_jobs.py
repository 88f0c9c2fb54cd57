import secrets

import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models
from django.db.models import Q

OUTCOMES = {"due": "to_do", "done": "done", "not_done": "not_done"}
CHUNK = 2_000


def take_over(apps, schema_editor):
    """Every answer to a problem becomes an act on many, with what came of it in each conversation."""
    job_of, item_of, old_answer = (
        apps.get_model("tickets", name) for name in ("BulkJob", "BulkItem", "ProblemAnswer")
    )
    for old in old_answer.objects.order_by("pk").iterator(chunk_size=CHUNK):
        rows = old.affected.order_by("pk")
        running = old.ended_at is None
        job = job_of.objects.create(
            by_id=old.author_id,
            act="answer",
            values={
                "body": old.body,
                "resolves": old.resolves,
                "resolves_problem": old.resolves_problem,
            },
            problem_id=old.problem_id,
            client_id=old.client_id,
            total=rows.count(),
            state="running" if running else "done",
            why=old.held,
            created_at=old.created_at,
            starts_at=old.starts_at,
            worked_at=old.starts_at,
            finished_at=old.ended_at,
            chain=secrets.token_hex(8),
        )
        items = (
            item_of(
                job=job,
                ticket_id=row.ticket_id,
                seen_position=row.seen,
                outcome=OUTCOMES[row.state],
                why=row.why,
            )
            for row in rows.iterator(chunk_size=CHUNK)
        )
        item_of.objects.bulk_create(items, batch_size=CHUNK)


class Migration(migrations.Migration):
    """An answer to all that a problem affects is an act on many tickets, like every other one."""

    dependencies = [("tickets", "0043_undo_steps")]

    operations = [
        migrations.AlterField(
            model_name="bulkjob",
            name="act",
            field=models.CharField(
                choices=[
                    ("mine", "Assign to me"),
                    ("assign", "Assign"),
                    ("priority", "Priority"),
                    ("type", "Type"),
                    ("status", "Status"),
                    ("tag", "Tag"),
                    ("snooze", "Snooze"),
                    ("transfer", "Transfer"),
                    ("resolve", "Resolve"),
                    ("spam", "Spam"),
                    ("answer", "Answer all affected"),
                ],
                max_length=10,
                verbose_name="act",
            ),
        ),
        migrations.AddField(
            model_name="bulkjob",
            name="problem",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="problem_answers",
                to="tickets.ticket",
            ),
        ),
        migrations.AddField(
            model_name="bulkjob",
            name="client_id",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="bulkjob",
            name="starts_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(),
                default=django.utils.timezone.now,
            ),
        ),
        migrations.AddField(
            model_name="bulkitem",
            name="seen_position",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddConstraint(
            model_name="bulkjob",
            constraint=models.CheckConstraint(
                condition=Q(act="answer", undoes=None, problem__isnull=False)
                | (~Q(act="answer") | Q(undoes__isnull=False)) & Q(problem=None),
                name="bulk_job_answers_a_problem",
            ),
        ),
        migrations.AddConstraint(
            model_name="bulkjob",
            constraint=models.UniqueConstraint(
                condition=Q(state="running"),
                fields=("problem",),
                name="bulk_job_one_answer_at_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="bulkjob",
            constraint=models.UniqueConstraint(
                condition=Q(problem__isnull=False),
                fields=("problem", "client_id"),
                name="bulk_job_problem_answered_once",
            ),
        ),
        migrations.RunPython(take_over, migrations.RunPython.noop),
        migrations.DeleteModel(name="AffectedTicket"),
        migrations.DeleteModel(name="ProblemAnswer"),
    ]
