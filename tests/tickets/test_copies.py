"""Who is in copy: they get the public messages by mail, from then until they are taken out."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from tests.factories import make_agent, make_message, make_note, make_reply, make_team, make_ticket
from tests.tickets.email.mail_server import (
    Inbox,
    html_of,
    inbox,
    owe_due,
    send_due,
    smtp,
    text_of,
    words,
)
from tests.tickets.email.posted import a_mail, answer_address, deliver, make_mailbox, ticket_of
from tickets import access, actions
from tickets.actions import ActionError, NotAllowed
from tickets.actors import Actor
from tickets.email import caps
from tickets.live import presence
from tickets.models import (
    Block,
    Delivery,
    DeliveryKind,
    Event,
    EventKind,
    Mailbox,
    MailTemplate,
    MailText,
    Participant,
    SiteSettings,
    Ticket,
    Turn,
    User,
)
from tickets.models.following import MOST_COPIES
from tickets.portal import news

pytestmark = pytest.mark.django_db
__all__ = ["inbox", "smtp"]  # fixtures


@pytest.fixture
def dana() -> User:
    return make_agent("Dana Osei", teams=[make_team("Gear care")])


@pytest.fixture
def ticket(dana: User) -> Ticket:
    return make_ticket(team=dana.teams.get(), turn=Turn.AGENT, agent=dana)


def add(ticket: Ticket, by: User, email: str = "partner@walkers.example") -> Participant:
    return actions.add_to_copy(actor=Actor.agent(by), ticket=ticket, email=email)


def test_who_is_in_copy_gets_what_people_say_publicly_and_nothing_else(
    ticket: Ticket, dana: User, inbox: Inbox
) -> None:
    make_reply(ticket, dana, "canary-before")
    send_due()
    inbox.raw.clear()
    inbox.recipients.clear()
    add(ticket, dana)
    add(ticket, dana, "Second@Walkers.example")
    make_note(ticket, dana, "canary-note")
    actions.hand_back(actor=Actor.agent(dana), ticket=ticket)
    actions.accept(actor=Actor.agent(dana), ticket=ticket)
    make_reply(ticket, dana, "The pole is on its way.")
    make_message(ticket, "Thank you!")
    send_due()
    copies = [
        (mail, to)
        for mail, to in zip(inbox.mails, inbox.recipients, strict=True)
        if "partner@walkers.example" in to
    ]
    assert len(copies) == 2
    assert sum("second@walkers.example" in to for to in inbox.recipients) == 2
    for mail, to in copies:
        assert to == ["partner@walkers.example"], "a mail each, which can fail for one alone"
        assert mail["Cc"] == "partner@walkers.example, second@walkers.example"
        assert ticket.reference in mail["References"]
        assert "canary" not in words(mail)
        assert "/requests/" not in words(mail), "no link to a page that they cannot open"
    assert "The pole is on its way." in words(copies[0][0])
    assert "Thank you!" in words(copies[1][0])
    assert "Dana from" in words(copies[0][0])


def test_whoever_is_taken_out_gets_nothing_more_not_even_what_waits(
    ticket: Ticket, dana: User, inbox: Inbox
) -> None:
    participant = add(ticket, dana)
    make_reply(ticket, dana)
    assert actions.remove_from_copy(
        actor=Actor.agent(dana), ticket=ticket, participant=participant.pk
    )
    send_due()
    assert not any("partner@walkers.example" in to for to in inbox.recipients)
    kinds = ticket.events.filter(kind__startswith="copy.").order_by("pk")
    assert list(kinds.values_list("kind", flat=True)) == ["copy.added", "copy.removed"]


def test_the_customer_sees_who_is_in_copy_and_the_event_names_no_address(
    ticket: Ticket, dana: User
) -> None:
    add(ticket, dana)
    seen = access.ticket_for(Actor.of_customer(ticket.customer), ticket.reference)
    status = news.news(seen, after=0)["panels"]["status"]
    assert "Copy to:" in status
    assert "partner@walkers.example" in status
    event = Event.objects.filter(kind=EventKind.COPY_ADDED).get()
    assert "partner" not in str(event.data)


def test_addresses_that_make_no_sense_are_refused_in_words(
    ticket: Ticket, dana: User, settings: Any
) -> None:
    settings.DEFAULT_FROM_EMAIL = "support@help.kestrelmoor.example"
    settings.SITE_URL = "https://help.kestrelmoor.example"
    for email, problem in (
        (ticket.customer.email or "", "customer's own"),
        (dana.email, "work here"),
        ("support@help.kestrelmoor.example", "of this helpdesk"),
        ("orders@help.kestrelmoor.example", "of this helpdesk"),
    ):
        with pytest.raises(ActionError, match=problem):
            add(ticket, dana, email)
    for no_address in ("nobody", "", "a@b\r\nBcc: c@d.example", "a@x.example, b@x.example"):
        with pytest.raises(ValidationError):
            add(ticket, dana, no_address)
    assert not Participant.objects.exists()


def test_there_are_twenty_at_most_and_each_once(ticket: Ticket, dana: User) -> None:
    for number in range(MOST_COPIES):
        add(ticket, dana, f"p{number}@walkers.example")
    assert add(ticket, dana, "P0@walkers.example") == ticket.participants.earliest("pk")
    with pytest.raises(ActionError, match="20 people"):
        add(ticket, dana)
    with pytest.raises(IntegrityError), transaction.atomic():
        Participant.objects.create(ticket=ticket, email="p0@walkers.example")
    with pytest.raises(IntegrityError), transaction.atomic():
        Participant.objects.create(ticket=ticket, email="Upper@walkers.example")


def test_nobody_but_an_agent_puts_anybody_in_copy(ticket: Ticket, dana: User) -> None:
    participant = add(ticket, dana)
    for actor in (Actor.of_customer(ticket.customer), Actor.nobody()):
        with pytest.raises(NotAllowed):
            actions.add_to_copy(actor=actor, ticket=ticket, email="x@walkers.example")
        with pytest.raises(NotAllowed):
            actions.remove_from_copy(actor=actor, ticket=ticket, participant=participant.pk)
    other = make_ticket()
    assert not actions.remove_from_copy(
        actor=Actor.agent(dana), ticket=other, participant=participant.pk
    ), "only in its own conversation"
    assert Participant.objects.get() == participant


# --- what somebody in copy writes


SAM, RUTH = "sam@walkers.example", "ruth@walkers.example"


@pytest.fixture
def by_mail(dana: User) -> tuple[Ticket, Mailbox]:
    """A conversation by mail, with Sam and Ruth in copy."""
    mailbox = make_mailbox(team=dana.teams.get())
    ticket = ticket_of(deliver(a_mail(), mailbox))
    actions.accept(actor=Actor.agent(dana), ticket=ticket)
    for address in (SAM, RUTH):
        add(ticket, dana, address)
    return ticket, mailbox


def sam_writes(ticket: Ticket, mailbox: Mailbox, **headers: Any) -> None:
    deliver(
        a_mail(
            sender=f"Sam Reed <{SAM}>",
            to=answer_address(ticket),
            body="canary: it is mine, too.",
            **headers,
        ),
        mailbox,
    )


def told(inbox: Inbox) -> dict[str, Any]:
    """The mails that pass on what Sam wrote, by whom they went to."""
    both = zip(inbox.mails, inbox.recipients, strict=True)
    return {to[0]: mail for mail, to in both if "canary" in words(mail)}


def test_what_somebody_in_copy_writes_reaches_the_customer_and_the_others_once_each(
    by_mail: tuple[Ticket, Mailbox], inbox: Inbox
) -> None:
    ticket, mailbox = by_mail
    sam_writes(ticket, mailbox)
    send_due()
    send_due()
    found = told(inbox)
    assert sorted(found) == sorted(["ines@brook.example", RUTH])
    assert len([1 for mail in inbox.mails if "canary" in words(mail)]) == 2
    ours = found["ines@brook.example"]
    assert ours["To"] == "ines@brook.example"
    assert "Sam Reed, who is in copy, wrote" in words(ours)
    assert "You are in copy" not in words(ours)
    assert "+" in ours["Reply-To"], "an answer goes into the conversation"
    assert "Sam Reed wrote to" in words(found[RUTH])
    copies = Delivery.objects.filter(kind=DeliveryKind.COPY)
    assert sorted(copies.values_list("recipient", flat=True)) == sorted(found)
    assert set(copies.values_list("state", flat=True)) == {"sent"}


def test_whoever_is_blocked_or_was_sent_it_by_its_writer_gets_no_copy(
    by_mail: tuple[Ticket, Mailbox], dana: User, inbox: Inbox
) -> None:
    ticket, mailbox = by_mail
    Block.objects.create(email=RUTH, reason="Threats.", by=dana)
    sam_writes(ticket, mailbox, Cc="ines@brook.example")
    send_due()
    assert not told(inbox)


def test_a_domain_that_is_blocked_gets_no_copy(
    by_mail: tuple[Ticket, Mailbox], dana: User, inbox: Inbox
) -> None:
    ticket, _mailbox = by_mail
    Block.objects.create(domain="walkers.example", reason="Spam.", by=dana)
    make_reply(ticket, dana, "canary")
    send_due()
    assert sorted(told(inbox)) == ["ines@brook.example"]


def test_what_a_machine_in_copy_sends_is_passed_on_to_nobody(
    by_mail: tuple[Ticket, Mailbox], inbox: Inbox
) -> None:
    ticket, mailbox = by_mail
    sam_writes(ticket, mailbox, Auto_Submitted="auto-replied")
    send_due()
    assert not told(inbox)
    assert not Delivery.objects.filter(kind=DeliveryKind.COPY).exists()


def test_a_note_is_passed_on_to_nobody(
    by_mail: tuple[Ticket, Mailbox], dana: User, inbox: Inbox
) -> None:
    make_note(by_mail[0], dana, "canary")
    send_due()
    assert not told(inbox)


def test_a_customer_who_reads_on_our_pages_is_mailed_only_what_stays_unread(
    ticket: Ticket, dana: User, inbox: Inbox
) -> None:
    SiteSettings.objects.update(unread_minutes=5)
    add(ticket, dana, SAM)
    sam_writes(ticket, make_mailbox(team=ticket.team))
    owe_due()
    delivery = Delivery.objects.get(recipient=ticket.customer.email)
    assert delivery.waits_unread
    presence.mark_here(presence.customer_key(ticket.pk))
    send_due()
    delivery.refresh_from_db()
    assert (delivery.state, told(inbox)) == ("read", {})


def test_a_customer_whose_program_answers_every_copy_ends_it_within_the_cap(
    by_mail: tuple[Ticket, Mailbox], inbox: Inbox
) -> None:
    ticket, mailbox = by_mail
    for _again in range(caps.MOST_PASSED_ON + 5):
        sam_writes(ticket, mailbox)
    send_due()
    copies = Delivery.objects.filter(kind=DeliveryKind.COPY, recipient="ines@brook.example")
    assert copies.count() == caps.MOST_PASSED_ON
    assert Event.objects.filter(kind=EventKind.MAIL_SILENCED, ticket=ticket).exists()


def test_an_admins_words_stand_around_a_copy_and_say_nothing_of_its_customer(
    ticket: Ticket, dana: User, inbox: Inbox
) -> None:
    MailTemplate.objects.create(
        kind=MailText.COPY, text="For your files, from {company}:\n\n{message}\n\nKeep it."
    )
    add(ticket, dana)
    make_reply(ticket, dana, "A spare pole is on its way.")
    send_due()
    (copy,) = (mail for mail in inbox.mails if mail["Cc"])
    for said in (text_of(copy), html_of(copy)):
        parts = (
            "For your files",
            "Dana from",
            "A spare pole is on its way.",
            "Keep it.",
            "in copy",
        )
        places = [said.index(part) for part in parts]
        assert places == sorted(places)
    others = [mail for mail in inbox.mails if not mail["Cc"]]
    assert all("For your files" not in words(mail) for mail in others)
