"""Who is here, with how many conversations, and for whom of those who are not here customers wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet, Subquery

from tickets import access
from tickets.actors import Actor
from tickets.live import presence
from tickets.models import Ticket, Turn, User
from tickets.models.users import STAFF_ROLES

COUNTED = 50  # conversations of one person; counting stops here
MOST = 200  # people who are looked at
SHOWN = 30


@dataclass(frozen=True, slots=True)
class Person:
    """An agent: whether they take conversations now, what they have, and what they owe since when."""

    user: User
    is_here: bool
    has: int
    owes: int
    since: datetime | None
    teams: frozenset[int]

    @property
    def has_many(self) -> bool:
        """Whether they have more than was counted."""
        return self.has >= COUNTED


def of(actor: Actor) -> list[Person]:
    """Everybody in the lead's teams, of an admin everybody, by name: nobody is ranked.

    One query, and one look into Redis.
    """
    users = list(_members(actor).order_by("name", "email")[:MOST])
    here = presence.here([user.pk for user in users])
    return [
        Person(
            user=user,
            is_here=user.pk in here,
            has=user.has,  # type: ignore[attr-defined]  # annotated
            owes=user.owes,  # type: ignore[attr-defined]  # annotated
            since=user.owes_since,  # type: ignore[attr-defined]  # annotated
            teams=frozenset(user.in_teams),  # type: ignore[attr-defined]  # annotated
        )
        for user in users
    ]


def shown(people: Sequence[Person]) -> list[Person]:
    """Those who are here, then those who are not and for whom a customer waits."""
    here = [one for one in people if one.is_here]
    missed = [one for one in people if not one.is_here and one.owes]
    return [*here, *missed][:SHOWN]


def _members(actor: Actor) -> QuerySet[User]:
    user = actor.user
    assert user is not None
    staff = User.objects.filter(is_active=True, role__in=STAFF_ROLES)
    if not user.sees_all:
        own = User.teams.through.objects.filter(team__in=user.team_keys)
        staff = staff.filter(Q(pk__in=own.values("user")))
    theirs = Ticket.objects.filter(assignee=OuterRef("pk"), snoozed_at=None)
    has = theirs.filter(turn__in=[Turn.AGENT, Turn.CUSTOMER])
    owed = theirs.filter(turn=Turn.AGENT)
    teams = User.teams.through.objects.filter(user=OuterRef("pk"))
    return staff.annotate(
        has=access.HowMany(has.order_by().values("pk")[:COUNTED]),
        owes=access.HowMany(owed.order_by().values("pk")[:COUNTED]),
        owes_since=Subquery(owed.order_by("turn_since").values("turn_since")[:1]),
        in_teams=ArraySubquery(teams.values("team")),
    )
