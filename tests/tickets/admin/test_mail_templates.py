"""The texts of mails in the admin: begun from what is shipped, checked, looked at, and tried out."""

from __future__ import annotations

from typing import Any

import pytest
from django.template.defaultfilters import force_escape
from django.test import Client
from django.urls import reverse

from tests.factories import make_agent
from tests.tickets.admin.conftest import Change, errors_on, list_of, sent_by, url_of
from tests.tickets.email.mail_server import Inbox, html_of, inbox, no_server, smtp, text_of
from tests.tickets.email.posted import make_mailbox
from tickets.email import wording
from tickets.models import Event, EventKind, MailTemplate, MailText, Ticket, User
from tickets.models.mail_templates import OF_LOG_INS

pytestmark = pytest.mark.django_db
__all__ = ["inbox", "no_server", "smtp"]  # fixtures

ADD = "/admin/tickets/mailtemplate/add/"


@pytest.fixture
def template() -> MailTemplate:
    return MailTemplate.objects.create(
        kind=MailText.REPLY, text="Hello {customer.first_name|there},\n\n{message}"
    )


def test_a_new_text_begins_with_what_is_shipped_and_its_saving_is_recorded(client: Client) -> None:
    page = client.get(f"{ADD}?kind=closing")
    assert "Nobody wrote in your conversation" in page.content.decode()
    assert "{customer.first_name|there}" in page.content.decode()
    values = sent_by(page) | {"text": "Over after {day}.", "language": " DE "}
    assert client.post(ADD, values).status_code == 302
    row = MailTemplate.objects.get()
    assert (row.kind, row.language, row.text) == ("closing", "de", "Over after {day}.")
    assert Event.objects.get(kind=EventKind.SETTING_ADDED).subject_id == str(row.pk)


def test_the_list_leads_to_each_kind_with_its_shipped_text(client: Client) -> None:
    page = client.get(list_of(MailTemplate)).content.decode()
    for kind in MailText:
        assert f"{ADD}?kind={kind}" in page


def test_what_would_leave_a_gap_is_refused_and_nothing_is_saved(
    change: Change, template: MailTemplate
) -> None:
    assert "There is no {secret}" in errors_on(change(template, text="{message} {secret}"))
    assert "has to be in it" in errors_on(change(template, text="Hello"))
    assert "conversation" in errors_on(change(template, subject="Hi"))
    assert "code of a language" in errors_on(change(template, language="german!"))
    template.refresh_from_db()
    assert "Hello {customer" in template.text
    assert not Event.objects.filter(kind=EventKind.SETTING_CHANGED).exists()


@pytest.mark.parametrize("kind", list(MailText))
def test_the_preview_shows_every_kind_as_its_reader_gets_it_and_keeps_nothing(
    client: Client, kind: MailText
) -> None:
    row = MailTemplate.objects.create(
        kind=kind,
        text=f"canary {wording.SHIPPED[kind].text}",
        mailbox=None if kind in OF_LOG_INS else make_mailbox(),
    )
    page = client.get(url_of(row, "preview"))
    written = page.context["written"]
    assert written.subject
    assert "canary" in written.text
    assert "canary" in written.html
    assert "{" not in written.text.replace("##HD", "")
    shown = page.content.decode()
    assert "sandbox" in shown
    assert force_escape(written.html) in shown, "all of it is in the frame's attribute"
    if kind in OF_LOG_INS:
        assert "If it was not you" in written.text
    if kind == MailText.ANSWER:
        assert "Talk to a human" in written.text
        assert "not a person" in written.html
    assert not Ticket.objects.exists()


def test_a_text_of_an_admin_is_no_html(client: Client, template: MailTemplate) -> None:
    MailTemplate.objects.update(text="<script>alert(1)</script> {message}")
    written = client.get(url_of(template, "preview")).context["written"]
    assert "<script" not in written.html


def test_a_test_goes_to_whoever_asks_for_it_alone(
    client: Client, template: MailTemplate, inbox: Inbox, odhran: User
) -> None:
    page = client.post(url_of(template).replace("change/", "do/test/"), follow=True)
    assert f"on its way to {odhran.email}" in page.content.decode()
    assert inbox.recipients == [[odhran.email]]
    assert inbox.mail["Subject"].startswith("Test: Re: My tent leaks")
    assert inbox.mail["Auto-Submitted"] == "auto-generated"
    for said in (text_of(inbox.mail), html_of(inbox.mail)):
        assert "Hello Ines," in said


@pytest.mark.usefixtures("no_server")
def test_a_test_that_is_not_sent_says_why(client: Client, template: MailTemplate) -> None:
    page = client.post(url_of(template).replace("change/", "do/test/"), follow=True)
    assert "It was not sent. The mail server says:" in page.content.decode()


def test_nobody_but_an_admin_sees_or_sends_any(client: Client, template: MailTemplate) -> None:
    client.force_login(make_agent())
    assert (
        client.get(reverse("admin:tickets_mailtemplate_preview", args=[template.pk])).status_code
        == 404
    )
    answer: Any = client.post(url_of(template).replace("change/", "do/test/"))
    assert answer.status_code == 404
