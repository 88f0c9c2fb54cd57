"""The panel of properties: what is saved, with and without script, and what the second is told."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import make_ticket
from tests.tickets.workspace.conftest import BY_SCRIPT
from tickets import actions
from tickets.actors import Actor
from tickets.models import CustomField, Priority, Team, TicketType, Turn, User


def url(ticket: object) -> str:
    return f"/workspace/{ticket.reference}/change/"  # type: ignore[attr-defined]


def test_one_field_is_saved_and_no_other_that_came_along(danas: Client, team: Team) -> None:
    ticket = make_ticket(team=team)
    sent = {"save": "priority", "priority": "4", "seen_priority": "2", "subject": "Not this"}
    news = danas.post(url(ticket), sent, headers=BY_SCRIPT).json()
    subject = ticket.subject
    ticket.refresh_from_db()
    assert (ticket.priority, ticket.subject) == (Priority.URGENT, subject)
    assert '<option value="4" selected>Urgent</option>' in news["panels"]["properties"]


def test_without_script_the_page_comes_back_with_what_was_saved(
    danas: Client, team: Team, dana: User, robin: User
) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    answer = danas.post(
        url(ticket),
        {"save": "assignee", "assignee": str(robin.pk), "seen_assignee": str(dana.pk)},
        follow=True,
    )
    assert "Dana Osei gave it to Robin Vale." in answer.text
    assert f'<option value="{robin.pk}" selected>Robin Vale</option>' in answer.text


def test_the_second_is_told_and_the_page_shows_how_it_is(
    danas: Client, team: Team, robin: User
) -> None:
    ticket = make_ticket(team=team)
    problem = TicketType.objects.get(name="Problem")
    actions.change_ticket(
        actor=Actor.agent(robin),
        ticket=ticket,
        name=actions.Property.TYPE,
        value=str(problem.pk),
    )
    sent = {"save": "type", "type": "", "seen_type": "1"}
    refused = danas.post(url(ticket), sent, headers=BY_SCRIPT)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "changed")
    page = danas.post(url(ticket), {"save": "subject", "subject": "New", "seen_subject": "Old"})
    assert page.status_code == 409
    assert "Somebody changed the subject meanwhile." in page.text
    page = danas.post(url(ticket), {**sent, "type": str(problem.pk + 1)})
    assert "Robin Vale changed the type meanwhile. It is now: Problem." in page.text


def test_tags_are_added_removed_and_completed(danas: Client, team: Team) -> None:
    ticket = make_ticket(team=team)
    danas.post(url(ticket), {"save": "tag", "tag": "Refund, pole"})
    danas.post(url(ticket), {"remove_tag": "pole"})
    ticket.refresh_from_db()
    assert ticket.tags == ["refund"]
    assert danas.get("/workspace/tags/?q=RE").text.count("<option") == 1
    assert "<option" not in danas.get("/workspace/tags/?q=").text


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"save": "priority", "priority": "9"}, 422),
        ({"save": "assignee", "assignee": "x"}, 422),
        ({"save": "assignee", "assignee": "999999"}, 422),
        ({"save": "tag", "tag": ""}, 422),
        ({"save": "turn", "turn": "closed"}, 400),
        ({}, 400),
    ],
)
def test_what_makes_no_sense_changes_nothing(
    danas: Client, team: Team, sent: dict[str, str], status: int
) -> None:
    ticket = make_ticket(team=team)
    assert danas.post(url(ticket), sent, headers=BY_SCRIPT).status_code == status
    position = ticket.last_position
    ticket.refresh_from_db()
    assert ticket.last_position == position


def test_a_type_that_is_offered_no_more_stays_where_it_is(
    danas: Client, team: Team, dana: User
) -> None:
    kind = TicketType.objects.create(name="Recall")
    ticket, other = make_ticket(team=team), make_ticket(team=team)
    actions.change_ticket(
        actor=Actor.agent(dana), ticket=ticket, name=actions.Property.TYPE, value=str(kind.pk)
    )
    kind.offered = False
    kind.save()
    assert "Recall" in danas.get(f"/workspace/{ticket.reference}/").text
    assert "Recall" not in danas.get(f"/workspace/{other.reference}/").text


def test_a_custom_field_is_saved_in_the_panel(danas: Client, team: Team) -> None:
    field = CustomField.objects.create(
        about="ticket", key="sizes", name="Sizes", kind="choices", options=["Small", "Large"]
    )
    ticket = make_ticket(team=team)
    sent = {"save": "custom.sizes", "custom.sizes": ["Small", "Large"], "seen_custom.sizes": ""}
    assert danas.post(url(ticket), sent).status_code == 302
    ticket.refresh_from_db()
    assert ticket.custom == {"sizes": ["Small", "Large"]}
    again = danas.post(url(ticket), {**sent, "custom.sizes": "Small"}, headers=BY_SCRIPT)
    assert again.json()["error"]["code"] == "changed"
    page = danas.get(f"/workspace/{ticket.reference}/").text
    assert page.count('name="seen_custom.sizes"') == 2
    field.delete()
    gone = danas.post(url(ticket), sent, headers=BY_SCRIPT)
    assert (gone.status_code, gone.json()["error"]["message"]) == (
        422,
        "This field is not there any more.",
    )
    assert "Sizes" not in danas.get(f"/workspace/{ticket.reference}/").text
