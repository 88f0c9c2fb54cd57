"""Saving a service level: its row and its targets together, with a record of what was before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tickets.actions.errors import ActionError
from tickets.actions.settings import change_setting, many_values
from tickets.actors import Actor
from tickets.models import SlaPolicy, SlaTarget
from tickets.sla.content import Content, clean


@transaction.atomic
def save_service_level(
    *, actor: Actor, policy: SlaPolicy | None, values: Mapping[str, Any], opened: str = ""
) -> SlaPolicy:
    """Save a policy, or add one (None). `opened` is the version of what the form had shown.

    Raises:
        ValidationError: it would make no sense; the messages are by place.
        ActionError: somebody changed it since.
    """
    row = (
        SlaPolicy.objects.select_for_update().get(pk=policy.pk)
        if policy is not None
        else SlaPolicy()
    )
    content = clean(values, policy=policy)
    if policy is not None and opened and opened != Content.of(row).version:
        raise ActionError(
            _(
                "Somebody changed this after you opened it, so nothing was saved. Open the page "
                "again to see how it is now, then make your change."
            ),
            code="changed",
        )
    before = many_values(row, "targets") if row.pk else []
    for name in ("name", "sentence", "position", "active", "match", "conditions"):
        setattr(row, name, getattr(content, name))
    row.business, row.warn_percent = content.business, content.warn_percent

    def write() -> None:
        row.save()
        row.targets.all().delete()
        SlaTarget.objects.bulk_create(
            SlaTarget(policy=row, metric=metric, priority=priority, minutes=minutes)
            for (metric, priority), minutes in content.targets.items()
        )

    change_setting(actor=actor, instance=row, save=write, many={"targets": before})
    return row
