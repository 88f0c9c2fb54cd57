import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0010_claims")]

    operations = [
        migrations.AddField(
            model_name="customer",
            name="first_contact",
            field=models.CharField(editable=False, max_length=64, null=True),
        ),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("first_contact__isnull", False)),
                fields=("first_contact",),
                name="customer_first_contact_once",
            ),
        ),
        migrations.AddField(
            model_name="sitesettings",
            name="contact_email",
            field=models.EmailField(
                blank=True,
                help_text="For customers who cannot or do not want to write here. Shown in the same places.",
                max_length=254,
                verbose_name="e-mail address",
            ),
        ),
        migrations.AddField(
            model_name="sitesettings",
            name="phone",
            field=models.CharField(
                blank=True,
                help_text="Customers see it beside “Talk to a human” and on every page that says that something did not work. Empty: it is not shown.",
                max_length=40,
                validators=[
                    django.core.validators.RegexValidator(
                        "^\\+?[0-9 ()/.-]{3,}$", "Write a telephone number like +44 1632 960 000."
                    )
                ],
                verbose_name="telephone",
            ),
        ),
    ]
