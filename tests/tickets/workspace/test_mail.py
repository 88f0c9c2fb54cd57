"""Mail that waits for somebody: who sees it, what they decide, and what of it reaches whom."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import make_agent, make_customer, make_ticket
from tests.tickets.email.posted import (
    a_mail,
    answer_address,
    deliver,
    make_mailbox,
    message_of,
    ticket_of,
)
from tickets.models import (
    AuthorKind,
    Event,
    EventKind,
    IncomingMail,
    Mailbox,
    MailState,
    Ticket,
    Turn,
    User,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def mailbox() -> Mailbox:
    return make_mailbox()


@pytest.fixture
def dana(mailbox: Mailbox) -> User:
    return make_agent("Dana Osei", teams=[mailbox.team], email="dana@kestrelmoor.example")


@pytest.fixture
def agent(client: Client, dana: User) -> Client:
    client.force_login(dana)
    return client


@pytest.fixture
def held(mailbox: Mailbox, dana: User) -> IncomingMail:
    ticket = make_ticket(turn=Turn.AGENT, agent=dana, team=mailbox.team)
    return deliver(
        a_mail(sender="Sam <sam@brook.example>", to=answer_address(ticket), body="Mine, too."),
        mailbox,
    )


def post(client: Client, name: str, mail: IncomingMail) -> Any:
    return client.post(reverse(f"workspace-{name}", args=[mail.pk]))


def test_a_held_mail_stands_beside_its_conversation_and_in_the_list_of_what_waits(
    agent: Client, held: IncomingMail
) -> None:
    assert held.ticket is not None
    page = agent.get(reverse("workspace-ticket", args=[ticket_of(held).reference])).content.decode()
    assert reverse("workspace-mail", args=[held.pk]) in page
    assert "Its sender takes no part in this conversation." in page
    assert "Mine, too." not in page
    listed = agent.get(reverse("workspace-mails")).content.decode()
    assert reverse("workspace-mail", args=[held.pk]) in listed
    counts = agent.get(reverse("workspace-counts")).json()
    assert [one["words"] for one in counts["mails"]] == ["1 mail wants a look"]


def test_whoever_is_let_in_is_in_copy_and_their_words_are_in_the_conversation(
    agent: Client, held: IncomingMail, dana: User
) -> None:
    assert post(agent, "let-mail-in", held).status_code == 302

    held.refresh_from_db()
    assert held.state == MailState.DONE
    assert held.message is not None
    assert message_of(held).body == "Mine, too."
    author = message_of(held).author_customer
    assert author is not None
    assert author.email == "sam@brook.example"
    assert [one.email for one in ticket_of(held).participants.all()] == ["sam@brook.example"]
    event = Event.objects.get(kind=EventKind.MAIL_LET_IN)
    assert (event.actor_user, event.ticket) == (dana, held.ticket)


def test_two_who_let_the_same_mail_in_say_it_once(agent: Client, held: IncomingMail) -> None:
    post(agent, "let-mail-in", held)
    again = post(agent, "let-mail-in", held)
    assert again.status_code == 409
    assert "decided" in again.content.decode()
    assert ticket_of(held).messages.filter(body="Mine, too.").count() == 1


def test_a_held_mail_can_begin_a_conversation_of_its_own(agent: Client, held: IncomingMail) -> None:
    post(agent, "open-mail", held)
    held.refresh_from_db()
    assert (held.state, ticket_of(held).customer.email) == (MailState.DONE, "sam@brook.example")
    assert ticket_of(held).turn == Turn.QUEUE
    assert Ticket.objects.count() == 2


def test_what_is_dismissed_waits_no_more_and_is_kept(agent: Client, held: IncomingMail) -> None:
    post(agent, "dismiss-mail", held)
    held.refresh_from_db()
    assert (held.state, bool(held.source)) == (MailState.DISMISSED, True)
    assert (
        reverse("workspace-mail", args=[held.pk])
        not in agent.get(reverse("workspace-mails")).content.decode()
    )
    assert post(agent, "let-mail-in", held).status_code == 409


def test_a_colleagues_address_is_never_let_in_as_a_customer(
    agent: Client, mailbox: Mailbox, dana: User
) -> None:
    ticket = make_ticket(turn=Turn.AGENT, agent=dana, team=mailbox.team)
    mail = deliver(a_mail(sender="dana@kestrelmoor.example", to=answer_address(ticket)), mailbox)
    refused = post(agent, "let-mail-in", mail)
    assert refused.status_code == 409
    assert not ticket.participants.exists()
    mail.refresh_from_db()
    assert mail.state == MailState.HELD


def test_an_agent_of_another_team_finds_none_of_it(client: Client, held: IncomingMail) -> None:
    client.force_login(make_agent(teams=[make_mailbox("other@kestrelmoor.example").team]))
    for name in ("mail", "mail-original", "mail-source"):
        assert client.get(reverse(f"workspace-{name}", args=[held.pk])).status_code == 404
    for name in ("let-mail-in", "open-mail", "dismiss-mail", "read-mail-again"):
        assert post(client, name, held).status_code == 404
    assert (
        reverse("workspace-mail", args=[held.pk])
        not in client.get(reverse("workspace-mails")).content.decode()
    )
    held.refresh_from_db()
    assert held.state == MailState.HELD


def test_below_a_message_by_mail_stands_who_it_was_from_and_a_doubt(
    agent: Client, dana: User
) -> None:
    mailbox = make_mailbox(
        "orders@kestrelmoor.example", team=dana.teams.get(), trusted_server="mx.kestrelmoor.example"
    )
    mail = a_mail(Authentication_Results="mx.kestrelmoor.example; dmarc=fail")
    row = deliver(mail, mailbox)
    page = agent.get(reverse("workspace-ticket", args=[ticket_of(row).reference])).content.decode()
    assert "ines@brook.example" in page
    assert "this address was not theirs to use" in page
    assert reverse("workspace-mail", args=[row.pk]) in page


def test_an_out_of_office_reply_is_read_above_the_composer_until_somebody_writes(
    agent: Client, mailbox: Mailbox, dana: User
) -> None:
    customer = make_customer(email="ines@brook.example")
    ticket = make_ticket(customer=customer, turn=Turn.CUSTOMER, agent=dana, team=mailbox.team)
    mail = a_mail(to=answer_address(ticket), body="Back on Monday.", Auto_Submitted="auto-replied")
    deliver(mail, mailbox)
    address = reverse("workspace-ticket", args=[ticket.reference])
    assert "Back on Monday." in agent.get(address).content.decode()
    deliver(a_mail(to=answer_address(ticket), body="I am back."), mailbox)
    assert "Back on Monday." not in agent.get(address).content.decode()


def test_nothing_runs_in_an_original_and_nothing_is_fetched_from_elsewhere(
    agent: Client, held: IncomingMail
) -> None:
    response = agent.get(reverse("workspace-mail-original", args=[held.pk]))
    policy = response["Content-Security-Policy"]
    assert policy.startswith("sandbox")
    assert "default-src 'none'" in policy
    assert "http" not in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    asked = agent.get(reverse("workspace-mail-original", args=[held.pk]), {"pictures": "yes"})
    assert asked["Content-Security-Policy"].endswith("img-src data: https: http:")


def test_a_source_is_saved_as_it_came_and_never_shown(agent: Client, held: IncomingMail) -> None:
    response = agent.get(reverse("workspace-mail-source", args=[held.pk]))
    assert response.content == held.source
    assert response["Content-Disposition"].startswith("attachment")


def test_what_could_not_be_read_is_read_once_more_when_somebody_asks(
    agent: Client, mailbox: Mailbox
) -> None:
    mail = deliver(a_mail(), mailbox)
    IncomingMail.objects.filter(pk=mail.pk).update(
        state=MailState.UNREADABLE, message=None, ticket=None, why="Too deep."
    )
    post(agent, "read-mail-again", mail)
    mail.refresh_from_db()
    assert mail.state == MailState.RECEIVED
    assert Event.objects.filter(kind=EventKind.MAIL_RECEIVED, subject_id=str(mail.pk)).count() == 2


def test_the_bytes_of_a_mail_never_come_along_with_a_conversation(
    agent: Client, mailbox: Mailbox
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    row = deliver(a_mail(), mailbox)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        agent.get(reverse("workspace-ticket", args=[ticket_of(row).reference]))
    assert not any('"raw"' in query["sql"] for query in asked)
    assert ticket_of(row).messages.filter(author_kind=AuthorKind.CUSTOMER).exists()
