"""What the portal's tests start from: browsers of a customer, a visitor, a stranger and staff."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tickets import access
from tickets.models import Customer, Ticket, User

Browser = Callable[..., Client]
BY_SCRIPT = {"X-Requested-With": "fetch"}


@pytest.fixture
def browser() -> Browser:
    """A browser in which this customer or user is known; a new one without."""

    def open_browser(who: Customer | User | None = None, **options: Any) -> Client:
        client = Client(**options)
        user = who.user if isinstance(who, Customer) else who
        if user is not None:
            client.force_login(user)
        elif isinstance(who, Customer):
            session = client.session
            access.remember(session, who)
            session.save()
        return client

    return open_browser


def page_of(ticket: Ticket, part: str = "") -> str:
    """The address of a conversation, or of something in it."""
    return f"/requests/{ticket.reference}/{part}"
