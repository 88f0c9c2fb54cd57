"""A part of a conversation becomes one of its own; the first stays as everybody read it."""

from __future__ import annotations

import uuid

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.factories import make_agent, make_message, make_reply, make_team, make_ticket
from tests.tickets.parallel import real_transactions, together
from tickets import actions
from tickets.actions import NotAllowed
from tickets.actors import Actor
from tickets.intake.attachments import check
from tickets.models import (
    AuthorKind,
    EventKind,
    Message,
    Reaction,
    Team,
    Ticket,
    TicketLink,
    Turn,
    User,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return make_team("Gear care")


@pytest.fixture
def dana(team: Team) -> User:
    return make_agent("Dana Osei", teams=[team])


@pytest.fixture
def ticket(team: Team, dana: User) -> Ticket:
    found = make_ticket(team=team, turn=Turn.AGENT, agent=dana, body="My tent leaks")
    make_reply(found, dana, "Which one?")
    make_message(found, "A Fell 2. By the way, where is my invoice?")
    make_message(found, "It was due in March.")
    return Ticket.objects.get(pk=found.pk)


def by_customer(ticket: Ticket) -> list[Message]:
    return list(ticket.messages.filter(author_kind=AuthorKind.CUSTOMER).order_by("position"))


def test_the_words_are_copied_and_both_name_the_other(ticket: Ticket, dana: User) -> None:
    said = by_customer(ticket)
    before = list(ticket.messages.order_by("position").values())
    part = actions.split(actor=Actor.agent(dana), ticket=ticket, position=said[1].position)

    assert (part.customer, part.team, part.assignee) == (ticket.customer, ticket.team, dana)
    assert part.turn == Turn.AGENT
    assert [(m.body, m.created_at) for m in by_customer(part)] == [
        (said[1].body, said[1].created_at)
    ]
    assert list(ticket.messages.order_by("position").values())[:-1] == before
    for one, other in ((ticket, part), (part, ticket)):
        line = one.messages.filter(author_kind=AuthorKind.SYSTEM).latest("position")
        assert other.reference in line.body
    assert TicketLink.objects.between(ticket, part).get().kind == "related"
    for one in (ticket, part):
        event = one.events.get(kind=EventKind.TICKET_SPLIT)
        assert (event.data["split"], event.data["from"]) == (part.pk, ticket.pk)


def test_what_they_wrote_after_it_goes_along_if_wanted_and_no_answer_does(
    ticket: Ticket, dana: User
) -> None:
    make_reply(ticket, dana, "I send it.")
    mails = Reaction.objects.filter(name="mail.reply").count()
    said = by_customer(ticket)
    part = actions.split(
        actor=Actor.agent(dana), ticket=ticket, position=said[1].position, and_later=True
    )
    assert [m.body for m in by_customer(part)] == [m.body for m in said[1:]]
    assert not part.messages.filter(author_kind=AuthorKind.AGENT).exists()
    assert Reaction.objects.filter(name="mail.reply").count() == mails


def test_the_files_go_along_and_are_stored_once(ticket: Ticket, dana: User) -> None:
    upload = SimpleUploadedFile("pole.txt", b"broken")
    sent = actions.post_message(
        actor=Actor.of_customer(ticket.customer), ticket=ticket, body="", uploads=check([upload])
    )
    part = actions.split(actor=Actor.agent(dana), ticket=ticket, position=sent.position)
    one, copy = sent.attachments.get(), by_customer(part)[0].attachments.get()
    assert (copy.file.name, copy.name, copy.size) == (one.file.name, "pole.txt", 6)


@pytest.mark.parametrize("position", [0, 1, 9999])
def test_only_the_customers_words_are_split_off(ticket: Ticket, dana: User, position: int) -> None:
    with pytest.raises(ValidationError):
        actions.split(actor=Actor.agent(dana), ticket=ticket, position=position)
    with pytest.raises(NotAllowed):
        actions.split(actor=Actor.of_customer(ticket.customer), ticket=ticket, position=2)
    assert Ticket.objects.count() == 1


@real_transactions
def test_a_double_click_splits_once() -> None:
    team = make_team("Gear care")
    dana = make_agent(teams=[team])
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    said, once = by_customer(ticket)[0], uuid.uuid4()
    done = together(
        2,
        lambda _n: actions.split(
            actor=Actor.agent(dana), ticket=ticket, position=said.position, client_id=once
        ),
    )
    assert done[0] == done[1]
    assert Ticket.objects.count() == 2
