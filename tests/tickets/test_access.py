"""Loading is authorising: who may not see something gets the same as if it were missing."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.cache import SessionStore
from django.http import Http404

from tests.factories import (
    OWN_SCOPES,
    make_admin,
    make_agent,
    make_customer,
    make_lead,
    make_organization,
    make_team,
    make_ticket,
    make_user,
    make_visitor,
)
from tests.tickets.test_attachments import file, send
from tickets import access, actions
from tickets.actors import Actor
from tickets.models import Attachment, Ticket, Turn, User

pytestmark = pytest.mark.django_db

OWN, COLLEAGUES, ANOTHERS, VISITORS = "own", "colleague's", "another's", "visitor's"


@pytest.fixture
def tickets() -> dict[str, Ticket]:
    """Four conversations in one team: of a customer, of their colleague, of others."""
    team, firm = make_team("Shop"), make_organization()
    return {
        OWN: make_ticket(team=team, customer=make_customer(organization=firm)),
        COLLEAGUES: make_ticket(team=team, customer=make_customer(organization=firm)),
        ANOTHERS: make_ticket(team=team, customer=make_customer()),
        VISITORS: make_ticket(team=team, customer=make_visitor()),
    }


def agrees(actor: Actor, ticket: Ticket, *, listed: bool) -> bool:
    """Whether a row that is loaded already is judged as the database judges it."""
    teams = set(actor.user.teams.values_list("pk", flat=True)) if actor.user else set()
    return access.may_see(actor, Ticket.objects.get(pk=ticket.pk), teams=teams) == listed


def seen_by(actor: Actor, tickets: dict[str, Ticket]) -> set[str]:
    """Which of them `actor` finds, in the list and one by one, which must agree."""
    listed = set(access.tickets_for(actor))
    found = set()
    for name, ticket in tickets.items():
        try:
            assert access.ticket_for(actor, ticket.reference) == ticket
            found.add(name)
        except Http404:
            pass
        assert (ticket in listed) == (name in found)
        assert agrees(actor, ticket, listed=ticket in listed)
    with pytest.raises(Http404):
        access.ticket_for(actor, "MISSING2")
    return found


def test_a_customer_sees_their_own_and_nobody_elses(tickets: dict[str, Ticket]) -> None:
    assert seen_by(Actor.of_customer(tickets[OWN].customer), tickets) == {OWN}
    assert seen_by(Actor.of_customer(tickets[VISITORS].customer), tickets) == {VISITORS}
    assert seen_by(Actor.of_customer(make_customer()), tickets) == set()


def test_nobody_the_system_and_the_assistant_see_nothing_as_viewers(
    tickets: dict[str, Ticket],
) -> None:
    for actor in (Actor.nobody(), Actor.system(), Actor.assistant()):
        assert seen_by(actor, tickets) == set()


def test_agents_and_leads_see_their_teams_and_what_they_have(tickets: dict[str, Ticket]) -> None:
    shop = tickets[OWN].team
    for make in (make_agent, make_lead):
        assert seen_by(Actor.agent(make(teams=[shop])), tickets) == set(tickets)
        assert seen_by(Actor.agent(make(teams=[make_team()])), tickets) == set()
        assert seen_by(Actor.agent(make()), tickets) == set()
    outsider = make_agent(teams=[make_team()])
    actions.accept(actor=Actor.agent(outsider), ticket=tickets[OWN])
    assert seen_by(Actor.agent(outsider), tickets) == {OWN}


def test_an_agent_of_several_teams_sees_each_ticket_once(tickets: dict[str, Ticket]) -> None:
    shop = tickets[OWN].team
    agent = make_agent(teams=[shop, make_team(), make_team()])
    actions.accept(actor=Actor.agent(agent), ticket=tickets[OWN])
    assert access.tickets_for(Actor.agent(agent)).count() == len(tickets)


def test_admins_and_keys_see_all(tickets: dict[str, Ticket]) -> None:
    key, _ = actions.create_api_key(actor=Actor.system(), name="Shop", scopes=OWN_SCOPES)
    assert seen_by(Actor.agent(make_admin()), tickets) == set(tickets)
    assert seen_by(Actor.integrator(key), tickets) == set(tickets)


def test_who_does_not_work_here_any_more_sees_nothing(tickets: dict[str, Ticket]) -> None:
    for person in (make_agent(teams=[tickets[OWN].team]), make_admin()):
        person.is_active = False
        assert seen_by(Actor.agent(person), tickets) == set()
    demoted = make_agent(teams=[tickets[OWN].team])
    demoted.role = "customer"
    assert seen_by(Actor.agent(demoted), tickets) == set()


# --- who is behind a request ----------------------------------------------------------------------


def session(visitor: int | None = None) -> SessionStore:
    store = SessionStore()
    if visitor is not None:
        store[access.VISITOR] = visitor
    return store


def test_a_visitor_is_known_by_their_session_only_while_they_are_nobody_else() -> None:
    visitor = make_visitor()
    assert access.customer_actor(None, session(visitor.pk)).customer == visitor
    assert access.customer_actor(None, session(visitor.pk + 999)).customer is None
    assert access.customer_actor(None, session()).customer is None
    account = make_customer(login=True)
    assert access.customer_actor(None, session(account.pk)).customer is None  # has a log-in
    assert account.user is not None
    actions.join_account(actor=Actor.of_customer(visitor), user=account.user, visitor=visitor)
    assert access.customer_actor(None, session(visitor.pk)).customer is None  # has joined


def test_a_log_in_outweighs_the_session_and_staff_are_no_customers() -> None:
    account, visitor = make_customer(login=True), make_visitor()
    assert access.customer_actor(account.user, session(visitor.pk)).customer == account
    assert access.customer_actor(make_agent(), session(visitor.pk)).customer is None
    assert access.customer_actor(make_user(), session(visitor.pk)).customer is None


def test_a_log_in_that_was_disabled_is_nobody() -> None:
    account = make_customer(login=True)
    assert isinstance(account.user, User)
    account.user.is_active = False
    assert access.customer_actor(account.user, session()).customer is None
    assert AnonymousUser().is_authenticated is False


# --- attachments ----------------------------------------------------------------------------------


def test_an_attachment_is_seen_by_whoever_sees_its_conversation() -> None:
    mine, theirs = make_ticket(turn=Turn.CUSTOMER), make_ticket(turn=Turn.CUSTOMER)
    send(theirs, file("secret.png"))
    attachment = Attachment.objects.get()
    owner = Actor.of_customer(theirs.customer)
    assert access.attachment_for(owner, attachment.pk) == attachment
    agent = Actor.agent(make_agent(teams=[theirs.team]))
    assert access.attachment_for(agent, attachment.pk) == attachment
    for actor in (
        Actor.of_customer(mine.customer),
        Actor.agent(make_agent(teams=[mine.team])),
        Actor.nobody(),
    ):
        with pytest.raises(Http404):
            access.attachment_for(actor, attachment.pk)
    with pytest.raises(Http404):
        access.attachment_for(owner, uuid4())
