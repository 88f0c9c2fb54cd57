"""What goes wrong while mail is fetched loses nothing, doubles nothing, and is said to the admin."""

from __future__ import annotations

import os
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection

from tests.mail_server import PASSWORD, MailServer
from tests.tickets.email.fetched import Fetcher, a_mail, mailbox_at, subjects, wait_until
from tests.tickets.parallel import real_transactions
from tickets import actions, sealing
from tickets.email.fetching.trying import attempt
from tickets.models import (
    Event,
    EventKind,
    Fetching,
    IncomingMail,
    Mailbox,
    MailState,
    Security,
    TakeFirst,
)

pytestmark = real_transactions


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries follow each other quickly."""
    monkeypatch.setattr("tickets.email.fetching.watching.ASK_SECONDS", 0.2)
    monkeypatch.setattr("tickets.email.fetching.watching.LONGEST_WAIT", 0.3)
    monkeypatch.setattr("tickets.email.fetching.watching.LONGEST_LASTING", 0.3)
    monkeypatch.setattr("tickets.email.fetching.program.LOOK_SECONDS", 0.2)


def in_order() -> bool:
    return Fetching.objects.filter(fetched_at__isnull=False, failing_since=None).exists()


def events_of(mailbox: Mailbox) -> list[str]:
    found = Event.objects.filter(subject="tickets.mailbox", subject_id=str(mailbox.pk))
    return list(found.order_by("pk").values_list("kind", flat=True))


def test_a_password_that_changes_is_said_once_and_works_again_when_it_is_back(
    dovecot: MailServer, user: str, fetcher: Fetcher
) -> None:
    dovecot.set_password(user, "another password")
    mailbox = mailbox_at(dovecot, user)
    fetcher.start()
    row = wait_until(lambda: Fetching.objects.exclude(trouble="").first())
    assert "does not accept the log-in" in row.trouble
    assert PASSWORD not in row.trouble
    time.sleep(1)  # several tries

    dovecot.set_password(user)
    wait_until(in_order)
    assert events_of(mailbox) == [EventKind.MAILBOX_FAILING, EventKind.MAILBOX_WORKS_AGAIN]
    assert PASSWORD not in str(list(Event.objects.values_list("data", flat=True)))


def test_a_server_that_is_restarted_is_fetched_from_again(
    dovecot: MailServer, user: str, fetcher: Fetcher
) -> None:
    mailbox = mailbox_at(dovecot, user)
    fetcher.start()
    wait_until(in_order)
    dovecot.stop()
    try:
        wait_until(lambda: Fetching.objects.exclude(trouble="").exists())
        assert "does not answer" in Fetching.objects.get().trouble
    finally:
        dovecot.start()
    dovecot.put(user, a_mail("afterwards"))
    wait_until(lambda: subjects() == ["My tent afterwards"])
    assert events_of(mailbox)[0] == EventKind.MAILBOX_FAILING


def test_numbers_that_the_server_gives_anew_double_nothing_and_lose_nothing(
    dovecot: MailServer, user: str, fetcher: Fetcher
) -> None:
    dovecot.put(user, a_mail("never taken"))
    mailbox_at(dovecot, user, take_first=TakeFirst.NEW)
    fetcher.start()
    wait_until(in_order)
    dovecot.put(user, a_mail(1), a_mail(2))
    wait_until(lambda: IncomingMail.objects.count() == 2)
    before = Fetching.objects.get().uid_validity
    fetcher.stop()

    dovecot.renumber(user)
    dovecot.put(user, a_mail(3))
    fetcher.start()
    wait_until(lambda: "My tent 3" in subjects())
    assert Fetching.objects.get().uid_validity != before
    kept = {mail.source.split()[6]: mail.is_old for mail in IncomingMail.objects.all()}
    assert [subject for subject in subjects() if subject != "My tent never taken"] == [
        *("My tent 1", "My tent 2", "My tent 3")
    ]
    assert not IncomingMail.objects.latest("pk").is_old, kept
    old = [m for m in IncomingMail.objects.all() if b"never taken" in m.source]
    assert all(mail.is_old for mail in old)


def test_a_database_that_is_full_in_the_middle_marks_nothing_and_goes_on_later(
    dovecot: MailServer, user: str, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database's refusal is played: to fill its disk takes a file system of its own, which only an
    administrator of the machine mounts.
    """
    dovecot.put(user, a_mail(1), a_mail(2), a_mail(3))
    mailbox = mailbox_at(dovecot, user)
    keep, full = actions.keep_fetched, threading.Event()
    full.set()

    def keep_or_not(**values: Any) -> Any:
        if full.is_set() and values["uid"] >= 2:
            raise OperationalError("could not extend file: No space left on device")
        return keep(**values)

    monkeypatch.setattr(actions, "keep_fetched", keep_or_not)
    fetcher.start()
    wait_until(lambda: IncomingMail.objects.count() == 1)
    time.sleep(1)
    assert dovecot.flags(user)[1:] == [False, False]
    assert events_of(mailbox) == []  # it is not the mailbox's fault
    full.clear()
    wait_until(lambda: IncomingMail.objects.count() == 3)
    assert wait_until(lambda: all(dovecot.flags(user)))


