"""Stored secrets, put under a newer key."""

from __future__ import annotations

from django.apps import apps
from django.db import models, transaction

from tickets import sealing
from tickets.actors import Actor
from tickets.models.ways_in import SealedField


@transaction.atomic
def seal_again(*, actor: Actor) -> tuple[int, list[str]]:
    """Seal every stored secret with the first key; how many, and those that no key opens."""
    done, lost = 0, []
    for model in apps.get_app_config("tickets").get_models():
        names = [field.name for field in model._meta.fields if isinstance(field, SealedField)]
        for row in model._default_manager.select_for_update().order_by("pk") if names else []:
            for name in names:
                try:
                    setattr(row, name, sealing.seal_again(getattr(row, name)))
                    done += bool(getattr(row, name))
                except sealing.Unreadable:
                    lost.append(_called(row, name))
            row.save(update_fields=names)
    return done, lost


def _called(row: models.Model, name: str) -> str:
    return f"{row} ({name})"
