"""Mailboxes in the admin: secrets go in and never out, what does not fit is refused, all is recorded."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import make_team
from tests.tickets.admin.conftest import Change, errors_on, list_of, url_of
from tickets import actions, sealing
from tickets.actors import Actor
from tickets.models import Event, EventKind, Fetching, IncomingMail, Mailbox, MailState, WayIn

pytestmark = pytest.mark.django_db

SECRET = "a lantern in the fog"


def make_mailbox(**values: Any) -> Mailbox:
    return Mailbox.objects.create(
        **{
            "name": "Support",
            "address": "support@kestrelmoor.example",
            "team": make_team(),
            "way_in": WayIn.IMAP,
            "imap_host": "imap.example.com",
            "imap_user": "support",
            "imap_password": sealing.seal(SECRET),
            **values,
        }
    )


def press(client: Client, mailbox: Any, button: str) -> Any:
    return client.post(url_of(mailbox).replace("change/", f"do/{button}/"), follow=True)


def test_a_password_is_kept_sealed_and_never_shown_or_recorded(
    client: Client, change: Change
) -> None:
    mailbox = make_mailbox()
    assert change(mailbox, imap_password="another secret").status_code == 302
    mailbox.refresh_from_db()
    assert sealing.unseal(mailbox.imap_password) == "another secret"
    assert "another secret" not in mailbox.imap_password
    changes = Event.objects.get(kind=EventKind.SETTING_CHANGED).data["changes"]
    assert changes == {"imap_password": ["", "(changed)"]}
    for address in (url_of(mailbox), url_of(mailbox, "history"), list_of(Mailbox)):
        page = client.get(address).content.decode()
        assert "another secret" not in page
        assert mailbox.imap_password not in page


def test_a_field_that_is_left_empty_keeps_what_is_stored(change: Change) -> None:
    mailbox = make_mailbox()
    assert change(mailbox, name="Help").status_code == 302
    mailbox.refresh_from_db()
    assert sealing.unseal(mailbox.imap_password) == SECRET


def test_a_stored_password_is_not_sent_to_another_server(change: Change) -> None:
    mailbox = make_mailbox()
    assert "Enter this again" in errors_on(change(mailbox, imap_host="imap.evil.example"))
    again = change(mailbox, imap_host="imap.other.example", imap_password=SECRET)
    assert again.status_code == 302


@pytest.mark.parametrize("missing", ["imap_host", "imap_user", "folder"])
def test_what_fetching_needs_has_to_be_there(change: Change, missing: str) -> None:
    problem = errors_on(change(make_mailbox(), **{missing: ""}))
    assert "needed" in problem or "required" in problem


def test_lines_cannot_be_smuggled_into_what_is_said_to_a_server(change: Change) -> None:
    problem = errors_on(change(make_mailbox(), folder="INBOX\r\nA1 LOGOUT", imap_password=SECRET))
    assert "cannot be in it" in problem


def test_a_server_in_our_own_network_is_not_connected_to(client: Client) -> None:
    for host in (
        "127.0.0.1",
        "localhost",
        "10.0.0.1",
        "169.254.169.254",
        "::1",
        "::ffff:127.0.0.1",
    ):
        mailbox = make_mailbox(imap_host=host)
        page = press(client, mailbox, "try").content.decode()
        assert "in a network of our own" in page
        mailbox.delete()


def test_the_address_for_a_provider_is_shown_once_and_the_one_before_is_void(
    client: Client,
) -> None:
    mailbox = make_mailbox(way_in=WayIn.WEBHOOK, provider="postmark")
    shown = []
    for _ in range(2):
        page = client.post(url_of(mailbox).replace("change/", "do/new-address/"))
        assert "no-store" in page["Cache-Control"]
        shown.append(page.context["address"])
        mailbox.refresh_from_db()
        assert sealing.unseal(mailbox.webhook_secret) in page.content.decode()
        assert (
            sealing.unseal(mailbox.webhook_secret)
            not in client.get(url_of(mailbox)).content.decode()
        )
    assert shown[0] != shown[1]
    assert sealing.unseal(mailbox.webhook_secret) not in str(
        list(Event.objects.values_list("data", flat=True))
    )


def test_the_list_says_how_each_mailbox_is(client: Client) -> None:
    now = timezone.now()
    states: dict[str, dict[str, Any]] = {
        "well": {"fetched_at": now - timedelta(minutes=2)},
        "fails": {"failing_since": now - timedelta(hours=1), "trouble": "It does not answer."},
        "first": {"old_total": 10_000, "old_done": 1_200, "last_uid": 5, "old_until_uid": 9},
    }
    for name, values in states.items():
        Fetching.objects.create(
            mailbox=make_mailbox(name=name, address=f"{name}@kestrelmoor.example"), **values
        )
    page = client.get(list_of(Mailbox)).content.decode().replace("\xa0", " ")
    assert "Fetched 2 minutes ago, 0 today" in page
    assert "Fails since an hour ago: It does not answer." in page
    assert "1,200 of 10,000" in page
    home = client.get("/admin/").content.decode()
    assert "It does not answer." in home
    assert "does “manage.py fetch_mail” run?" not in home  # "first" was made a moment ago


def receive(raw: bytes = b"Subject: <script>\r\n\r\n<script>alert(1)</script>") -> IncomingMail:
    mail, _new = actions.receive_mail(actor=Actor.system(), mailbox=make_mailbox(), raw=raw)
    return mail


def test_the_source_of_a_mail_is_a_file_that_no_browser_opens_as_ours(client: Client) -> None:
    mail = receive()
    answer = client.get(url_of(mail).replace("change/", "source/"))
    assert answer.content == mail.source
    assert answer["Content-Disposition"] == f'attachment; filename="mail-{mail.pk}.eml"'
    assert answer["Content-Type"] == "application/octet-stream"
    assert "sandbox" in answer["Content-Security-Policy"]


def test_a_mail_that_could_not_be_read_is_read_again_and_that_is_recorded(client: Client) -> None:
    mail = receive()
    press(client, mail, "read-again")
    assert Event.objects.filter(kind=EventKind.MAIL_RECEIVED).count() == 1
    IncomingMail.objects.update(state=MailState.UNREADABLE, why="Nested too deep.")
    press(client, mail, "read-again")
    mail.refresh_from_db()
    assert (mail.state, mail.why) == (MailState.RECEIVED, "")
    again = Event.objects.filter(kind=EventKind.MAIL_RECEIVED).latest("pk")
    assert (again.subject_id, again.actor_user is not None) == (str(mail.pk), True)


def test_of_a_mail_that_is_not_there_whole_nothing_is_read_again(client: Client) -> None:
    actions.receive_mail(
        actor=Actor.system(), mailbox=make_mailbox(), raw=b"A: b", unreadable="Large.", size=50
    )
    press(client, IncomingMail.objects.get(), "read-again")
    assert IncomingMail.objects.get().state == MailState.UNREADABLE


def test_sources_are_forgotten_when_their_time_is_over_and_never_before_they_are_read() -> None:
    mail = receive()
    long_ago = timezone.now() - timedelta(days=91)
    IncomingMail.objects.update(created_at=long_ago)
    assert IncomingMail.objects.forget_sources() == 0  # nobody has read it yet
    IncomingMail.objects.update(state=MailState.ASIDE)
    assert IncomingMail.objects.forget_sources() == 1
    mail.refresh_from_db()
    assert (mail.source, mail.size > 0) == (b"", True)
    IncomingMail.objects.update(raw=b"x", created_at=timezone.now() - timedelta(days=89))
    assert IncomingMail.objects.forget_sources() == 0
