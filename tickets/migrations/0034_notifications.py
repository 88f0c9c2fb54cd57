import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import tickets.clock
import tickets.models.notifications


class Migration(migrations.Migration):
    """Agents are told of things, follow conversations and name each other; others get copies."""

    dependencies = [
        ("tickets", "0030_merging_links_and_problems"),
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
                    ("ticket.followed", "follows the conversation"),
                    ("ticket.unfollowed", "follows the conversation no more"),
                    ("copy.added", "put somebody in copy"),
                    ("copy.removed", "took somebody out of copy"),
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
        migrations.CreateModel(
            name="NotificationSettings",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="notification_settings",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "choices",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        blank=True,
                        default=tickets.models.notifications.usual_choices,
                        size=None,
                    ),
                ),
                (
                    "mail_wait",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "at once"),
                            (15, "what is still unread after 15 minutes, in one mail"),
                            (60, "what is still unread after an hour, in one mail"),
                            (240, "what is still unread after four hours, in one mail"),
                        ],
                        db_default=15,
                        default=15,
                    ),
                ),
                ("quiet_from", models.TimeField(blank=True, null=True)),
                ("quiet_until", models.TimeField(blank=True, null=True)),
                ("here_at", models.DateTimeField(blank=True, null=True)),
                ("left_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "notification settings",
                "verbose_name_plural": "notification settings",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "choices__contained_by",
                                [
                                    "mentioned.app",
                                    "mentioned.sound",
                                    "mentioned.push",
                                    "mentioned.email",
                                    "assigned.app",
                                    "assigned.sound",
                                    "assigned.push",
                                    "assigned.email",
                                    "wrote.app",
                                    "wrote.sound",
                                    "wrote.push",
                                    "wrote.email",
                                    "held.app",
                                    "held.sound",
                                    "held.push",
                                    "held.email",
                                    "called.app",
                                    "called.sound",
                                    "called.push",
                                    "back.app",
                                    "back.sound",
                                    "back.push",
                                    "back.email",
                                    "followed.app",
                                    "followed.sound",
                                    "followed.push",
                                    "followed.email",
                                    "queue.app",
                                    "queue.sound",
                                    "queue.push",
                                    "queue.email",
                                ],
                            )
                        ),
                        name="notification_choices_are_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("mail_wait__in", [0, 15, 60, 240])),
                        name="notification_mail_wait_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("quiet_from__isnull", True), ("quiet_until__isnull", True)),
                            models.Q(
                                ("quiet_from__isnull", False),
                                ("quiet_until__isnull", False),
                                models.Q(("quiet_from", models.F("quiet_until")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="notification_quiet_hours_begin_and_end",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PushKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("private_key", models.TextField()),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=tickets.clock.now,
                        editable=False,
                    ),
                ),
            ],
            options={
                "verbose_name": "push key",
                "verbose_name_plural": "push keys",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="push_key_is_one")
                ],
            },
        ),
        migrations.CreateModel(
            name="Follower",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=tickets.clock.now,
                        editable=False,
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="followers",
                        to="tickets.ticket",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="follows",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "follower",
                "verbose_name_plural": "followers",
                "constraints": [
                    models.UniqueConstraint(fields=("ticket", "user"), name="follower_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Mention",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=254)),
                (
                    "note",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mentions",
                        to="tickets.note",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "mention",
                "verbose_name_plural": "mentions",
                "constraints": [
                    models.UniqueConstraint(fields=("note", "user"), name="mention_once_in_a_note")
                ],
            },
        ),
        migrations.CreateModel(
            name="Notification",
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
                            ("mentioned", "A colleague mentions me in a note"),
                            ("assigned", "A conversation is given to me"),
                            ("wrote", "A customer writes in one of mine"),
                            ("held", "A reply of mine did not leave"),
                            ("called", "A rule calls me to a conversation"),
                            ("back", "What I put aside is back"),
                            (
                                "followed",
                                "Something else is new in one of mine, or in one that I follow",
                            ),
                            ("queue", "Somebody waits for a person in my team"),
                        ],
                        max_length=10,
                    ),
                ),
                ("in_app", models.BooleanField(default=True)),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=tickets.clock.now,
                        editable=False,
                    ),
                ),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                (
                    "event",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to="tickets.event",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to="tickets.ticket",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "notification",
                "verbose_name_plural": "notifications",
                "indexes": [
                    models.Index(fields=["user", "-id"], name="notification_of_user"),
                    models.Index(
                        condition=models.Q(("read_at__isnull", True)),
                        fields=["user", "-id"],
                        name="notification_unread",
                    ),
                    models.Index(fields=["ticket", "user"], name="notification_of_ticket"),
                    models.Index(
                        condition=models.Q(("read_at__isnull", False)),
                        fields=["read_at"],
                        name="notification_read",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("event", "user"), name="notification_once_per_event"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "mentioned",
                                    "assigned",
                                    "wrote",
                                    "held",
                                    "called",
                                    "back",
                                    "followed",
                                    "queue",
                                ],
                            )
                        ),
                        name="notification_kind_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NotificationTarget",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("endpoint", models.URLField(blank=True, max_length=1000)),
                ("p256dh", models.CharField(blank=True, max_length=100)),
                ("auth", models.CharField(blank=True, max_length=40)),
                ("browser", models.CharField(blank=True, max_length=100)),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=tickets.clock.now,
                        editable=False,
                    ),
                ),
                ("sent_upto", models.BigIntegerField(default=0)),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notification_targets",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "notification target",
                "verbose_name_plural": "notification targets",
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)),
                        fields=["due_at"],
                        name="target_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("endpoint", "")),
                        fields=("user",),
                        name="target_one_mailbox_each",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("endpoint", ""), _negated=True),
                        fields=("endpoint",),
                        name="target_browser_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("auth", ""), ("endpoint", ""), ("p256dh", "")),
                            models.Q(
                                models.Q(("endpoint", ""), _negated=True),
                                models.Q(("p256dh", ""), _negated=True),
                                models.Q(("auth", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="target_browser_has_its_keys",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Participant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail address")),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=tickets.clock.now,
                        editable=False,
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="participants",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "verbose_name": "participant",
                "verbose_name_plural": "participants",
                "constraints": [
                    models.UniqueConstraint(fields=("ticket", "email"), name="participant_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "email__regex",
                                "^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[a-z0-9-]+(\\.[a-z0-9-]+)*$",
                            )
                        ),
                        name="participant_email_in_its_form",
                    ),
                ],
            },
        ),
    ]
