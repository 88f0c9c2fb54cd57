from typing import Any

from django.db import migrations

import tickets.models.ways_in
from tickets import sealing

_PLAIN = "-----BEGIN"


def seal(apps: Any, _editor: Any) -> None:
    for row in apps.get_model("tickets", "PushKey").objects.filter(private_key__startswith=_PLAIN):
        row.private_key = sealing.seal(row.private_key)
        row.save(update_fields=["private_key"])


def unseal(apps: Any, _editor: Any) -> None:
    for row in apps.get_model("tickets", "PushKey").objects.exclude(private_key__startswith=_PLAIN):
        row.private_key = sealing.unseal(row.private_key)
        row.save(update_fields=["private_key"])


class Migration(migrations.Migration):
    """The private key by which push services know us is encrypted, as the secrets of mailboxes are."""

    dependencies = [
        ("tickets", "0058_mail_templates"),
    ]

    operations = [
        migrations.AlterField(
            model_name="pushkey",
            name="private_key",
            field=tickets.models.ways_in.SealedField(),
        ),
        migrations.RunPython(seal, unseal),
    ]
