"""Conversations in bulk: as the actions would have left them, the same for the same seed."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from helpdesk.load import conversations
from tests.factories import make_admin, make_ticket
from tickets.models import (
    Customer,
    Event,
    EventKind,
    HandOver,
    Message,
    Note,
    Reaction,
    Ticket,
    TicketText,
    Turn,
)
from tickets.search.documents import texts_of


@pytest.fixture(autouse=True)
def _inside_a_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversations, "AFTERWARDS", "ANALYZE")  # VACUUM cannot be in one


def load(tickets: int = 60, **options: object) -> None:
    call_command("make_load", tickets=tickets, **options)


@pytest.mark.django_db
def test_a_load_is_whole_and_can_be_worked_with(client: Client, settings: object) -> None:
    load(200)
    assert Ticket.objects.count() == 200
    assert Customer.objects.count() == 40
    assert 3 < Message.objects.count() / 200 < 7
    assert Note.objects.exists()
    assert set(Ticket.objects.values_list("turn", flat=True)) >= {Turn.AGENT, Turn.CLOSED}
    assert Event.objects.filter(kind=EventKind.MESSAGE_POSTED).count() == Message.objects.count()
    assert not Reaction.objects.exists()
    waiting = HandOver.objects.filter(ended_at=None).values("ticket")
    assert set(waiting.values_list("ticket", flat=True)) == set(
        Ticket.objects.filter(turn=Turn.QUEUE).values_list("pk", flat=True)
    )
    for ticket in Ticket.objects.all():
        assert ticket.last_position == ticket.events.latest("position").position
        assert ticket.last_message_at == ticket.messages.latest("position").created_at
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    settings.STAFF_NEED_SECOND_FACTOR = False  # type: ignore[attr-defined]
    client.force_login(make_admin(), backend="tickets.web.logins.LogIns")
    ticket = Ticket.objects.filter(turn=Turn.AGENT).latest("pk")
    assert client.get(f"/workspace/{ticket.reference}/").status_code == 200
    assert "<mark>parcel</mark>" in client.get("/workspace/?q=parcel").text
    make_ticket()  # keys go on after those that were copied


@pytest.mark.django_db
def test_its_searchable_texts_are_those_that_the_index_would_make() -> None:
    load()
    for made in texts_of(Ticket.objects.all()):
        kept = TicketText.objects.get(pk=made.pk)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT %s::tsvector::text, %s::tsvector::text", [made.words, made.note_words]
            )
            assert (kept.words, kept.note_words) == cursor.fetchone()
        assert (kept.places, kept.note_places) == (made.places, made.note_places)
        assert (kept.team_id, kept.assignee_id, kept.last_message_at, kept.reach) == (
            made.team_id,
            made.assignee_id,
            made.last_message_at,
            made.reach,
        )


@pytest.mark.django_db
def test_real_conversations_are_left_alone_unless_somebody_says_so() -> None:
    make_ticket()
    with pytest.raises(CommandError, match="--anyway"):
        load()
    assert Ticket.objects.count() == 1
    load(anyway=True)
    load(anyway=True)  # and again, beside the first
    assert Ticket.objects.count() == 121
