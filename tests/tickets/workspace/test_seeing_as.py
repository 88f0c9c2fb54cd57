"""An admin sees the workspace as somebody else does, says so all the time, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import make_admin, make_customer, make_lead, make_outside_agent, make_ticket
from tests.tickets.workspace.conftest import BY_SCRIPT
from tests.tickets.workspace.test_access import ROUTES, TABLE, ask, taken_back
from tickets import actions
from tickets.actions import NotAllowed
from tickets.actors import Actor
from tickets.models import Event, EventKind, Role, Team, Ticket, User

ADDRESS = "zephyrine@quillfeather.example"


@pytest.fixture
def priya(db: None) -> User:
    return make_admin("Priya Admin")


@pytest.fixture
def sam(team: Team) -> User:
    return make_outside_agent("Sam Partner", teams=[team])


def press(client: Client, user: User) -> Any:
    return client.post(f"/admin/tickets/user/{user.pk}/do/see-as/")


@pytest.fixture
def seeing(priya: User, sam: User, as_user: Callable[[User | None], Client]) -> Client:
    """The admin's browser, as Sam sees it."""
    client = as_user(priya)
    assert press(client, sam)["Location"] == "/workspace/"
    return client


def test_they_see_what_the_other_sees_with_a_banner(
    seeing: Client, team: Team, other_team: Team, priya: User, sam: User
) -> None:
    mine = make_ticket(team=team, customer=make_customer(email=ADDRESS))
    hidden = make_ticket(team=other_team)
    page = seeing.get(f"/workspace/{mine.reference}/").text
    assert "You see the workspace as" in page
    assert "Sam Partner" in page
    assert ADDRESS not in page
    assert "z•••@q•••.example" in page
    assert seeing.get(f"/workspace/{hidden.reference}/").status_code == 404
    event = Event.objects.get(kind=EventKind.SEEING_BEGAN)
    assert (event.actor_user, event.subject_id) == (priya, str(sam.pk))


def test_nothing_is_done_in_the_others_name(seeing: Client, team: Team, other_team: Team) -> None:
    """By no form, whatever it is: refused in words."""
    ticket = make_ticket(team=team)
    before = Event.objects.count(), Ticket.objects.values().get(pk=ticket.pk)
    for method, name in TABLE:
        if method == "POST" and name != "workspace-stop-seeing":
            status, page = ask(seeing, method, name, ticket.reference, other_team)
            assert status == 403, name
            assert "so nothing was done" in page, name
    answer = seeing.post(f"/workspace/{ticket.reference}/accept/", headers=BY_SCRIPT)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")
    assert (Event.objects.count(), Ticket.objects.values().get(pk=ticket.pk)) == before


def test_looking_leaves_no_trace_in_the_others_name(
    seeing: Client, team: Team, other_team: Team, sam: User
) -> None:
    ticket = make_ticket(team=team)
    before = Event.objects.count(), Ticket.objects.values().get(pk=ticket.pk)
    for method, name in TABLE:
        if method == "GET":
            with taken_back():
                ask(seeing, method, name, ticket.reference, other_team)
                assert not Event.objects.filter(actor_user=sam).exists(), name
    assert (Event.objects.count(), Ticket.objects.values().get(pk=ticket.pk)) == before
    assert (
        "workspace.js" not in seeing.get("/workspace/").text
    )  # no socket, which would be the admin's


def test_who_looks_at_a_sensitive_conversation_is_the_admin(
    seeing: Client, team: Team, priya: User
) -> None:
    ticket = make_ticket(team=team)
    actions.mark_sensitive(actor=Actor.agent(priya), ticket=ticket, sensitive=True)
    seeing.get(f"/workspace/{ticket.reference}/")
    assert Event.objects.get(kind=EventKind.LOOKED_AT).actor_user == priya


def test_stop_ends_it_and_is_kept(seeing: Client, priya: User, sam: User) -> None:
    answer = seeing.post("/workspace/stop-seeing/")
    assert answer["Location"] == f"/admin/tickets/user/{sam.pk}/change/"
    assert "You see the workspace as" not in seeing.get("/workspace/").text
    event = Event.objects.get(kind=EventKind.SEEING_ENDED)
    assert (event.actor_user, event.subject_id) == (priya, str(sam.pk))
    assert seeing.post("/workspace/stop-seeing/")["Location"] == "/workspace/"
    assert Event.objects.filter(kind=EventKind.SEEING_ENDED).count() == 1


def test_it_ends_by_itself(seeing: Client, monkeypatch: pytest.MonkeyPatch, sam: User) -> None:
    session = seeing.session
    session["seeing_as"] = [sam.pk, (timezone.now() - timedelta(minutes=31)).isoformat()]
    session.save()
    assert "You see the workspace as" not in seeing.get("/workspace/").text


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": Role.ADMIN, "staff_role": None}])
def test_it_ends_when_there_is_nothing_to_see_any_more(
    change: dict[str, Any], seeing: Client, sam: User
) -> None:
    User.objects.filter(pk=sam.pk).update(**change)
    assert "You see the workspace as" not in seeing.get("/workspace/").text


def test_never_into_another_admin_nor_a_customer(
    priya: User, as_user: Callable[[User | None], Client]
) -> None:
    client = as_user(priya)
    customer = make_customer(login=True).user
    for other in (make_admin("Root"), customer):
        assert other is not None
        press(client, other)
        assert "You see the workspace as" not in client.get("/workspace/").text
        session = client.session
        session["seeing_as"] = [other.pk, timezone.now().isoformat()]
        session.save()
        assert "You see the workspace as" not in client.get("/workspace/").text
    with pytest.raises(NotAllowed):
        actions.see_as(actor=Actor.agent(priya), user=make_admin())
    assert not Event.objects.filter(kind=EventKind.SEEING_BEGAN).exists()


def test_nobody_but_an_admin(
    team: Team, sam: User, as_user: Callable[[User | None], Client]
) -> None:
    """Neither by the button, nor by what a session says."""
    lead = make_lead(teams=[team])
    client = as_user(lead)
    assert press(client, sam).status_code == 404
    session = client.session
    session["seeing_as"] = [sam.pk, timezone.now().isoformat()]
    session.save()
    assert "You see the workspace as" not in client.get("/workspace/").text
    with pytest.raises(NotAllowed):
        actions.see_as(actor=Actor.agent(lead), user=sam)


def test_every_address_is_looked_at() -> None:
    assert "workspace-stop-seeing" in ROUTES
