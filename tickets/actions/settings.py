"""What an admin changes: saved with a record of what was before and what is now."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import models, transaction
from django.utils.encoding import force_str

from tickets import events
from tickets.actors import Actor
from tickets.models import Event, EventKind
from tickets.models.ways_in import SealedField

# What is never recorded, in whatever form: of these the record says that they changed.
SECRET_FIELDS = frozenset({"password", "hash", "digest", "private_key"})
CHANGED = "(changed)"


@transaction.atomic
def change_setting(
    *,
    actor: Actor,
    instance: models.Model,
    save: Callable[[], None] | None = None,
    many: dict[str, list[str]] | None = None,
) -> Event | None:
    """Save a settings row, or add it; None if nothing differs.

    `save` writes it (by default the row's own `save`); `many` tells the values that lists on the
    row (members, spans) had before, which are compared after the saving.
    """
    was = _before(instance)
    before, secrets = (snapshot(was), _secrets(was)) if was else ({}, {})
    (save or instance.save)()
    after = snapshot(instance)
    changes = {
        name: [before.get(name), value]
        for name, value in after.items()
        if before.get(name) != value
    }
    for name, secret in _secrets(instance).items():
        if secrets.get(name, "") != secret:
            changes[name] = ["", CHANGED]
    for name, values in (many or {}).items():
        now = many_values(instance, name)
        if now != values:
            changes[name] = [values, now]
    if before and not changes:
        return None
    return events.record(
        EventKind.SETTING_CHANGED if before else EventKind.SETTING_ADDED,
        actor=actor,
        subject=instance,
        name=str(instance),
        changes=changes,
    )


@transaction.atomic
def remove_setting(*, actor: Actor, instance: models.Model, many: Iterable[str] = ()) -> Event:
    """Delete a settings row, and record what it was, with its lists that `many` names."""
    type(instance)._default_manager.select_for_update().filter(pk=instance.pk).first()
    event = events.record(
        EventKind.SETTING_REMOVED,
        actor=actor,
        subject=instance,
        name=str(instance),
        was=snapshot(instance) | {name: many_values(instance, name) for name in many},
    )
    instance.delete()
    return event


def snapshot(instance: models.Model) -> dict[str, Any]:
    """The row's own fields in a form that JSON can keep, without the secret ones."""
    found = {}
    for field in instance._meta.concrete_fields:
        if _is_secret(field):
            continue
        value = field.value_from_object(instance)
        if not isinstance(value, str | int | float | bool | list | type(None)):
            value = force_str(value)
        found[field.name] = value
    return found


def many_values(instance: models.Model, name: str) -> list[str]:
    """What a list of related rows holds, as texts in a stable order."""
    return sorted(str(row) for row in getattr(instance, name).all())


def _before(instance: models.Model) -> models.Model | None:
    """The row as it is in the database, locked; None for a new one."""
    if instance.pk is None:
        return None
    return type(instance)._default_manager.select_for_update().filter(pk=instance.pk).first()


def _secrets(instance: models.Model) -> dict[str, Any]:
    """The secret fields as they are: only to be compared, here."""
    fields = instance._meta.concrete_fields
    return {field.name: field.value_from_object(instance) for field in fields if _is_secret(field)}


def _is_secret(field: models.Field[Any, Any]) -> bool:
    return field.name in SECRET_FIELDS or isinstance(field, SealedField)
