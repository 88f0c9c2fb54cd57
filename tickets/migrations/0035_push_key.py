from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import migrations


def make_key(apps: Any, _editor: Any) -> None:
    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    apps.get_model("tickets", "PushKey").objects.create(pk=1, private_key=key.decode())


class Migration(migrations.Migration):
    """Each installation makes the key of its own by which push services know it."""

    dependencies = [
        ("tickets", "0034_notifications"),
    ]

    operations = [migrations.RunPython(make_key, migrations.RunPython.noop)]
