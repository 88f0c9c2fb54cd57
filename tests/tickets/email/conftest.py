"""A real mail server, mailboxes on it, and the program that fetches them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from tests.mail_server import MailServer, dovecot
from tests.tickets.email.fetched import Fetcher

__all__ = ["dovecot"]

_users = count(1)


@pytest.fixture
def user(dovecot: MailServer, settings: Any) -> str:
    """Somebody with an empty mailbox, whom only this test knows."""
    settings.MAIL_FROM_OWN_NETWORK = True
    name = f"user{next(_users)}"
    dovecot.set_password(name)
    return name


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    """The fetching program, in this process; stopped at the end."""
    fetcher = Fetcher()
    yield fetcher
    fetcher.stop()
