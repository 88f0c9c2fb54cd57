"""Who may give whom which access, and what is not edited at all."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import make_admin, make_agent, make_customer, make_team, make_user
from tests.tickets.admin.conftest import Change, errors_on, list_of, sent_by, url_of
from tickets.models import Customer, Event, User

pytestmark = pytest.mark.django_db


def test_a_new_admin_may_open_the_admin_and_a_former_one_may_not(change: Change) -> None:
    dana = make_agent("Dana")
    change(dana, role="admin")
    dana.refresh_from_db()
    assert dana.is_staff
    assert not dana.is_superuser

    change(dana, role="agent")
    dana.refresh_from_db()
    assert not dana.is_staff


def test_who_is_no_superuser_makes_none(change: Change, odhran: User) -> None:
    """The field is not theirs, whatever their browser sends."""
    dana = make_agent("Dana")
    change(dana, role="admin", is_superuser="on", is_staff="on", user_permissions=["1"])
    change(odhran, is_superuser="on", name="Odhrán")
    for user in (dana, odhran):
        user.refresh_from_db()
        assert not user.is_superuser
        assert not user.user_permissions.exists()


def test_who_is_no_superuser_changes_none(client: Client) -> None:
    root = make_admin("Root")
    page = client.get(url_of(root))
    assert page.status_code == 200
    assert 'name="role"' not in page.content.decode()

    answer = client.post(url_of(root), {"name": "Mine", "role": "customer", "_version": "x"})

    assert answer.status_code == 403
    root.refresh_from_db()
    assert (root.name, root.role, root.is_superuser) == ("Root", "admin", True)
    assert not Event.objects.exists()


def test_a_superuser_changes_superusers(client: Client) -> None:
    client.force_login(make_admin("Root"))
    other = make_admin("Other")
    values = sent_by(client.get(url_of(other)))
    values.pop("is_superuser")
    assert client.post(url_of(other), values).status_code == 302
    other.refresh_from_db()
    assert not other.is_superuser


def test_a_superuser_who_loses_the_role_loses_the_rest(client: Client) -> None:
    client.force_login(make_admin("Root"))
    other = make_admin("Other")
    page = client.post(url_of(other), {**sent_by(client.get(url_of(other))), "role": "agent"})
    assert "Only an admin can be a superuser" in errors_on(page)


@pytest.mark.parametrize("values", [{"role": "agent"}, {"is_active": ""}])
def test_nobody_locks_themself_out(change: Change, odhran: User, values: dict[str, str]) -> None:
    assert "your own access" in errors_on(change(odhran, **values))
    odhran.refresh_from_db()
    assert odhran.is_staff
    assert odhran.is_active


def test_people_are_made_inactive_never_deleted(client: Client, change: Change) -> None:
    dana = make_agent("Dana")
    assert client.post(url_of(dana, "delete"), {"post": "yes"}).status_code == 403
    client.post(
        list_of(User),
        {"action": "delete_selected", "_selected_action": [dana.pk], "post": "yes"},
    )
    assert User.objects.filter(pk=dana.pk).exists()
    change(dana, is_active="")
    dana.refresh_from_db()
    assert not dana.is_active


def test_a_new_colleague_has_no_password_until_they_choose_one(client: Client) -> None:
    team = make_team("Gear")
    url = list_of(User, "add")
    values = {
        **sent_by(client.get(url)),
        "email": "Nia@KestrelMoor.example ",
        "name": "Nia",
        "role": "agent",
        "teams": [team.pk],
    }
    answer = client.post(url, values, follow=True)

    nia = User.objects.get(email="nia@kestrelmoor.example")
    assert not nia.has_usable_password()
    assert set(nia.teams.all()) == {team}
    assert "Forgot your password?" in answer.content.decode()
    added = Event.objects.filter(kind="setting.added").get()
    assert "password" not in str(added.data["changes"]) or "!" not in str(added.data)


def test_two_people_never_have_the_same_address(client: Client) -> None:
    make_user(email="nia@kestrelmoor.example")
    url = list_of(User, "add")
    page = client.post(url, {**sent_by(client.get(url)), "email": "NIA@kestrelmoor.example"})
    assert "Somebody has this address already" in errors_on(page)


def test_an_address_is_not_changed_for_somebody_else(change: Change) -> None:
    dana = make_agent("Dana", email="dana@kestrelmoor.example")
    change(dana, email="mallory@elsewhere.example", password="known")
    dana.refresh_from_db()
    assert dana.email == "dana@kestrelmoor.example"
    assert not Event.objects.exists()


def test_a_customer_belongs_to_no_team(change: Change) -> None:
    page = change(make_user("Jo"), teams=[make_team().pk])
    assert "belongs to no team" in errors_on(page)


def test_what_a_customer_proved_is_not_edited(change: Change) -> None:
    fiona = make_customer("Fiona", email="fiona@locharden.example")
    change(fiona, email="else@x.example", claimed_email="else@x.example", phone="01632 960 417")
    fiona.refresh_from_db()
    assert (fiona.email, fiona.claimed_email) == ("fiona@locharden.example", "")
    assert Event.objects.get().data["changes"] == {"phone": ["", "01632 960 417"]}


def test_customers_are_neither_added_nor_deleted(client: Client) -> None:
    fiona = make_customer("Fiona")
    assert client.get(list_of(Customer, "add")).status_code == 403
    assert client.post(url_of(fiona, "delete"), {"post": "yes"}).status_code == 403
    assert Customer.objects.filter(pk=fiona.pk).exists()
