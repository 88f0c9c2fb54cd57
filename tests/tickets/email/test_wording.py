"""The company's own words in mails: chosen by language and place, filled without a gap, never in the way
of what every mail has to say.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from tests.factories import (
    make_agent,
    make_answer,
    make_article,
    make_customer,
    make_team,
    make_user,
)
from tests.tickets.email.mail_server import (
    Inbox,
    html_of,
    inbox,
    replied,
    send_due,
    smtp,
    text_of,
)
from tests.tickets.email.posted import a_mail, deliver, make_mailbox, ticket_of
from tickets.email import composing, wording
from tickets.models import (
    Block,
    Customer,
    Delivery,
    Mailbox,
    MailTemplate,
    MailText,
    OpeningHours,
    SiteSettings,
    Ticket,
)

pytestmark = pytest.mark.django_db
__all__ = ["inbox", "smtp"]  # fixtures


def written(kind: MailText, text: str, **more: Any) -> MailTemplate:
    return MailTemplate.objects.create(kind=kind, text=text, **more)


def test_an_admins_words_stand_in_text_and_html_and_around_them_what_has_to(inbox: Inbox) -> None:
    written(MailText.REPLY, "Hello {customer.first_name|there},\n\n{message}\n\nYours, {company}")
    mailbox = make_mailbox()
    replied(make_customer("Ines Brook"), mailbox=mailbox)
    send_due()
    mail = inbox.mail
    for said in (text_of(mail), html_of(mail)):
        assert said.index("Hello Ines,") < said.index("A spare pole is on its way.")
        assert "Dana from" in said, "who writes is no part of the text"
        assert "/requests/" in said
        assert "##HD-" in said
    assert "+" in mail["Reply-To"]


def test_what_the_assistant_is_and_how_to_reach_a_person_stand_there_whatever_a_text_says(
    inbox: Inbox,
) -> None:
    written(MailText.ANSWER, "{message}")
    MailTemplate.objects.update(text="I am Dana, and I read your mail myself. {message}")
    ticket = ticket_of(deliver(a_mail(), make_mailbox(assistant_answers=True)))
    make_answer(ticket, articles=[make_article()])
    send_due()
    for said in (text_of(inbox.last), html_of(inbox.last)):
        assert "not a person" in said
        assert said.index("not a person") < said.index("I am Dana")
        assert "Talk to a human" in said
        assert "/by-mail/" in said


def test_the_language_counts_before_the_mailbox_and_that_before_the_team() -> None:
    mailbox, team = make_mailbox(), make_team("Orders")
    plain = written(MailText.CLOSING, "plain {day}")
    german = written(MailText.CLOSING, "german {day}", language="de")
    here = written(MailText.CLOSING, "here {day}", mailbox=mailbox)
    theirs = written(MailText.CLOSING, "theirs {day}", team=team)
    written(MailText.CLOSING, "off {day}", language="de", mailbox=mailbox, is_active=False)
    written(MailText.REPLY, "{message}", language="de", mailbox=mailbox)

    def found(language: str, at: Mailbox | None, of: Any) -> MailTemplate | None:
        return wording.chosen(MailText.CLOSING, language, mailbox=at, team=of)

    assert found("de", mailbox, team) == german
    assert found("de-CH", None, None) == german
    assert found("fr", mailbox, team) == here
    assert found("fr", None, team) == theirs
    assert found("fr", make_mailbox("orders@kestrelmoor.example"), make_team("Care")) == plain
    MailTemplate.objects.exclude(pk=german.pk).delete()
    assert found("fr", None, None) is None, "nobody is answered in a language not their own"


def test_without_a_text_of_its_own_every_mail_says_what_is_shipped() -> None:
    for kind in MailText:
        shipped = wording.SHIPPED[kind]
        assert not wording.problems(kind, str(shipped.subject), str(shipped.text))
        words = wording.filled(
            kind, None, {"company": "Kestrel", "day": "Monday", "blocked": "No."}
        )
        assert "{" not in words.before + words.after + words.subject


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        (MailText.CLOSING, "Closed after {day} by {agent.first_name}.", "no {agent.first_name}"),
        (MailText.CLOSING, "It is closed soon.", "has to be in it: {day}"),
        (MailText.CLOSING, "Hello {customer.first_name}, after {day}.", "where the name is not"),
        (MailText.REPLY, "Hello.", "has to be in it: {message}"),
        (MailText.REPLY, "{message} {message}", "once only"),
        (MailText.CONFIRM_ADDRESS, "{customer.name|x}, {code}", "no {customer.name|x}"),
        (MailText.ACKNOWLEDGEMENT, "We have it.", "has to be in it: {expected}"),
        (MailText.COPY, "Hello {customer.name|there}: {message}", "no {customer.name|there}"),
        (MailText.LOGIN_RESET, "Ask us for it.", "has to be in it: {code}"),
        (MailText.LOGIN_EXISTS, "{link} or {link}", "once only"),
        (MailText.LOGIN_CONFIRM, "{link} {code}", "no {link}"),
        (MailText.REPLY, "{message.body.__class__}", "no {message.body.__class__}"),
    ],
)
def test_a_text_that_would_leave_a_gap_is_refused_in_words(
    kind: MailText, text: str, said: str
) -> None:
    assert said in wording.problems(kind, "", text)["text"]


def test_a_mail_with_the_conversations_subject_has_no_other() -> None:
    assert "Leave this empty" in wording.problems(MailText.REPLY, "Hi", "{message}")["subject"]
    assert "no {code}" in wording.problems(MailText.CONFIRM_ADDRESS, "{code}", "{code}")["subject"]


@pytest.mark.parametrize(
    "name",
    [
        "Visit evil.example now",
        "https://evil.example",
        "{company}",
        "<b>Ines</b>",
        "[win](http://evil.example)",
        "a@b.example",
        "",
        "x" * 100,
    ],
)
def test_a_name_that_is_none_is_not_written_to_anybody(name: str) -> None:
    template = MailTemplate(kind=MailText.REPLY, text="Hello {customer.name|there}, {message}")
    values = wording.about(Customer(name=name), SiteSettings(company_name="Kestrel"))
    assert wording.filled(MailText.REPLY, template, values).before == "Hello there,"


def test_no_value_is_read_again() -> None:
    template = MailTemplate(kind=MailText.CLOSING, text="{company} {day}")
    words = wording.filled(MailText.CLOSING, template, {"company": "{day}", "day": "Monday"})
    assert words.before == "{day} Monday"


def test_a_day_is_said_in_the_time_zone_of_its_reader(inbox: Inbox) -> None:
    hours = OpeningHours.objects.create(name="Far away", timezone="Pacific/Auckland")
    written(MailText.ACKNOWLEDGEMENT, "Got it. {expected}")
    mailbox = make_mailbox(team=make_team("Care", hours=hours))
    deliver(a_mail(), mailbox)
    send_due()
    delivery = Delivery.objects.get()
    assert str(composing.zone_of(delivery)) == "Pacific/Auckland"
    user = make_user("ines.brook@brook.example", timezone="Europe/Lisbon")
    Customer.objects.filter(pk=delivery.ticket.customer_id).update(user=user)
    delivery = Delivery.objects.get()
    assert str(composing.zone_of(delivery)) == "Europe/Lisbon"


def test_a_text_for_unread_answers_is_not_that_of_other_answers(inbox: Inbox) -> None:
    SiteSettings.objects.update(unread_minutes=5)
    written(MailText.UNREAD, "You were away:\n\n{message}")
    replied(make_customer())
    send_due()
    assert "You were away:" in text_of(inbox.mail)


def test_an_answer_to_a_mail_was_not_left_unread(inbox: Inbox) -> None:
    SiteSettings.objects.update(unread_minutes=5)
    written(MailText.UNREAD, "You were away:\n\n{message}")
    replied(make_customer(), mailbox=make_mailbox())
    send_due()
    assert "You were away:" not in text_of(inbox.mail)


def test_whoever_is_blocked_reads_it_in_the_mailboxs_words_as_text_and_html(inbox: Inbox) -> None:
    mailbox = make_mailbox(language="de")
    written(MailText.BLOCKED, "Leider nicht. {blocked} {other_ways}", language="de", subject="Nein")
    Block.objects.create(email="ines@brook.example", reason="Threats.", by=make_agent())
    deliver(a_mail(), mailbox)
    send_due()  # which queues it
    send_due()
    assert inbox.mail["Subject"] == "Nein"
    for said in (text_of(inbox.mail), html_of(inbox.mail)):
        assert "Leider nicht. We do not take messages" in said
    assert not Ticket.objects.exists()


def test_one_text_for_each_place_and_language() -> None:
    mailbox, team = make_mailbox(), make_team("Orders")
    written(MailText.CLOSING, "{day}")
    for values in (
        {},
        {"mailbox": mailbox, "team": team},
        {"language": "German"},
        {"kind": "other"},
        {"language": "fr", "text": ""},
        {"kind": MailText.LOGIN_RESET, "text": "{code}", "mailbox": mailbox},
        {"kind": MailText.LOGIN_EXISTS, "text": "{link}", "team": team},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            MailTemplate.objects.create(**{"kind": MailText.CLOSING, "text": "{day}", **values})


def test_the_help_names_every_placeholder() -> None:
    with translation.override("en"):
        names = dict(wording.names_of(MailText.REPLY))
    assert "{customer.first_name|there}" in names
    assert all(names.values())
