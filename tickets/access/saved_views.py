"""The views of the list that somebody kept, or that their teams share."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import Http404

from tickets.actors import Actor
from tickets.models import SavedView


def saved_views_for(actor: Actor) -> QuerySet[SavedView]:
    """The searches that an agent keeps, and those that their teams share."""
    user = actor.user
    if user is None or not user.works_here:
        return SavedView.objects.none()
    return SavedView.objects.filter(Q(owner=user) | Q(team__in=user.team_keys))


def views_told(actor: Actor) -> QuerySet[SavedView]:
    """For a program: what teams share, and what the agent keeps for whom its key acts."""
    if not actor.is_program or actor.api_key is None:
        return SavedView.objects.none()
    agent = actor.api_key.agent
    own = Q(owner=agent) if agent is not None and agent.works_here else Q()
    return SavedView.objects.filter(Q(team__isnull=False) | own)


def view_told(actor: Actor, pk: int) -> SavedView:
    """One of them. Raises Http404."""
    view = views_told(actor).filter(pk=pk).first() if pk < 2**63 else None
    if view is None:
        raise Http404
    return view


def saved_view_for(actor: Actor, pk: int) -> SavedView:
    """One of them. Raises Http404."""
    view = saved_views_for(actor).filter(pk=pk).first()
    if view is None:
        raise Http404
    return view