def test_a_mailbox_that_is_switched_off_while_it_fetches_is_left_at_once(
    dovecot: MailServer, user: str, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    dovecot.put(user, *[a_mail(number) for number in range(30)])
    mailbox = mailbox_at(dovecot, user)
    keep = actions.keep_fetched

    def slowly(**values: Any) -> Any:
        if values["uid"] == 5:
            Mailbox.objects.filter(pk=mailbox.pk).update(is_active=False)
        return keep(**values)

    monkeypatch.setattr(actions, "keep_fetched", slowly)
    program = fetcher.start()
    wait_until(lambda: Mailbox.objects.filter(is_active=False).exists())
    wait_until(lambda: not program.watchers)
    assert IncomingMail.objects.count() == 4


def test_connections_that_postgresql_cuts_are_made_again(
    dovecot: MailServer, user: str, fetcher: Fetcher
) -> None:
    mailbox_at(dovecot, user)
    fetcher.start()
    wait_until(in_order)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    dovecot.put(user, a_mail("afterwards"))
    wait_until(lambda: subjects() == ["My tent afterwards"])


def test_a_killed_programs_lock_is_free_at_once(
    dovecot: MailServer, user: str, fetcher: Fetcher
) -> None:
    mailbox = mailbox_at(dovecot, user)
    values = connection.get_connection_params()
    address = psycopg.conninfo.make_conninfo(
        **{name: values[name] for name in ("host", "port", "dbname", "user") if values.get(name)}
    )
    holding = (
        "import psycopg, sys, time\n"
        "server = psycopg.connect(sys.argv[1], autocommit=True)\n"
        "server.execute('SELECT pg_advisory_lock(%s, %s)', (0x6D61696C, int(sys.argv[2])))\n"
        "print('held', flush=True)\n"
        "time.sleep(60)\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", holding, address, str(mailbox.pk)], stdout=subprocess.PIPE
    )
    assert other.stdout is not None
    with other.stdout:
        other.stdout.readline()
        fetcher.start()
        time.sleep(1)
        assert not in_order()
        os.kill(other.pid, signal.SIGKILL)
        other.wait()
    wait_until(in_order, seconds=5)


# --- a server that means us no good


class Wicked(socketserver.ThreadingTCPServer):
    """Speaks just enough IMAP, and then sends what it should not."""

    daemon_threads = True
    allow_reuse_address = True
    body = b""


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.wfile.write(b"* OK here\r\n")
        for line in self.rfile:
            tag, _, rest = line.partition(b" ")
            self._answer(rest.upper())
            self.wfile.write(tag + b" OK [READ-WRITE] done\r\n")

    def _answer(self, asked: bytes) -> None:
        server = self.server
        assert isinstance(server, Wicked)
        if asked.startswith(b"CAPABILITY"):
            self.wfile.write(b"* CAPABILITY IMAP4rev1\r\n")
        elif asked.startswith(b"SELECT"):
            self.wfile.write(b"* 2 EXISTS\r\n* OK [UIDVALIDITY 1] v\r\n* OK [UIDNEXT 3] n\r\n")
        elif asked.startswith(b"UID SEARCH"):
            self.wfile.write(b"* SEARCH 1 2\r\n")
        elif b"RFC822.SIZE" in asked:
            for uid in (b"1", b"2"):
                self.wfile.write(b"* " + uid + b" FETCH (UID " + uid + b" RFC822.SIZE 9)\r\n")
        elif b"UID FETCH 1" in asked:
            self.wfile.write(server.body)
        elif b"UID FETCH 2" in asked:
            self.wfile.write(b"* 2 FETCH (UID 2 BODY[] {9}\r\nA: b\r\n\r\nc)\r\n")


@pytest.fixture
def wicked(settings: Any) -> Iterator[Wicked]:
    settings.MAIL_FROM_OWN_NETWORK = True
    with Wicked(("127.0.0.1", 0), _Session) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize(
    "body",
    [
        b"* 1 FETCH (UID 1 BODY[] {4000000000}\r\nA: b\r\n",  # more than it has, and than we take
        b"* 1 FETCH (UID 1 BODY[] {5000}\r\nA: b\r\n",  # a literal that never ends
        b"* 1 FETCH (UID 1 BODY[] (((((((\r\n",
    ],
)
def test_a_mail_that_breaks_off_again_and_again_is_named_and_the_next_one_comes(
    wicked: Wicked, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    monkeypatch.setattr("tickets.email.fetching.folder.ANSWER_SECONDS", 0.5)
    wicked.body = body
    server: Any = type("Server", (), {"port": wicked.server_address[1]})
    mailbox_at(server, "ines")
    fetcher.start()
    wait_until(lambda: IncomingMail.objects.count() == 2, seconds=60)
    named, next_one = IncomingMail.objects.order_by("pk")
    assert named.state == MailState.UNREADABLE
    assert "broke off" in named.why
    assert next_one.source == b"A: b\r\n\r\nc"


def test_a_host_that_is_closed_and_one_that_hides_are_told_alike(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MAIL_FROM_OWN_NETWORK = True
    monkeypatch.setattr("tickets.email.fetching.connection.CONNECT_SECONDS", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes a call and says nothing
        said = set()
        for port in (_closed_port(), silent.getsockname()[1]):
            mailbox = Mailbox(
                imap_host="127.0.0.1", imap_port=port, imap_security=Security.NONE, imap_user="ines"
            )
            said.add(attempt(mailbox).sentence.replace(str(port), "N"))
    assert len(said) == 1, said


def _closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_secret_that_cannot_be_opened_any_more_is_said_to_be_one(
    dovecot: MailServer, user: str, fetcher: Fetcher, settings: Any
) -> None:
    mailbox_at(dovecot, user, imap_password=sealing.seal(PASSWORD))
    settings.SEALING_KEYS = ["another key than before"]
    fetcher.start()
    row = wait_until(lambda: Fetching.objects.exclude(trouble="").first())
    assert "Enter it again" in row.trouble
