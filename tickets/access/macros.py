"""Whose macros are whose: who may use them, share them and change them."""

from __future__ import annotations

from django.db.models import Q
from django.http import Http404

from tickets.access.roles import may
from tickets.actors import Actor
from tickets.models import Macro, Permission, Role, Team, User
from tickets.models.macros import MacroQuerySet


def macros_for(actor: Actor) -> MacroQuerySet:
    """An agent's own, those for all, and those of their teams; an admin has those of every team."""
    user = actor.user
    if user is None or not user.works_here:
        return Macro.objects.none()
    if user.sees_all:
        return Macro.objects.filter(Q(owner=user) | Q(owner=None))
    shared = Q(owner=None) & (Q(team=None) | Q(team__in=user.seen_teams))
    return Macro.objects.filter(Q(owner=user) | shared)


def macros_told(actor: Actor) -> MacroQuerySet:
    """For a program: those of the agent for whom its key acts; without one, those that are shared."""
    if not actor.is_program or actor.api_key is None:
        return Macro.objects.none()
    if actor.api_key.agent is None:
        return Macro.objects.filter(owner=None)
    return macros_for(Actor.for_agent(actor.api_key))


def macro_for(actor: Actor, pk: int) -> Macro:
    """One of them. Raises Http404."""
    found = macros_for(actor).select_related("team").filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise Http404
    return found


def may_change_macro(actor: Actor, macro: Macro) -> bool:
    """Their own, or a shared one of those that they may share."""
    user = actor.user
    if user is None or not user.works_here:
        return False
    if macro.owner_id is not None:
        return macro.owner_id == user.pk
    return may_share_macros(user, macro.team)


def may_share_macros(user: User, team: Team | None) -> bool:
    """Whoever may keep the team's shares with their teams, an admin with every team and with all (None)."""
    if not may(user, Permission.SHARE):
        return False
    return user.role == Role.ADMIN or (team is not None and team.pk in user.team_keys)
