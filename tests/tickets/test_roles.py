"""What a role gives is what its people can do, whoever calls the action: pages, sockets, mail or keys."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from tests.factories import (
    make_admin,
    make_agent,
    make_customer,
    make_lead,
    make_light_agent,
    make_outside_agent,
    make_team,
    make_ticket,
)
from tickets import access, actions
from tickets.access.roles import who_see
from tickets.actions import ActionError, NotAllowed
from tickets.actors import Actor
from tickets.assigning.waiting import candidates
from tickets.clock import now
from tickets.live import presence
from tickets.models import (
    Afterwards,
    Event,
    Kind,
    Permission,
    Role,
    StaffRole,
    Team,
    Ticket,
    Turn,
    User,
    Visibility,
)
from tickets.models.jobs import Act
from tickets.models.roles import OF_KIND, with_permission

pytestmark = pytest.mark.django_db

PEOPLE: dict[str, Callable[..., User]] = {
    "agent": make_agent,
    "lead": make_lead,
    "admin": make_admin,
    "light": make_light_agent,
    "outside": make_outside_agent,
}
# An act for each permission, of somebody who sees the conversation. They need not succeed: what is
# asked is whether it is refused for the role.
ACTS: dict[Permission, Callable[[Actor, Ticket], Any]] = {
    Permission.REPLY: lambda by, ticket: actions.reply(actor=by, ticket=ticket, body="Hello"),
    Permission.NOTE: lambda by, ticket: actions.write_note(actor=by, ticket=ticket, body="Hm"),
    Permission.ASSIGN: lambda by, ticket: actions.hand_back(actor=by, ticket=ticket),
    Permission.RESOLVE: lambda by, ticket: actions.resolve(actor=by, ticket=ticket),
    Permission.CHANGE: lambda by, ticket: actions.change_tags(actor=by, ticket=ticket, add=["a"]),
    Permission.SPAM: lambda by, ticket: actions.mark_spam(actor=by, ticket=ticket),
    Permission.BULK: lambda by, ticket: actions.start_bulk(
        actor=by, act=Act.TAG, values={"tags": ["a"]}, tickets=Ticket.objects.filter(pk=ticket.pk)
    ),
    Permission.CUSTOMERS: lambda by, ticket: actions.change_customer(
        actor=by, customer=ticket.customer, name="name", value=["Maja"]
    ),
    Permission.LEAD: lambda by, ticket: actions.join(actor=by, ticket=ticket),
}


@pytest.fixture
def team() -> Team:
    return make_team("Gear care")


def _gives(kind: str) -> frozenset[str]:
    if kind in OF_KIND:
        return OF_KIND[kind].permissions
    return StaffRole.objects.get(key=kind).granted.permissions


@pytest.mark.parametrize("permission", ACTS)
@pytest.mark.parametrize("kind", PEOPLE)
def test_every_act_is_refused_to_whom_their_role_does_not_give_it(
    kind: str, permission: Permission, team: Team
) -> None:
    ticket = make_ticket(team=team)
    by = Actor.agent(PEOPLE[kind](teams=[team]))
    before = Event.objects.count(), Ticket.objects.values().get(pk=ticket.pk)
    if permission in _gives(kind):
        ACTS[permission](by, ticket)
        assert Event.objects.filter(actor_user=by.user).exists()
        return
    with pytest.raises(NotAllowed) as refused:
        ACTS[permission](by, ticket)
    assert str(permission.label) in refused.value.message
    assert (Event.objects.count(), Ticket.objects.values().get(pk=ticket.pk)) == before


@pytest.mark.parametrize("kind", PEOPLE)
def test_a_query_for_people_with_a_permission_finds_those_whom_access_lets(kind: str) -> None:
    user = PEOPLE[kind]()
    customer = make_customer(login=True).user
    for permission in Permission:
        found = User.objects.filter(with_permission(permission))
        assert (user in found) == access.may(user, permission)
        assert customer not in found


def test_the_permissions_of_a_role_hold_with_the_next_click(team: Team) -> None:
    """However long the page was open: what decides is the row of now."""
    role = StaffRole.objects.create(key="own", name="Own", permissions=["note", "change"])
    ada = make_agent(teams=[team], staff_role=role)
    ticket = make_ticket(team=team)
    assert access.may(User.objects.with_access().get(pk=ada.pk), Permission.CHANGE)
    StaffRole.objects.filter(pk=role.pk).update(permissions=["note"])
    user = User.objects.with_access().get(pk=ada.pk)
    with pytest.raises(NotAllowed):
        actions.change_tags(actor=Actor.agent(user), ticket=ticket, add=["late"])
    ticket.refresh_from_db()
    assert ticket.tags == []


@pytest.mark.parametrize("visibility", Visibility)
def test_a_role_says_which_conversations_are_seen(visibility: Visibility, team: Team) -> None:
    role = StaffRole.objects.create(
        key="own", name="Own", permissions=["reply", "contacts"], visibility=visibility
    )
    ada = make_agent(teams=[team], staff_role=role)
    theirs = make_ticket(team=make_team(), agent=ada, turn=Turn.AGENT)
    of_team, of_others = make_ticket(team=team), make_ticket()
    expected = {
        Visibility.OWN: {theirs},
        Visibility.TEAM: {theirs, of_team},
        Visibility.ALL: {theirs, of_team, of_others},
    }[visibility]
    assert set(access.tickets_for(Actor.agent(ada))) == expected
    for ticket in (theirs, of_team, of_others):
        sees = ticket in expected
        assert access.may_see(Actor.agent(ada), ticket, teams=ada.seen_teams) == sees
        assert (ada in User.objects.filter(who_see(ticket))) == sees
        assert (ada in access.agents_who_see(ticket, User.objects.with_access())) == sees


def test_a_light_agent_is_never_given_a_conversation(team: Team) -> None:
    """Neither by the helpdesk, nor by a colleague: nobody would answer."""
    light, dana = make_light_agent(teams=[team]), make_agent(teams=[team])
    for user in (light, dana):
        presence.mark_agent_here(user)
        presence.mark_agent_active(user)
    assert [one.key for one in candidates(team, now())] == [dana.pk]
    ticket = make_ticket(team=team)
    with pytest.raises(ActionError, match="does not write to customers"):
        actions.assign(actor=Actor.agent(dana), ticket=ticket, agent=light)
    ticket.refresh_from_db()
    assert ticket.assignee is None


def test_sending_and_resolving_takes_both(team: Team) -> None:
    role = StaffRole.objects.create(key="own", name="Own", permissions=["reply", "note"])
    ada = Actor.agent(make_agent(teams=[team], staff_role=role))
    ticket = make_ticket(team=team)
    with pytest.raises(NotAllowed):
        actions.send_reply(
            actor=ada,
            ticket=ticket,
            body="Done",
            wait=timedelta(),
            client_id=uuid4(),
            afterwards=Afterwards.RESOLVE,
        )
    assert not ticket.messages.filter(body="Done").exists()


def test_a_light_agent_keeps_drafts_of_notes_and_of_no_replies(team: Team) -> None:
    light = Actor.agent(make_light_agent(teams=[team]))
    ticket = make_ticket(team=team)
    kept = actions.save_draft(
        actor=light, ticket=ticket, kind=Kind.NOTE, body="Hm", client_id=uuid4()
    )
    assert kept is not None
    with pytest.raises(NotAllowed):
        actions.save_draft(
            actor=light, ticket=ticket, kind=Kind.REPLY, body="Hello", client_id=uuid4()
        )


@pytest.mark.parametrize(
    "broken",
    [
        {"permissions": ["resolve"]},
        {"permissions": ["customers"]},
        {"permissions": ["lead", "note"]},
        {"permissions": ["rule the world"]},
        {"permissions": ["reply"], "visibility": "all"},
        {"visibility": "some"},
    ],
)
def test_the_database_takes_no_role_that_makes_no_sense(broken: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        StaffRole.objects.create(key="own", name="Own", **broken)


@pytest.mark.parametrize("kind", [Role.CUSTOMER, Role.LEAD, Role.ADMIN])
def test_only_an_agent_has_another_role(kind: Role) -> None:
    light = StaffRole.objects.get(key="light")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("a@b.example", role=kind, staff_role=light)
