"""An answer keeps which other sections of its article may have been meant."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0007_lists_may_be_empty"),
    ]

    operations = [
        migrations.AddField(
            model_name="citation",
            name="nearby",
            field=models.JSONField(blank=True, default=list),
        ),
    ]
