"""Mailboxes of the test's mail server, and the program that fetches them, in threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import connection

from tests.factories import make_team
from tests.mail_server import PASSWORD, MailServer
from tickets import sealing
from tickets.email.fetching.program import Program
from tickets.models import IncomingMail, Mailbox, Security, TakeFirst, WayIn

SECONDS = 40.0


def a_mail(number: int | str, body: str = "It has a hole.", *, date: str = "") -> bytes:
    when = f"Date: {date}\r\n" if date else ""
    return (
        f"From: Ines <ines@brook.example>\r\nMessage-ID: <{number}@brook.example>\r\n"
        f"Subject: My tent {number}\r\n{when}\r\n{body}\r\n"
    ).encode()


def mailbox_at(server: MailServer, user: str, **values: Any) -> Mailbox:
    """A mailbox on that server, of which everything is taken unless said otherwise."""
    return Mailbox.objects.create(
        **{
            "name": "Support",
            "address": f"{user}@kestrelmoor.example",
            "team": make_team(),
            "way_in": WayIn.IMAP,
            "imap_host": "127.0.0.1",
            "imap_port": server.port,
            "imap_security": Security.NONE,
            "imap_user": user,
            "imap_password": sealing.seal(PASSWORD),
            "take_first": TakeFirst.ALL,
            **values,
        }
    )


def subjects() -> list[str]:
    """What is kept, in the order in which it was."""
    sources = [mail.source.decode("latin-1") for mail in IncomingMail.objects.order_by("pk")]
    return [source.partition("Subject: ")[2].partition("\r\n")[0] for source in sources]


def wait_until(what: Callable[[], Any], seconds: float = SECONDS) -> Any:
    """What this gives once it gives something; fails after a while."""
    until = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < until, "It did not happen in time."
        time.sleep(0.05)
    return found


class Fetcher:
    """A fetching program that can be started, more than once, and stopped."""

    def __init__(self) -> None:
        self.programs: list[tuple[Program, threading.Thread]] = []

    def start(self) -> Program:
        program = Program()

        def run() -> None:
            try:
                program.run()
            finally:
                connection.close()

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        self.programs.append((program, thread))
        return program

    def stop(self) -> None:
        for program, thread in self.programs:
            program.stop()
            thread.join(10)
            assert not thread.is_alive()
            for watcher in program.watchers.values():
                watcher.join(5)
        self.programs.clear()
