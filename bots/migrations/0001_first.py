import django.core.validators
from django.db import migrations, models


def add_first_row(apps, schema_editor):
    apps.get_model("bots", "AssistantSettings").objects.create(pk=1)


class Migration(migrations.Migration):
    """The assistant's settings, and their one row."""

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="AssistantSettings",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "enabled",
                    models.BooleanField(
                        default=True,
                        help_text="Off: every conversation goes to a person at once.",
                        verbose_name="the assistant answers",
                    ),
                ),
                (
                    "answer_threshold",
                    models.FloatField(
                        default=0.65,
                        help_text="How likely, from 0 to 1, an article must be the right one before the assistant answers from it. Higher: fewer answers, more of them right, more work for people.",
                        validators=[
                            django.core.validators.MinValueValidator(0.0),
                            django.core.validators.MaxValueValidator(1.0),
                        ],
                        verbose_name="answers from",
                    ),
                ),
                (
                    "offer_threshold",
                    models.FloatField(
                        default=0.3,
                        help_text="Between this and the value above, the assistant does not answer but shows up to three articles to choose from. Below it, it says that it found nothing and offers a person.",
                        validators=[
                            django.core.validators.MinValueValidator(0.0),
                            django.core.validators.MaxValueValidator(1.0),
                        ],
                        verbose_name="offers articles from",
                    ),
                ),
                (
                    "ask_back",
                    models.BooleanField(
                        default=True,
                        help_text="When it found nothing, the assistant may ask once in a conversation to put the question differently. Off: it offers a person right away.",
                        verbose_name="asks back once",
                    ),
                ),
                (
                    "greeting",
                    models.TextField(
                        default="Hello. I look things up in our help articles. What would you like to know?",
                        help_text="Said to somebody who only says hello.",
                        max_length=500,
                        verbose_name="greeting",
                    ),
                ),
                (
                    "answer_intro",
                    models.TextField(
                        default="This is what our help articles say:",
                        help_text="Stands before the passage of the article that answers.",
                        max_length=500,
                        verbose_name="before an answer",
                    ),
                ),
                (
                    "offer_intro",
                    models.TextField(
                        default="I am not sure which of these you need. Does one of them fit?",
                        help_text="Stands before the articles to choose from.",
                        max_length=500,
                        verbose_name="before a choice of articles",
                    ),
                ),
                (
                    "clarify_text",
                    models.TextField(
                        default="I did not find that in our articles. Could you put it differently?",
                        help_text="Said at most once in a conversation, and only if it asks back.",
                        max_length=500,
                        verbose_name="asking back",
                    ),
                ),
                (
                    "no_answer_text",
                    models.TextField(
                        default="Our articles do not answer this, so I am asking a colleague to help you.",
                        help_text="Said when no article fits and a person is asked to take over.",
                        max_length=500,
                        verbose_name="when nothing was found",
                    ),
                ),
                (
                    "unhelpful_text",
                    models.TextField(
                        default="I am sorry that this did not help. Tell me a little more, in other words, or talk to a human.",
                        help_text="Said after the first “It didn't”. After the second, a person takes over.",
                        max_length=500,
                        verbose_name="when an answer did not help",
                    ),
                ),
            ],
            options={
                "verbose_name": "assistant settings",
                "verbose_name_plural": "assistant settings",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("pk", 1)), name="assistant_settings_one_row"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("offer_threshold__gt", 0),
                            ("answer_threshold__gt", models.F("offer_threshold")),
                            ("answer_threshold__lte", 1),
                        ),
                        name="assistant_offers_before_it_answers",
                        violation_error_message="The assistant must offer articles from a lower value than it answers from: 0 < “offers articles from” < “answers from” ≤ 1.",
                    ),
                ],
            },
        ),
        migrations.RunPython(add_first_row, migrations.RunPython.noop),
    ]
