from django.db import migrations

from tickets.rules.shipped import SHIPPED, STEP


def add_rules(apps, schema_editor):
    rules = apps.get_model("tickets", "EscalationRule").objects
    versions = apps.get_model("tickets", "EscalationRuleVersion").objects
    for number, shipped in enumerate(SHIPPED, start=1):
        content = shipped.content()
        rule = rules.create(**content, shipped_key=shipped.key, position=number * STEP)
        versions.create(rule=rule, number=1, snapshot=content)


class Migration(migrations.Migration):
    """A new installation hands over when a person is needed, before an admin wrote any rule."""

    dependencies = [("tickets", "0005_a_brief_is_frozen")]

    operations = [migrations.RunPython(add_rules, migrations.RunPython.noop)]
