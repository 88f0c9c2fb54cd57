"""Mail is fetched from a real server: all of it, once, in its order, and marked afterwards."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.mail_server import MailServer
from tests.tickets.email.fetched import Fetcher, a_mail, mailbox_at, subjects, wait_until
from tests.tickets.parallel import real_transactions
from tickets.models import Event, EventKind, Fetching, IncomingMail, MailState, TakeFirst

pytestmark = real_transactions

ODD = [
    b"Subject: \x00\xff\xfe\r\n\r\n\x00\x80 8-bit \xe2\x98\x83\r\n",
    b"Subject: =?utf-8?b?8J+Ygg==?=\r\n\r\n" + b"\xf0\x9f\x98\x82" * 2000 + b"\r\n",
    b"From: nobody\r\n\r\n",
    b"no headers at all\r\n",
]


def fetched(number: int) -> bool:
    return IncomingMail.objects.count() >= number


def test_all_that_is_there_is_kept_to_the_byte_in_its_order_and_then_marked(
    dovecot: MailServer, user: str, fetcher: Fetcher
) -> None:
    mails = [a_mail(number) for number in range(1, 8)]
    dovecot.put(user, *mails)
    mailbox = mailbox_at(dovecot, user)
    fetcher.start()

    wait_until(lambda: fetched(7) and all(dovecot.flags(user)))
    kept = list(IncomingMail.objects.order_by("pk"))
    assert [mail.source for mail in kept] == mails
    assert {(mail.mailbox, mail.is_old) for mail in kept} == {(mailbox, True)}
    assert Event.objects.filter(kind=EventKind.MAIL_RECEIVED).count() == 7
    row = wait_until(lambda: Fetching.objects.filter(fetched_at__isnull=False).first())
    assert (row.last_uid, row.old_done, row.old_total, row.trouble) == (7, 7, 7, "")


def test_what_comes_later_is_new_and_comes_at_once(
    dovecot: MailServer, user: str, fetcher: Fetcher
) -> None:
    dovecot.put(user, a_mail("before"))
    mailbox_at(dovecot, user, take_first=TakeFirst.NEW)
    fetcher.start()
    wait_until(lambda: Fetching.objects.filter(fetched_at__isnull=False).exists())

    dovecot.put(user, a_mail("after"))
    wait_until(lambda: fetched(1), seconds=4)  # the server tells: nobody waits for a minute
    assert subjects() == ["My tent after"]
    assert not IncomingMail.objects.get().is_old
    assert wait_until(lambda: dovecot.flags(user) == [False, True])


def test_what_comes_while_the_one_before_is_seen_to_is_not_left_until_the_server_is_asked(
    dovecot: MailServer, user: str, fetcher: Fetcher
) -> None:
    """Nobody listens at that moment: the server may have told already, or not look for a while."""
    mailbox_at(dovecot, user, take_first=TakeFirst.NEW)
    fetcher.start()
    wait_until(lambda: Fetching.objects.filter(fetched_at__isnull=False).exists())

    for number in range(1, 13):
        dovecot.put(user, a_mail(number))
        wait_until(lambda number=number: fetched(number), seconds=12)  # type: ignore[misc]  # lambda
    assert subjects() == [f"My tent {number}" for number in range(1, 13)]


def test_of_what_is_there_only_the_last_days_are_taken(
    dovecot: MailServer, user: str, fetcher: Fetcher
) -> None:
    with dovecot.looking(user) as server:
        for days in (90, 40, 3, 1):
            then = (timezone.now() - timedelta(days=days)).timestamp()
            server.append("INBOX", "", then, a_mail(days))
    mailbox_at(dovecot, user, take_first=TakeFirst.DAYS, take_days=30)
    fetcher.start()

    row = wait_until(lambda: Fetching.objects.filter(fetched_at__isnull=False).first())
    assert subjects() == ["My tent 3", "My tent 1"]
    assert (row.old_total, row.old_done, row.is_taking_old) == (2, 2, False)


def test_nul_eight_bit_emoji_and_no_headers_are_kept_to_the_byte(
    dovecot: MailServer, user: str, fetcher: Fetcher
) -> None:
    # Dovecot refuses a NUL in APPEND; laid into its folder one arrives all the same.
    dovecot.put(user, a_mail("first"))
    place = dovecot.folder / "mail" / user / "new"
    for number, mail in enumerate(ODD):
        (place / f"{number}.odd").write_bytes(mail)
    mailbox_at(dovecot, user)
    fetcher.start()

    wait_until(lambda: fetched(5))
    sources = {mail.source for mail in IncomingMail.objects.all()}
    # A server may give a NUL as 0x80: IMAP cannot carry it.
    assert {mail.replace(b"\x00", b"\x80") for mail in ODD} <= {
        source.replace(b"\x00", b"\x80") for source in sources
    }


def test_a_mail_that_is_too_large_is_named_and_not_loaded(
    dovecot: MailServer, user: str, fetcher: Fetcher
) -> None:
    large = a_mail("large", "x" * 76 + "\r\n")[:-2] + (b"y" * 76 + b"\r\n") * 540_000
    dovecot.put(user, large, a_mail("small"))
    mailbox_at(dovecot, user)
    fetcher.start()

    wait_until(lambda: fetched(2))
    named, small = IncomingMail.objects.order_by("pk")
    assert (named.state, named.size) == (MailState.UNREADABLE, len(large))
    assert (named.subject, named.sender) == ("My tent large", "Ines <ines@brook.example>")
    assert "up to 40 MB" in named.why
    assert len(named.source) < 1000
    assert small.state == MailState.RECEIVED
    kinds = Event.objects.filter(subject_id=str(named.pk)).values_list("kind", flat=True)
    assert list(kinds) == [EventKind.MAIL_UNREADABLE]


def test_what_was_fetched_is_moved_where_the_admin_says(
    dovecot: MailServer, user: str, fetcher: Fetcher
) -> None:
    with dovecot.looking(user) as server:
        server.create("Done")
    dovecot.put(user, a_mail(1), a_mail(2))
    mailbox_at(dovecot, user, done_folder="Done")
    fetcher.start()
    wait_until(lambda: dovecot.flags(user, "Done") == [True, True])
    assert dovecot.flags(user) == []


def test_two_programs_on_one_mailbox_one_of_them_fetches_and_the_other_takes_over(
    dovecot: MailServer, user: str, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tickets.email.fetching.watching.ASK_SECONDS", 0.2)
    dovecot.put(user, *[a_mail(number) for number in range(40)])
    mailbox = mailbox_at(dovecot, user)
    programs = [fetcher.start(), fetcher.start()]
    wait_until(lambda: Fetching.objects.filter(fetched_at__isnull=False).exists())

    def at_work() -> list[bool]:
        watchers = [program.watchers.get(mailbox.pk) for program in programs]
        return [bool(watcher and watcher.connection) for watcher in watchers]

    assert sorted(at_work()) == [False, True]
    assert IncomingMail.objects.count() == 40
    first = programs[at_work().index(True)]
    first.stop()
    dovecot.put(user, a_mail("later"))
    wait_until(lambda: fetched(41))
    assert subjects()[-1] == "My tent later"


def test_a_mailbox_is_taken_up_changed_and_left_without_a_restart(
    dovecot: MailServer, user: str, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tickets.email.fetching.program.LOOK_SECONDS", 0.2)
    program = fetcher.start()
    dovecot.put(user, a_mail(1))
    mailbox = mailbox_at(dovecot, user)
    wait_until(lambda: fetched(1))

    mailbox.is_active = False
    mailbox.save()
    wait_until(lambda: not program.watchers)
    dovecot.put(user, a_mail(2))
    mailbox.is_active = True
    mailbox.save()
    wait_until(lambda: fetched(2))
    assert not IncomingMail.objects.latest("pk").is_old


def test_a_program_that_is_told_to_stop_does_so_at_once(
    dovecot: MailServer, user: str, fetcher: Fetcher
) -> None:
    mailbox_at(dovecot, user)
    fetcher.start()
    wait_until(lambda: Fetching.objects.filter(fetched_at__isnull=False).exists())
    stopped = threading.Thread(target=fetcher.stop)
    stopped.start()
    stopped.join(3)
    assert not stopped.is_alive()
