import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Who gets a conversation: a team's method, and an agent's room and languages."""

    dependencies = [
        ("tickets", "0075_tasks"),
    ]

    operations = [
        migrations.AddField(
            model_name="team",
            name="grace_minutes",
            field=models.PositiveSmallIntegerField(
                default=3,
                db_default=3,
                help_text="When an agent is gone for so long and a customer waits in a chat, the chat goes back to the head of the queue. 0: never.",
                verbose_name="minutes until a chat goes back",
            ),
        ),
        migrations.AddField(
            model_name="team",
            name="method",
            field=models.CharField(
                choices=[
                    ("by_hand", "By hand: agents take the next one themselves"),
                    ("round_robin", "In turn: to whoever was given one longest ago"),
                    ("least_busy", "Least busy: to whoever has the fewest"),
                    ("longest_idle", "Longest idle: to whoever has done nothing for longest"),
                ],
                default="by_hand",
                db_default="by_hand",
                help_text="Only whoever is here, is not busy and has room for it is given one.",
                max_length=12,
                verbose_name="who gets the next one",
            ),
        ),
        migrations.AddField(
            model_name="team",
            name="overflow_minutes",
            field=models.PositiveSmallIntegerField(
                default=0,
                db_default=0,
                help_text="Of waiting in this queue. 0: never.",
                verbose_name="after minutes",
            ),
        ),
        migrations.AddField(
            model_name="team",
            name="overflow_team",
            field=models.ForeignKey(
                blank=True,
                help_text="Whoever waits too long in this queue is passed on to that team.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tickets.team",
                verbose_name="overflows to",
            ),
        ),
        migrations.AddField(
            model_name="team",
            name="same_agent_days",
            field=models.PositiveSmallIntegerField(
                default=0,
                db_default=0,
                help_text="A customer who was with an agent so many days ago at most comes to them again, if they are here. 0: whoever it is.",
                verbose_name="days to the same agent",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="given_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="user",
            name="languages",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=10),
                blank=True,
                default=list,
                db_default=models.Value(
                    [], django.contrib.postgres.fields.ArrayField(models.CharField(max_length=10))
                ),
                help_text="Beside that of the helpdesk, as codes like “de, fr”.",
                size=None,
                verbose_name="languages",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="most_chats",
            field=models.PositiveSmallIntegerField(
                default=4,
                db_default=4,
                help_text="So many are given to them where the team gives them out. 0: none.",
                verbose_name="chats at once",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="most_open",
            field=models.PositiveSmallIntegerField(
                default=25,
                db_default=25,
                help_text="Of all channels together; those that wait for the customer do not count.",
                verbose_name="open conversations at once",
            ),
        ),
        migrations.AddConstraint(
            model_name="team",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("method__in", ["by_hand", "round_robin", "least_busy", "longest_idle"])
                ),
                name="team_method_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="team",
            constraint=models.CheckConstraint(
                condition=models.Q(("overflow_team", models.F("id")), _negated=True),
                name="team_overflows_to_another",
                violation_error_message="Choose another team than this one.",
            ),
        ),
        migrations.AddConstraint(
            model_name="team",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("overflow_minutes", 0), ("overflow_team__isnull", False), _connector="OR"
                ),
                name="team_overflows_to_somebody",
                violation_error_message="Choose the team that they are passed on to.",
            ),
        ),
    ]
