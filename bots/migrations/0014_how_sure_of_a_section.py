"""What is judged is the section that is quoted, no longer its article: the same values mean more.

An installation that kept the values it came with gets the new ones; what an admin chose stays.
"""

import django.core.validators
from django.db import migrations, models

NEW = """
UPDATE bots_assistantsettings SET answer_threshold = 0.65, offer_threshold = 0.15
WHERE answer_threshold = 0.75 AND offer_threshold = 0.3
"""


class Migration(migrations.Migration):
    dependencies = [("bots", "0013_indexes_that_are_used")]

    operations = [
        migrations.AlterField(
            model_name="assistantsettings",
            name="answer_threshold",
            field=models.FloatField(
                default=0.65,
                help_text="How likely, from 0 to 1, a section of an article must be the one that answers before the assistant quotes it. Higher: fewer answers, more of them right, more work for people.",
                validators=[
                    django.core.validators.MinValueValidator(0.0),
                    django.core.validators.MaxValueValidator(1.0),
                ],
                verbose_name="answers from",
            ),
        ),
        migrations.AlterField(
            model_name="assistantsettings",
            name="offer_threshold",
            field=models.FloatField(
                default=0.15,
                help_text="Between this and the value above, the assistant does not answer but shows up to three articles to choose from. Below it, it says that it found nothing and offers a person.",
                validators=[
                    django.core.validators.MinValueValidator(0.0),
                    django.core.validators.MaxValueValidator(1.0),
                ],
                verbose_name="offers articles from",
            ),
        ),
        migrations.RunSQL(NEW, migrations.RunSQL.noop),
    ]
