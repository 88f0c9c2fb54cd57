from django.db import migrations, models


class Migration(migrations.Migration):
    """What the leads' home and an agent's day ask for, of all that there is."""

    dependencies = [("tickets", "0064_whispers_and_promises")]

    operations = [
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state__in", ["failed", "bounced", "complained"])),
                fields=["-changed_at"],
                name="delivery_not_arrived",
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("kind", "question.asked_again")),
                fields=["created_at"],
                name="event_asked_again",
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(
                    ("actor_user__isnull", False),
                    ("kind__in", ["message.posted", "ticket.resolved"]),
                ),
                fields=["actor_user", "created_at"],
                name="event_of_an_agents_day",
            ),
        ),
        migrations.AddIndex(
            model_name="handover",
            index=models.Index(
                condition=models.Q(
                    ("accepted_at__isnull", True),
                    ("ended_at__isnull", True),
                    ("promised_at__isnull", False),
                ),
                fields=["promised_at"],
                name="handover_promised",
            ),
        ),
        migrations.AddIndex(
            model_name="rating",
            index=models.Index(
                condition=models.Q(("comment", ""), _negated=True),
                fields=["-created_at"],
                name="rating_with_a_comment",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("turn", "queue")),
                fields=["person_asked_at", "id"],
                name="ticket_waits_longest",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("turn", "agent")),
                fields=["turn_since", "id"],
                name="ticket_owed",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(
                    ("person_asked_at__isnull", True), ("turn__in", ["assistant", "customer"])
                ),
                fields=["-last_message_at", "-id"],
                name="ticket_with_the_assistant",
            ),
        ),
    ]
