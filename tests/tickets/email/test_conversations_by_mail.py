"""A mail finds its conversation, or begins one; what does not fit waits for agents."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import make_agent, make_customer, make_reply, make_ticket, make_visitor
from tests.tickets.email.posted import (
    INES,
    SUPPORT,
    a_mail,
    answer_address,
    deliver,
    make_mailbox,
    message_of,
    ticket_of,
)
from tickets import actions, events
from tickets.actors import Actor
from tickets.email import tokens
from tickets.models import (
    AuthorKind,
    Block,
    Channel,
    Customer,
    Event,
    EventKind,
    IncomingMail,
    MailState,
    Participant,
    Reason,
    SiteSettings,
    Ticket,
    Turn,
)

pytestmark = pytest.mark.django_db


def said(ticket: Ticket) -> list[tuple[str, str]]:
    rows = ticket.messages.exclude(author_kind=AuthorKind.SYSTEM).order_by("position")
    return list(rows.values_list("author_kind", "body"))


def test_a_mail_begins_a_conversation_of_its_sender_with_the_mailboxs_team() -> None:
    mailbox = make_mailbox()
    row = deliver(a_mail(), mailbox)

    ticket = Ticket.objects.get()
    assert (row.state, row.ticket, row.message) == (MailState.DONE, ticket, ticket.messages.first())
    assert (ticket.channel, ticket.mailbox, ticket.team) == (Channel.EMAIL, mailbox, mailbox.team)
    assert (ticket.subject, ticket.customer.email) == ("My tent", "ines@brook.example")
    assert ticket.customer.name == "Ines Brook"
    assert said(ticket) == [("customer", "It has a hole.")]
    assert (ticket.turn, ticket.handovers.get().reason) == (Turn.QUEUE, Reason.CHANNEL)


def test_where_the_assistant_answers_mail_it_has_the_first_turn() -> None:
    deliver(a_mail(), make_mailbox(assistant_answers=True))
    assert Ticket.objects.get().turn == Turn.ASSISTANT


def test_the_same_mail_delivered_twice_is_one_message() -> None:
    mailbox, other = make_mailbox(), make_mailbox("orders@kestrelmoor.example")
    mail = a_mail()
    deliver(mail, mailbox)
    deliver(mail, other)
    assert (Ticket.objects.count(), IncomingMail.objects.count()) == (1, 1)


@pytest.mark.parametrize("by", ["address", "id", "line"])
def test_an_answer_goes_on_in_its_conversation(by: str) -> None:
    mailbox = make_mailbox()
    customer = make_customer(email="ines@brook.example")
    ticket = make_ticket(customer=customer, turn=Turn.CUSTOMER, agent=make_agent())
    token = tokens.make(ticket)
    mail = {
        "address": a_mail(to=answer_address(ticket)),
        "id": a_mail(In_Reply_To=tokens.message_id("event-1.reply", token)),
        "line": a_mail(body=f"It has a hole.\n\n> earlier\n{tokens.marker(token)}"),
    }[by]
    row = deliver(mail, mailbox)

    assert (row.state, row.ticket, row.shown["how"]) == (MailState.DONE, ticket, by)
    assert said(ticket)[-1] == ("customer", "It has a hole.")
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.mailbox) == (Turn.AGENT, mailbox)
    assert message_of(row).channel == Channel.EMAIL


def test_a_second_mail_that_answers_the_first_is_the_same_conversation() -> None:
    mailbox = make_mailbox()
    first = a_mail()
    deliver(first, mailbox)
    deliver(a_mail(body="And a pole is bent.", In_Reply_To=first["Message-ID"]), mailbox)
    assert said(Ticket.objects.get()) == [
        ("customer", "It has a hole."),
        ("customer", "And a pole is bent."),
    ]


def test_what_answers_a_mail_that_is_not_read_yet_waits_for_it() -> None:
    mailbox = make_mailbox()
    first = a_mail()
    second = a_mail(body="And a pole is bent.", In_Reply_To=first["Message-ID"])
    kept = [
        actions.receive_mail(actor=Actor.system(), mailbox=mailbox, raw=mail.as_bytes())[0]
        for mail in (first, second)
    ]
    later, sooner = (Event.objects.get(subject_id=str(row.pk)) for row in reversed(kept))
    assert not events.run(later.reactions.get().pk)
    assert events.run(sooner.reactions.get().pk)
    waiting = later.reactions.get()
    waiting.due_at = waiting.event.created_at
    waiting.save()
    assert events.run(waiting.pk)
    assert len(said(Ticket.objects.get())) == 2


def test_the_number_of_a_conversation_in_the_subject_is_for_its_own_people_only() -> None:
    mailbox = make_mailbox()
    ticket = make_ticket(customer=make_customer(email="ines@brook.example"))
    subject = f"Re: [#{ticket.reference}] My tent"
    deliver(a_mail(subject=subject, body="Still there."), mailbox)
    row = deliver(a_mail(sender="eve@outside.example", subject=subject, body="Tell me."), mailbox)

    assert said(ticket)[-1] == ("customer", "Still there.")
    assert (row.state, ticket_of(row).customer.email) == (MailState.DONE, "eve@outside.example")
    assert row.ticket != ticket
    assert not ticket.participants.exists()


def test_a_stranger_with_a_quoted_address_of_ours_is_held_and_gets_nothing() -> None:
    mailbox = make_mailbox()
    ticket = make_ticket()
    before = said(ticket)
    row = deliver(a_mail(sender="eve@outside.example", to=answer_address(ticket)), mailbox)

    assert (row.state, row.ticket, row.message) == (MailState.HELD, ticket, None)
    assert row.shown["said"] == "It has a hole."
    assert said(ticket) == before
    assert not ticket.participants.exists()
    assert not Customer.objects.filter(email="eve@outside.example").exists()
    assert Event.objects.filter(kind=EventKind.MAIL_HELD, ticket=ticket).count() == 1


def test_whoever_has_an_address_that_a_visitor_only_left_writes_nothing_into_their_conversation() -> (
    None
):
    visitor = make_visitor()
    ticket = make_ticket(customer=visitor)
    actions.leave_email(actor=Actor.of_customer(visitor), ticket=ticket, email="ines@brook.example")
    row = deliver(a_mail(to=answer_address(ticket)), make_mailbox())
    assert row.state == MailState.HELD


@pytest.mark.parametrize(
    "address", ["ines@brook.example", "ınes@brook.example", "ines@BROOK.example"]
)
def test_a_twin_of_an_address_is_somebody_else_and_a_capital_letter_is_not(address: str) -> None:
    mailbox = make_mailbox()
    ticket = make_ticket(customer=make_customer(email="ines@brook.example"))
    row = deliver(a_mail(sender=address, to=answer_address(ticket)), mailbox)
    assert row.state == (MailState.DONE if address.isascii() else MailState.HELD)


def test_automatic_mail_of_a_conversation_is_shown_to_agents_and_opens_nothing() -> None:
    mailbox = make_mailbox()
    customer = make_customer(email="ines@brook.example")
    ticket = make_ticket(customer=customer, turn=Turn.CLOSED)
    before = said(ticket)
    mail = a_mail(to=answer_address(ticket), body="I am away.", Auto_Submitted="auto-replied")
    row = deliver(mail, mailbox)

    ticket.refresh_from_db()
    assert (row.state, row.ticket, row.shown["said"]) == (MailState.NOTED, ticket, "I am away.")
    assert (ticket.turn, said(ticket)) == (Turn.CLOSED, before)
    assert not Event.objects.filter(
        kind=EventKind.MESSAGE_POSTED, created_at__gt=row.created_at
    ).exists()


def test_automatic_mail_of_no_conversation_is_put_aside_or_opens_one_as_an_admin_says() -> None:
    mail = a_mail(Auto_Submitted="auto-generated")
    row = deliver(mail, make_mailbox())
    assert (row.state, Ticket.objects.count()) == (MailState.ASIDE, 0)

    mail = a_mail(Auto_Submitted="auto-generated", body="Form: a hole.")
    mailbox = make_mailbox(
        "forms@kestrelmoor.example", opens_automatic=True, assistant_answers=True
    )
    row = deliver(mail, mailbox)
    assert (row.state, Ticket.objects.get().turn) == (MailState.DONE, Turn.QUEUE)


def test_our_own_mail_that_comes_back_is_refused() -> None:
    mailbox = make_mailbox()
    ticket = make_ticket()
    own = tokens.message_id("event-1.reply", tokens.make(ticket))
    rows = [
        deliver(a_mail(Message_ID=own, to=answer_address(ticket)), mailbox),
        deliver(a_mail(sender=SUPPORT, to=answer_address(ticket)), mailbox),
        deliver(a_mail(sender=answer_address(ticket)), mailbox),
    ]
    assert [row.state for row in rows] == [MailState.REFUSED] * 3
    assert Ticket.objects.count() == 1


def test_whom_the_customer_puts_in_copy_is_in_copy_and_may_answer() -> None:
    mailbox = make_mailbox()
    make_agent(email="dana@kestrelmoor.example")
    copies = f"Sam <sam@brook.example>, {SUPPORT}, {INES}, dana@kestrelmoor.example, not an address"
    row = deliver(a_mail(Cc=copies), mailbox)
    ticket = ticket_of(row)
    assert [one.email for one in ticket.participants.all()] == ["sam@brook.example"]

    answer = deliver(
        a_mail(
            sender="Sam <sam@brook.example>",
            to=answer_address(ticket),
            Cc="eve@outside.example",
            body="It is mine, too.",
        ),
        mailbox,
    )
    message = message_of(answer)
    assert message.author_customer is not None
    assert (message.ticket, message.author_customer.email) == (ticket, "sam@brook.example")
    assert ticket.customer.email == "ines@brook.example"
    assert ticket.participants.count() == 1


def test_two_hundred_in_copy_are_twenty() -> None:
    copies = ", ".join(f"c{number}@brook.example" for number in range(200))
    row = deliver(a_mail(Cc=copies), make_mailbox())
    assert Participant.objects.filter(ticket=row.ticket).count() == 20


def test_a_blocked_sender_is_refused_and_their_mail_is_kept() -> None:
    mailbox = make_mailbox()
    lead = make_agent()
    Block.objects.create(email="ines@brook.example", reason="Threats.", by=lead)
    row = deliver(a_mail(), mailbox)
    assert (row.state, Ticket.objects.count(), bool(row.source)) == (MailState.REFUSED, 0, True)


def test_files_are_kept_and_what_cannot_be_is_named() -> None:
    png = b"\x89PNG\r\n\x1a\n" + b"0" * 50
    files = (
        ("hole.png", png),
        ("run.exe", b"MZ" + b"0" * 50),
        *((f"{n}.png", png) for n in range(9)),
    )
    row = deliver(a_mail(files=files), make_mailbox())
    assert message_of(row).attachments.count() == 5
    assert row.shown["left_out"][0] == "run.exe"
    assert len(row.shown["left_out"]) == 6


def test_a_mail_longer_than_a_message_is_cut_and_says_so() -> None:
    row = deliver(a_mail(body="x " * 30_000), make_mailbox())
    assert message_of(row).body.endswith("(The rest is in the original mail.)")
    assert len(message_of(row).body) <= 20_000


def test_a_mail_without_words_or_with_a_subject_only_is_still_a_message() -> None:
    mailbox = make_mailbox()
    assert message_of(deliver(a_mail(subject="Call me", body=""), mailbox)).body == "Call me"
    assert (
        message_of(deliver(a_mail(subject="", body=""), mailbox)).body == "(This mail has no text.)"
    )


def test_old_mail_that_lay_there_is_a_conversation_that_nobody_is_answered_in() -> None:
    row = deliver(a_mail(), make_mailbox(assistant_answers=True), is_old=True)
    assert ticket_of(row).turn == Turn.QUEUE


def test_an_answer_after_the_time_for_reopening_goes_on_in_a_linked_one() -> None:
    SiteSettings.objects.update(reopen_days=7)
    customer = make_customer(email="ines@brook.example")
    ticket = make_ticket(customer=customer, turn=Turn.CLOSED, agent=make_agent())
    Ticket.objects.filter(pk=ticket.pk).update(closed_at=ticket.created_at - timedelta(days=30))
    row = deliver(a_mail(to=answer_address(ticket)), make_mailbox())
    assert ticket_of(row).follows == ticket
    ticket.refresh_from_db()
    assert ticket.turn == Turn.CLOSED


def test_a_reply_that_an_agent_wrote_meanwhile_is_never_anothers() -> None:
    """An agent's token in a conversation that is closed: the mail is held, and nothing is lost."""
    dana = make_agent("Dana Osei", email="dana@kestrelmoor.example")
    ticket = make_ticket(turn=Turn.AGENT, agent=dana)
    make_reply(ticket, dana)
    actions.resolve(actor=Actor.agent(dana), ticket=ticket)
    row = deliver(
        a_mail(sender="dana@kestrelmoor.example", to=answer_address(ticket, dana)), make_mailbox()
    )
    assert (row.state, row.ticket) == (MailState.HELD, ticket)
    assert row.why
