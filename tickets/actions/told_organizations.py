"""What a program tells of organisations. Their domains are an admin's to say: who belongs hangs on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tickets import events
from tickets.actions.custom_fields import PREFIX
from tickets.actions.customer_changes import column_of, put_property
from tickets.actions.errors import ActionError, NotAllowed
from tickets.actors import Actor
from tickets.intake import metadata, text
from tickets.models import EventKind, Organization

Told = Mapping[str, Any]
NAMES = ("tier", "tags")


@transaction.atomic
def add_told_organization(*, actor: Actor, told: Told) -> Organization:
    """One of which a program tells for the first time: its `name`, `external_id`, properties, `custom`
    (key and values) and `metadata`.

    Raises:
        NotAllowed: the actor is no program.
        ValidationError: something is no value of what it is told for.
        ActionError: it has no name, or another one has the name or the number.
    """
    _refuse_others(actor)
    name = text.line(told.get("name", ""), limit=150)
    if text.says_nothing(name):
        raise ActionError(_("No organisation has this number yet: say its name."), code="no_name")
    try:
        with transaction.atomic():
            found = Organization.objects.create(
                name=name, external_id=text.line(told.get("external_id", ""), limit=100)
            )
    except IntegrityError:
        raise _taken() from None
    events.record(EventKind.SETTING_ADDED, actor=actor, subject=found, name=name)
    _take(actor, found, told)
    return found


@transaction.atomic
def tell_of_organization(*, actor: Actor, organization: Organization, told: Told) -> Organization:
    """What is told takes the place of what was known; the rest stays. Raises as above."""
    found = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    _refuse_others(actor)
    for column, limit in (("name", 150), ("external_id", 100)):
        if column in told:
            _rename(actor, found, column, text.line(told[column], limit=limit))
    _take(actor, found, told)
    return found


@transaction.atomic
def upsert_organization(*, actor: Actor, number: str, told: Told) -> tuple[Organization, bool]:
    """The same of which a system knows by a number, and whether it is new here.

    One that has the name and no number gets the number.
    """
    _refuse_others(actor)
    number = text.line(number, limit=100)
    if not number:
        raise ValidationError(_("Say by which number you know it."), code="empty")
    told = {**told, "external_id": number}
    known = _known(number, told)
    if known is not None:
        return tell_of_organization(actor=actor, organization=known, told=told), False
    try:
        return add_told_organization(actor=actor, told=told), True
    except ActionError:
        known = _known(number, told)  # another one told it in this moment
        if known is None:
            raise
    return tell_of_organization(actor=actor, organization=known, told=told), False


def _known(number: str, told: Told) -> Organization | None:
    found = Organization.objects.filter(external_id=number).first()
    name = text.line(told.get("name", ""), limit=150)
    return found or Organization.objects.filter(name=name, external_id="").first()


def _rename(actor: Actor, found: Organization, column: str, value: str) -> None:
    before = getattr(found, column)
    if value == before:
        return
    if column == "name" and text.says_nothing(value):
        raise ValidationError(_("Give the organisation a name."), code="empty")
    setattr(found, column, value)
    try:
        with transaction.atomic():
            found.save(update_fields=[column])
    except IntegrityError:
        raise _taken() from None
    events.record(
        EventKind.ORGANIZATION_CHANGED,
        actor=actor,
        subject=found,
        field=column,
        before=[before] if before else [],
        after=[value] if value else [],
    )


def _take(actor: Actor, found: Organization, told: Told) -> None:
    properties = {name: told[name] for name in NAMES if name in told}
    custom = {PREFIX + key: values for key, values in told.get("custom", ())}
    for name, value in {**properties, **custom}.items():
        change = put_property(found, NAMES, "organization", name, value, None)
        if change is not None:
            found.save(update_fields=[column_of(name)])
            events.record(
                EventKind.ORGANIZATION_CHANGED, actor=actor, subject=found, field=name, **change
            )
    kept = metadata.merged(found.metadata, told.get("metadata", {}))
    if kept != found.metadata:
        found.metadata = kept
        found.save(update_fields=["metadata"])
        events.record(EventKind.ORGANIZATION_CHANGED, actor=actor, subject=found, field="metadata")


def _taken() -> ActionError:
    return ActionError(_("Another organisation has this name or this number."), code="taken")


def _refuse_others(actor: Actor) -> None:
    if not actor.is_program:
        raise NotAllowed
