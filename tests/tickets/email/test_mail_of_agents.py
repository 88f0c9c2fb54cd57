"""What somebody who works here writes by mail: theirs where it is proved, else held, never taken on trust."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

import pytest

from tests.factories import make_agent, make_ticket
from tests.tickets.email.posted import a_mail, answer_address, deliver, make_mailbox, ticket_of
from tickets.actors import Actor
from tickets.email.incoming import letting_in
from tickets.models import AuthorKind, Mailbox, MailState, Note, Ticket, Turn

pytestmark = pytest.mark.django_db


def said(ticket: Ticket) -> list[tuple[str, str]]:
    rows = ticket.messages.exclude(author_kind=AuthorKind.SYSTEM).order_by("position")
    return list(rows.values_list("author_kind", "body"))


PROVED: dict[str, Any] = {"Authentication_Results": "mx.kestrelmoor.example; dmarc=pass"}


def our_mailbox() -> Mailbox:
    """One whose receiving server is known to us."""
    return make_mailbox(trusted_server="mx.kestrelmoor.example")


def test_an_agent_answers_by_mail_with_the_address_that_was_sent_to_them() -> None:
    dana = make_agent("Dana Osei", email="dana@kestrelmoor.example")
    ticket = make_ticket(turn=Turn.AGENT, agent=dana)
    mail = a_mail(
        sender="dana@kestrelmoor.example",
        to=answer_address(ticket, dana),
        body="On its way.",
        **PROVED,
    )
    row = deliver(mail, our_mailbox())

    assert row.state == MailState.DONE
    message = ticket.messages.get(author_kind=AuthorKind.AGENT)
    assert (message.author_user, message.body) == (dana, "On its way.")


def test_an_agents_mail_that_begins_as_a_note_is_one_and_no_customer_reads_it() -> None:
    dana = make_agent("Dana Osei", email="dana@kestrelmoor.example")
    ticket = make_ticket(turn=Turn.AGENT, agent=dana)
    mail = a_mail(
        sender="dana@kestrelmoor.example",
        to=answer_address(ticket, dana),
        body="#note Known fault.",
        **PROVED,
    )
    row = deliver(mail, our_mailbox())

    assert Note.objects.get().body == "Known fault."
    assert (row.state, row.message) == (MailState.NOTED, None)
    assert not ticket.messages.filter(author_kind=AuthorKind.AGENT).exists()


@pytest.mark.parametrize("lacks", ["their address", "another's address", "second factor", "team"])
def test_a_mail_in_an_agents_name_is_held_where_anything_is_missing(lacks: str) -> None:
    dana = make_agent(
        "Dana Osei", email="dana@kestrelmoor.example", second_factor=lacks != "second factor"
    )
    kim = make_agent("Kim Lund", email="kim@kestrelmoor.example")
    ticket = make_ticket(turn=Turn.AGENT, agent=kim)
    if lacks != "team":
        dana.teams.add(ticket.team)
    to = {
        "their address": answer_address(ticket),
        "another's address": answer_address(ticket, kim),
    }.get(lacks, answer_address(ticket, dana))
    mail = a_mail(sender="dana@kestrelmoor.example", to=to, **PROVED)
    row = deliver(mail, our_mailbox())

    assert (row.state, row.ticket) == (MailState.HELD, ticket)
    assert not ticket.messages.filter(author_kind=AuthorKind.AGENT).exists()


@pytest.mark.parametrize(
    ("server", "results", "said"),
    [
        ("", "mx.kestrelmoor.example; dmarc=pass", "named “our receiving server”"),
        ("", "", "named “our receiving server”"),
        ("mx.kestrelmoor.example", "", "does not say that they sent it"),
        ("mx.kestrelmoor.example", "mx.kestrelmoor.example; dmarc=none", "DMARC record for"),
        ("mx.kestrelmoor.example", "mx.kestrelmoor.example; spf=pass", "DMARC record for"),
        ("mx.kestrelmoor.example", "mx.outside.example; dmarc=pass", "does not say that they"),
        ("mx.kestrelmoor.example", "mx.kestrelmoor.example; dmarc=fail", "did not send it"),
    ],
)
def test_whoever_got_hold_of_an_agents_address_for_answers_does_not_write_as_them(
    server: str, results: str, said: str
) -> None:
    dana = make_agent("Dana Osei", email="dana@kestrelmoor.example")
    ticket = make_ticket(turn=Turn.AGENT, agent=dana)
    headers: dict[str, Any] = {"Authentication_Results": results} if results else {}
    mail = a_mail(sender="dana@kestrelmoor.example", to=answer_address(ticket, dana), **headers)
    row = deliver(mail, make_mailbox(trusted_server=server))

    assert (row.state, row.ticket) == (MailState.HELD, ticket)
    assert said in row.why
    assert not ticket.messages.filter(author_kind=AuthorKind.AGENT).exists()
    assert not Note.objects.exists()


def a_forward(**headers: Any) -> EmailMessage:
    body = (
        "Came to my own address.\n\n---------- Forwarded message ---------\n"
        "From: Ines Brook <ines@brook.example>\nDate: Mon, 30 Nov 2026 at 09:12\n"
        "Subject: My tent\nTo: <dana@kestrelmoor.example>\n\nIt has a hole.\n"
    )
    return a_mail(sender="dana@kestrelmoor.example", subject="Fwd: My tent", body=body, **headers)


def test_what_an_agent_forwards_is_a_conversation_of_whoever_wrote_it() -> None:
    dana = make_agent("Dana Osei", email="dana@kestrelmoor.example")
    row = deliver(a_forward(**PROVED), our_mailbox())

    assert ticket_of(row).customer.email == "ines@brook.example"
    assert said(ticket_of(row)) == [("customer", "It has a hole.")]
    assert ticket_of(row).turn == Turn.QUEUE
    assert [note.body for note in Note.objects.filter(author=dana)] == ["Came to my own address."]


def test_a_forward_that_nothing_proves_waits_and_opens_for_its_writer_when_an_agent_says_so() -> (
    None
):
    make_agent("Dana Osei", email="dana@kestrelmoor.example")
    row = deliver(a_forward(), make_mailbox())
    assert (row.state, Ticket.objects.count()) == (MailState.HELD, 0)
    assert "nothing proves" in row.why

    robin = make_agent("Robin Vale")
    mail = letting_in.readable(row)
    row = letting_in.open_alone(actor=Actor.agent(robin), mail=row, said=mail)
    assert ticket_of(row).customer.email == "ines@brook.example"
    assert said(ticket_of(row)) == [("customer", "It has a hole.")]
    assert not Note.objects.exists(), "nobody wrote it as Dana"
