"""Two rules more for installations that are there already: acute danger, and a death."""

from django.db import migrations

from tickets.rules.shipped import SHIPPED

# Each stands right behind the rule that it follows in a new installation, else before all others.
NEW = (("danger", "self-harm"), ("sensitive-bereavement", "asks-when"))


def add(apps, schema_editor):
    rules = apps.get_model("tickets", "EscalationRule").objects
    versions = apps.get_model("tickets", "EscalationRuleVersion").objects
    content_of = {rule.key: rule.content() for rule in SHIPPED}
    for key, follows in NEW:
        if rules.filter(shipped_key=key).exists():  # a new installation began with it
            continue
        before = rules.filter(shipped_key=follows).values_list("position", flat=True).first()
        content = content_of[key]
        if rules.filter(name=content["name"]).exists():  # one of an admin's own is called so
            content["name"] = f"{content['name']} ({key})"
        # Of two in one position the older comes first.
        rule = rules.create(**content, shipped_key=key, position=before or 0)
        versions.create(rule=rule, number=1, snapshot=content)


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0017_returned"),
    ]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
