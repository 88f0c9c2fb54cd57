"""The ledger is read and never written; follow-up work that was given up is tried again."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import make_ticket
from tests.tickets.admin.conftest import list_of, url_of
from tickets.models import Event, Reaction, ReactionState, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def dead() -> Reaction:
    make_ticket()
    reaction = Reaction.objects.order_by("pk").first()
    assert reaction is not None
    Reaction.objects.filter(pk=reaction.pk).update(
        state=ReactionState.DEAD, attempts=5, error="ConnectionError: away"
    )
    Reaction.objects.exclude(pk=reaction.pk).update(state=ReactionState.DONE)
    return reaction


def test_nothing_in_the_ledger_is_added_changed_or_removed(client: Client, dead: Reaction) -> None:
    before = Event.objects.count()
    for row in (dead.event, dead):
        assert client.get(url_of(row)).status_code == 200
        assert client.get(list_of(type(row), "add")).status_code == 403
        assert client.post(url_of(row), {"name": "x", "state": "done"}).status_code == 403
        assert client.post(url_of(row, "delete"), {"post": "yes"}).status_code == 403
        client.post(
            list_of(type(row)),
            {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"},
        )
    assert Event.objects.count() == before
    dead.refresh_from_db()
    assert dead.state == ReactionState.DEAD


def test_what_was_given_up_is_tried_again_and_that_is_recorded(
    client: Client, dead: Reaction, odhran: User
) -> None:
    client.post(f"/admin/tickets/reaction/{dead.pk}/do/try-again/")

    dead.refresh_from_db()
    assert (dead.state, dead.attempts) == (ReactionState.DUE, 0)
    assert Reaction.objects.filter(state=ReactionState.DUE).count() == 1
    event = Event.objects.latest("pk")
    assert (event.actor_user, event.data["changes"]["state"]) == (odhran, ["dead", "due"])


def test_of_the_chosen_ones_only_those_given_up_are_tried_again(
    client: Client, dead: Reaction
) -> None:
    before = Event.objects.count()
    everything = list(Reaction.objects.values_list("pk", flat=True))
    answer = client.post(
        list_of(Reaction), {"action": "try_again", "_selected_action": everything}, follow=True
    )
    assert "1 is tried again." in answer.content.decode()
    assert list(Reaction.objects.filter(state=ReactionState.DUE)) == [dead]
    assert Event.objects.count() == before + 1


def test_the_first_page_says_that_work_was_given_up(client: Client, dead: Reaction) -> None:
    html = client.get("/admin/").content.decode()
    assert "1 piece of follow-up work was given up." in html
    dead.delete()
    assert "was given up" not in client.get("/admin/").content.decode()


def test_events_are_found_by_the_reference_of_the_conversation(
    client: Client, dead: Reaction
) -> None:
    ticket = dead.event.ticket
    assert ticket is not None
    make_ticket()
    found = client.get(list_of(Event), {"q": ticket.reference}).context["cl"].result_list
    assert {event.ticket_id for event in found} == {ticket.pk}
