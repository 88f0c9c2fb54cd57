"""Keeping a search under a name, renaming or sharing it, and removing it."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tickets import events
from tickets.access.roles import may
from tickets.actions import rights
from tickets.actions.errors import NotAllowed
from tickets.actors import Actor
from tickets.intake import text
from tickets.lists.arranging import Grouping, Sort
from tickets.models import Event, EventKind, Permission, SavedView, Team, User
from tickets.models.saved_views import MOST_VIEWS, NAME_LENGTH
from tickets.search.language import LONGEST, read
from tickets.search.operators import Misread


@transaction.atomic
def save_view(
    *,
    actor: Actor,
    name: str,
    query: str,
    sort: Sort,
    team: Team | None,
    grouping: Grouping = Grouping.NONE,
    columns: Sequence[str] = (),
) -> SavedView:
    """Keep a search for the actor alone, or for all of a `team` that they are in; as it is arranged.

    Raises:
        NotAllowed: the actor is no agent, or not in that team.
        ValidationError: there is no name, the search cannot be read, or there are too many already.
    """
    owner = _locked_owner(actor)
    view = SavedView(owner=owner, query=_readable(query, owner), sort=sort, grouping=grouping)
    view.columns = ",".join(columns)
    view.name = _named(name)
    _share(view, team)
    if SavedView.objects.filter(owner=owner).count() >= MOST_VIEWS:
        raise _too_many(_("You keep %(most)d views already. Remove one first."))
    view.save()
    # The search itself is not recorded: it may name a customer.
    events.record(EventKind.SETTING_ADDED, actor=actor, subject=view, name=view.name)
    return view


@transaction.atomic
def change_view(*, actor: Actor, view: SavedView, name: str, team: Team | None) -> SavedView:
    """Rename it, or say whom it is for. What it looks for stays: another search is another view.

    Raises:
        NotAllowed: it is a colleague's, and the actor is neither a lead of its team nor an admin;
            or it is to be shared with a team that its owner is not in.
        ValidationError: there is no name, or the team has too many already.
    """
    view = _locked(actor, view)
    before = [view.name, view.team_id]
    view.name = _named(name)
    if team is None or team.pk != view.team_id:
        _share(view, team)
    if before == [view.name, view.team_id]:
        return view
    view.save()
    changes = {"name": [before[0], view.name], "team": [before[1], view.team_id]}
    events.record(
        EventKind.SETTING_CHANGED, actor=actor, subject=view, name=view.name, changes=changes
    )
    return view


@transaction.atomic
def remove_view(*, actor: Actor, view: SavedView) -> Event:
    """Remove it, for everybody who has it.

    Raises:
        NotAllowed: it is a colleague's, and the actor is neither a lead of its team nor an admin.
    """
    view = _locked(actor, view)
    event = events.record(EventKind.SETTING_REMOVED, actor=actor, subject=view, name=view.name)
    view.delete()
    return event


def _locked_owner(actor: Actor) -> User:
    """The agent's row, so that of two views that are kept at once both are counted."""
    user = rights.demand(actor)
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _locked(actor: Actor, view: SavedView) -> SavedView:
    """The view as it is now, for whoever may change it."""
    view = SavedView.objects.select_for_update().get(pk=view.pk)
    user = actor.user
    if not actor.works_here or user is None:
        raise NotAllowed
    leads = may(user, Permission.SHARE) and view.team_id in user.team_keys
    if view.owner_id != user.pk and not leads:
        raise NotAllowed
    return view


def _share(view: SavedView, team: Team | None) -> None:
    """Say whom a view is for."""
    if team is not None:
        Team.objects.select_for_update(no_key=True).get(pk=team.pk)
        if not view.owner.teams.filter(pk=team.pk).exists():
            raise NotAllowed
        if SavedView.objects.filter(team=team).count() >= MOST_VIEWS:
            raise _too_many(_("The team has %(most)d views already. Remove one first."))
    view.team = team


def _named(name: str) -> str:
    if text.says_nothing(name[:1000]):
        raise ValidationError(_("Write a name for the view."), code="empty")
    return text.line(name, limit=NAME_LENGTH)


def _readable(query: str, user: User) -> str:
    query = text.line(query, limit=LONGEST + 1)
    try:
        read(query, user)
    except Misread as error:
        raise ValidationError(str(error), code="unreadable") from error
    return query


def _too_many(words: str) -> ValidationError:
    return ValidationError(words % {"most": MOST_VIEWS}, code="too_many")
