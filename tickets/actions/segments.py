"""Keeping segments: conditions over customers under a name, for everybody who works here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tickets import events
from tickets.access.customers import may_vouch
from tickets.actions.errors import NotAllowed
from tickets.actors import Actor
from tickets.conditions import Field, clean_group, customer_field
from tickets.conditions.segments import PREFIX, field_of, refers_to
from tickets.intake import text
from tickets.models import Event, EventKind, Segment
from tickets.models.segments import MOST_SEGMENTS


@transaction.atomic
def save_segment(
    *, actor: Actor, segment: Segment | None, name: str, conditions: Mapping[str, Any]
) -> Segment:
    """Add a segment, or change one. Rules and views that name it ask for the new conditions at once.

    Raises:
        NotAllowed: the actor is neither a lead nor an admin.
        ValidationError: it has no name or another's, the conditions make no sense, it would refer to
            itself, or there are too many.
        Segment.DoesNotExist: it was removed.
    """
    # All of them: what refers to what is looked at as a whole, and two are saved one after the other.
    there = {one.pk: one for one in Segment.objects.select_for_update().order_by("pk")}
    if not may_vouch(actor.user):
        raise NotAllowed
    if segment is not None and segment.pk not in there:
        raise Segment.DoesNotExist
    found = there[segment.pk] if segment is not None else Segment()
    before = {"name": found.name, "conditions": found.conditions}
    others = [one for one in there.values() if one.pk != found.pk]
    found.name = _named(name, others)
    found.key = found.key or _key(found.name, {one.key for one in others})
    # As they are now: what conditions know of segments may be a second old.
    own = {PREFIX + one.key: field_of(one) for one in there.values()}

    def named(name: object) -> Field | None:
        is_segment = isinstance(name, str) and name.startswith(PREFIX)
        return own.get(str(name)) if is_segment else customer_field(name)

    found.conditions = clean_group(conditions, named=named)
    _refuse_circle(found, others)
    if segment is None and len(there) >= MOST_SEGMENTS:
        raise ValidationError(
            _("Keep at most %(most)d segments.") % {"most": MOST_SEGMENTS}, code="too_many"
        )
    found.save()
    after = {"name": found.name, "conditions": found.conditions}
    changes = {key: [before[key], value] for key, value in after.items() if before[key] != value}
    if segment is None:
        events.record(EventKind.SETTING_ADDED, actor=actor, subject=found, name=found.name)
    elif changes:
        events.record(
            EventKind.SETTING_CHANGED, actor=actor, subject=found, name=found.name, changes=changes
        )
    return found


@transaction.atomic
def remove_segment(*, actor: Actor, segment: Segment) -> Event:
    """Remove it. A condition that names it holds for nobody from then on, and says that it is gone.

    Raises:
        NotAllowed: the actor is neither a lead nor an admin.
        Segment.DoesNotExist: it was removed already.
    """
    found = Segment.objects.select_for_update().get(pk=segment.pk)
    if not may_vouch(actor.user):
        raise NotAllowed
    event = events.record(EventKind.SETTING_REMOVED, actor=actor, subject=found, name=found.name)
    found.delete()
    return event


def _named(name: str, others: list[Segment]) -> str:
    if text.says_nothing(name[:1000]):
        raise ValidationError({"name": _("Write a name for the segment.")})
    found = text.line(name, limit=60)
    if any(one.name == found for one in others):
        raise ValidationError({"name": _("There is a segment of this name already.")})
    return found


def _key(name: str, known: set[str]) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:30]
    start = words if words[:1].isalpha() else f"segment_{words}".rstrip("_")
    tries = (start, *(f"{start}_{number}" for number in range(2, MOST_SEGMENTS + 3)))
    return next(one for one in tries if one not in known)


def _refuse_circle(segment: Segment, others: list[Segment]) -> None:
    """Raises ValidationError if a segment refers to itself, by whatever way."""
    by_key = {one.key: one for one in (*others, segment)}
    seen: dict[str, Segment] = {}
    ahead = [(key, segment) for key in refers_to(segment.conditions)]
    while ahead:
        key, through = ahead.pop()
        if key == segment.key:
            raise ValidationError({"conditions": _circle(segment, through)})
        if key in by_key and key not in seen:
            seen[key] = by_key[key]
            ahead += [(other, by_key[key]) for other in refers_to(by_key[key].conditions)]


def _circle(segment: Segment, through: Segment) -> str:
    if through.pk == segment.pk:
        return _("A segment cannot be a condition of itself.")
    return _("“%(other)s” refers to this segment, so this one cannot refer to it.") % {
        "other": through.name
    }
