"""Whether somebody who works here may do something: every question for a permission is asked here."""

from __future__ import annotations

from contextlib import AbstractContextManager

from django.db.models import Q

from tickets import masking
from tickets.actors import Actor
from tickets.models import Permission, Role, Ticket, User, Visibility


def may(who: Actor | User | None, *wanted: Permission) -> bool:
    """Whether they work here and their role gives all that is wanted. No query for a loaded user."""
    user = who.user if isinstance(who, Actor) else who
    if user is None or not user.works_here:
        return False
    return user.granted.permissions.issuperset(wanted)


def seen_by(user: User) -> AbstractContextManager[None]:
    """What is shown inside is shown to this user, without contact details unless they may see them."""
    return masking.as_seen(contacts=may(user, Permission.CONTACTS))


def who_see(ticket: Ticket) -> Q:
    """Those who may see a conversation, of all users: as `may_see`, for a query over people."""
    own = Q(staff_role__visibility=Visibility.OWN)
    of_team = Q(teams=ticket.team_id) & ~own
    all_of_them = Q(role=Role.ADMIN) | Q(staff_role__visibility=Visibility.ALL)
    return of_team | all_of_them | Q(pk=ticket.assignee_id)
