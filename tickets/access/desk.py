"""How the desk is set up, as programs may read it: teams, people, tags, fields, segments, hours, promises."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, Prefetch, QuerySet

from tickets.actors import Actor
from tickets.models import (
    CustomField,
    OpeningHours,
    Segment,
    SlaPolicy,
    Tag,
    Team,
    User,
)
from tickets.models.users import STAFF_ROLES

Row = TypeVar("Row", bound=Model)


def teams_told(actor: Actor, *, with_members: bool) -> QuerySet[Team]:
    """The teams; their members only where they are asked for."""
    teams = Team.objects.all()
    if with_members:
        teams = teams.prefetch_related(Prefetch("members", _staff().order_by("pk")))
    return _for_programs(actor, teams)


def agents_told(actor: Actor) -> QuerySet[User]:
    """Those who work here, with their teams."""
    return _for_programs(
        actor, _staff().prefetch_related(Prefetch("teams", Team.objects.order_by("pk")))
    )


def tags_told(actor: Actor) -> QuerySet[Tag]:
    return _for_programs(actor, Tag.objects.all())


def custom_fields_told(actor: Actor) -> QuerySet[CustomField]:
    return _for_programs(actor, CustomField.objects.all())


def segments_told(actor: Actor) -> QuerySet[Segment]:
    return _for_programs(actor, Segment.objects.all())


def hours_told(actor: Actor) -> QuerySet[OpeningHours]:
    """The opening hours with their spans and own holidays."""
    return _for_programs(actor, OpeningHours.objects.prefetch_related("spans", "holidays"))


def policies_told(actor: Actor) -> QuerySet[SlaPolicy]:
    """The service levels with their targets, those that are switched off, too."""
    return _for_programs(actor, SlaPolicy.objects.prefetch_related("targets"))


def _staff() -> QuerySet[User]:
    return User.objects.filter(is_active=True, role__in=STAFF_ROLES)


def _for_programs(actor: Actor, rows: QuerySet[Row]) -> QuerySet[Row]:
    return rows if actor.is_program else rows.none()
