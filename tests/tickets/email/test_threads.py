"""What a mail says of itself: from whom, where its answer goes, which ones it belongs to, what is in it."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.base import ContentFile

from tests.factories import make_customer, make_message, make_reply
from tests.tickets.email.mail_server import (
    SUPPORT,
    Inbox,
    html_of,
    inbox,
    mailbox,
    replied,
    send_due,
    smtp,
    text_of,
    words,
)
from tickets.email import headers, tokens
from tickets.models import (
    Attachment,
    AuthorKind,
    Delivery,
    IncomingMail,
    Mailbox,
    MailboxSending,
    MailState,
    Message,
    Quotes,
    SiteSettings,
    Ticket,
)

pytestmark = pytest.mark.django_db
__all__ = ["inbox", "mailbox", "smtp"]  # fixtures


def came(ticket: Ticket, message: Message, named: str, subject: str = "My tent") -> None:
    assert ticket.mailbox is not None
    IncomingMail.objects.create(
        mailbox=ticket.mailbox,
        identity=str(message.pk),
        internet_message_id=named,
        subject=subject,
        raw=b"",
        size=0,
        state=MailState.DONE,
        ticket=ticket,
        message=message,
    )


def by_mail(mailbox: Mailbox, ids: list[str], **fields: Any) -> Ticket:
    """Ines wrote these mails, and Dana answered the last one."""
    ticket = replied(make_customer("Ines"), "First.", mailbox=mailbox, **fields)
    dana = ticket.messages.get(author_kind=AuthorKind.AGENT).author_user
    assert dana is not None
    first = ticket.messages.get(author_kind=AuthorKind.CUSTOMER)
    for place, one in enumerate(ids):
        came(ticket, first if not place else make_message(ticket, f"Mail {place}"), one)
    make_reply(ticket, dana, "The pole is on its way.")
    return ticket


def test_the_agent_writes_from_the_mailbox_and_the_answer_finds_its_conversation(
    inbox: Inbox, mailbox: Mailbox
) -> None:
    company = SiteSettings.load().company_name
    ticket = by_mail(mailbox, ["<one@walkers.example>"])
    send_due()
    mail = inbox.last
    (sender,) = mail["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (f"Dana at {company}", SUPPORT)
    token = tokens.make(ticket)
    assert mail["Reply-To"] == tokens.address(SUPPORT, token)
    assert tokens.in_ids([mail["Message-ID"].strip()]) == tokens.Token(ticket.reference)
    assert mail["In-Reply-To"] == "<one@walkers.example>"
    assert text_of(mail).strip().splitlines()[-1] == tokens.marker(token)
    assert tokens.marker(token) in html_of(mail)
    assert mail["Subject"] == f"Re: My tent [#{ticket.reference}]"


def test_without_plus_addresses_the_answer_goes_to_the_mailbox(
    inbox: Inbox, mailbox: Mailbox
) -> None:
    Mailbox.objects.update(has_plus_addresses=False)
    by_mail(mailbox, ["<one@walkers.example>"])
    send_due()
    assert inbox.last["Reply-To"] is None


def test_the_thread_names_the_first_mail_and_the_newest_ones_in_one_line(
    inbox: Inbox, mailbox: Mailbox
) -> None:
    ids = [f"<{place}-{'x' * 60}@walkers.example>" for place in range(40)]
    by_mail(mailbox, ids)
    send_due()
    references = str(inbox.last["References"]).split()
    assert references[0] == ids[0]
    assert ids[-1] in references
    assert inbox.last["In-Reply-To"].strip() == ids[-1]
    assert len(references) <= headers.MOST_REFERENCES
    assert all(len(line) <= 998 for line in inbox.raw[-1].splitlines())
    assert len(" ".join(references)) <= headers.LONGEST_REFERENCES


def test_the_second_answer_stands_behind_the_first(inbox: Inbox, mailbox: Mailbox) -> None:
    by_mail(mailbox, ["<one@walkers.example>"])
    send_due()
    first, second = inbox.mails
    assert first["Message-ID"].strip() in str(second["References"])
    assert first["Subject"] == second["Subject"]


@pytest.mark.parametrize(
    "hostile",
    ["<a b@x>", "no brackets", "<a@x>, <b@y>", "<a@x>\tBcc: <b@y>", "<" + "x" * 248 + ">", ""],
)
def test_a_name_that_is_none_is_not_repeated(inbox: Inbox, mailbox: Mailbox, hostile: str) -> None:
    by_mail(mailbox, [hostile])
    send_due()
    mail = inbox.last
    assert mail["In-Reply-To"] is None
    assert mail["Bcc"] is None
    if hostile:
        assert hostile not in str(mail["References"])


@pytest.mark.parametrize(
    ("came_as", "leaves_as"),
    [
        ("Re: AW: Re[2]: My tent", "Re: My tent"),
        ("", "Re: Your request"),
        ("=?utf-8?q?x=0D=0ABcc:_all=40x?=", "Re: = ?utf-8?q?x=0D=0ABcc:_all=40x?="),
        ("😀" * 200, "Re: " + "😀" * 20),
    ],
)
def test_a_subject_is_kept_and_has_the_reference_at_its_end(
    inbox: Inbox, mailbox: Mailbox, came_as: str, leaves_as: str
) -> None:
    ticket = by_mail(mailbox, [])
    first = ticket.messages.order_by("position").first()
    assert first is not None
    came(ticket, first, "<one@walkers.example>", subject=came_as)
    send_due()
    subject = str(inbox.last["Subject"])
    assert subject.startswith(leaves_as)
    assert subject.endswith(f" [#{ticket.reference}]")
    assert len(subject) <= headers.LONGEST_SUBJECT
    assert inbox.last["Bcc"] is None


def test_a_conversation_of_the_portal_uses_its_mailbox_or_leads_to_the_portal(
    inbox: Inbox, mailbox: Mailbox
) -> None:
    replied(make_customer())
    send_due()
    assert inbox.last["Reply-To"] is None
    assert "##HD-" not in words(inbox.last)
    SiteSettings.objects.update(default_mailbox=mailbox)
    ticket = replied_again(make_customer())
    send_due()
    assert inbox.last["From"].addresses[0].addr_spec == SUPPORT
    assert inbox.last["Reply-To"] == tokens.address(SUPPORT, tokens.make(ticket))


def replied_again(customer: Any) -> Ticket:
    from tests.factories import make_agent, make_ticket
    from tickets.models import Turn

    ticket = make_ticket(turn=Turn.QUEUE, customer=customer)
    make_reply(ticket, make_agent())
    return ticket


def test_a_signature_stands_below_an_answer_and_quotes_only_where_an_admin_wants_them(
    inbox: Inbox, mailbox: Mailbox
) -> None:
    Mailbox.objects.update(signature="Kind regards\nKestrelmoor, gear care")
    by_mail(mailbox, ["<one@walkers.example>"])
    send_due()
    assert "Kestrelmoor, gear care" in text_of(inbox.last)
    assert "snapped at the joint" not in words(inbox.last)
    MailboxSending.objects.create(mailbox=mailbox, quotes=Quotes.ALL)
    ticket = Ticket.objects.get()
    dana = ticket.messages.filter(author_kind=AuthorKind.AGENT)[0].author_user
    assert dana is not None
    from tests.factories import make_note

    make_note(ticket, dana, "canary-note")
    make_reply(ticket, dana, "Anything else?")
    send_due()
    assert "snapped at the joint" in words(inbox.last)
    assert "> The pole is on its way." in text_of(inbox.last)
    assert "canary" not in words(inbox.last)


def test_files_go_along_up_to_a_size_and_the_rest_as_links(
    inbox: Inbox, mailbox: Mailbox, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    SiteSettings.objects.update(mail_attachment_mb=1)
    ticket = by_mail(mailbox, [])
    message = ticket.messages.latest("position")
    for name, size in (("small.txt", 2000), ("large.txt", 1_500_000)):
        Attachment.objects.create(
            message=message,
            name=name,
            size=size,
            content_type="text/plain",
            file=ContentFile(b"x" * size, name=name),
        )
    send_due()
    attached = [part.get_filename() for part in inbox.last.iter_attachments()]
    assert attached == ["small.txt"]
    assert "large.txt" in text_of(inbox.last)
    large = Attachment.objects.get(name="large.txt")
    assert str(large.pk) in text_of(inbox.last)


def test_a_token_stands_in_no_mail_with_a_code(inbox: Inbox, mailbox: Mailbox) -> None:
    SiteSettings.objects.update(default_mailbox=mailbox)
    ticket = replied_again(make_customer(email=None, claimed_email="new@walkers.example"))
    send_due()
    assert tokens.make(ticket) not in words(inbox.last)
    assert Delivery.objects.get().internet_message_id in str(inbox.last["Message-ID"])
