"""The rules for what happens by itself that come with the helpdesk, all of them off."""

from django.db import migrations

from tickets.rules.shipped import STEP
from tickets.rules.shipped_automatic import AUTOMATIC


def add(apps, schema_editor):
    rules = apps.get_model("tickets", "EscalationRule").objects
    versions = apps.get_model("tickets", "EscalationRuleVersion").objects
    last = max(rules.values_list("position", flat=True), default=0)
    for number, shipped in enumerate(AUTOMATIC, start=1):
        content = shipped.content()
        if rules.filter(name=content["name"]).exists():  # one of an admin's own is called so
            content["name"] = f"{content['name']} ({shipped.key})"
        place = {"position": last + number * STEP, "active": False}
        rule = rules.create(**content, **place, shipped_key=shipped.key)
        versions.create(rule=rule, number=1, snapshot=content)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0085_automation")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
