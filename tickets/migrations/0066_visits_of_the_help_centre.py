import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import tickets.clock


class Migration(migrations.Migration):
    """What customers read and searched in the help centre, and for how many days it is kept."""

    dependencies = [
        ("knowledgebase", "0013_short_answers"),
        ("tickets", "0065_indexes_of_the_leads_home"),
    ]

    operations = [
        migrations.CreateModel(
            name="Visit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("browser", models.CharField(blank=True, max_length=64)),
                ("words", models.CharField(blank=True, max_length=200)),
                ("hits", models.PositiveSmallIntegerField(null=True)),
                ("at", models.DateTimeField(default=tickets.clock.now)),
            ],
            options={
                "verbose_name": "visit of the help centre",
                "verbose_name_plural": "visits of the help centre",
            },
        ),
        migrations.AddField(
            model_name="sitesettings",
            name="visit_days",
            field=models.PositiveSmallIntegerField(
                default=90,
                help_text="For so many days agents see what a customer read and searched in the help centre. Older visits are deleted. 0: nothing of it is kept.",
                validators=[django.core.validators.MaxValueValidator(730)],
                verbose_name="days of what customers read",
            ),
        ),
        migrations.AddConstraint(
            model_name="sitesettings",
            constraint=models.CheckConstraint(
                condition=models.Q(("visit_days__lte", 730)),
                name="site_settings_visits_are_forgotten",
            ),
        ),
        migrations.AddField(
            model_name="visit",
            name="article",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="knowledgebase.article",
            ),
        ),
        migrations.AddField(
            model_name="visit",
            name="customer",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="visits",
                to="tickets.customer",
            ),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(fields=["customer", "-at", "-id"], name="visit_of_customer"),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(
                condition=models.Q(("browser", ""), _negated=True),
                fields=["browser", "-at"],
                name="visit_unknown",
            ),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(fields=["article", "-at"], name="visit_article"),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(
                condition=models.Q(("hits", 0)), fields=["-at"], name="visit_in_vain"
            ),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(fields=["at"], name="visit_at"),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.CheckConstraint(
                condition=models.Q(("customer", None), ("browser", ""), _connector="XOR"),
                name="visit_of_a_customer_or_browser",
            ),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("article__isnull", False), ("hits", None), ("words", "")),
                    models.Q(
                        ("article", None),
                        ("hits__isnull", False),
                        models.Q(("words", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="visit_of_an_article_or_words",
            ),
        ),
    ]
