"""PostgreSQL cuts its connections, as when it starts again: the next request gets a whole one."""

from __future__ import annotations

import asyncio

import httpx
import psycopg
from django.db import connection

from helpdesk.asgi import application
from tests.factories import make_customer, make_ticket
from tests.tickets.open_screens import browser_of
from tests.tickets.parallel import real_transactions
from tickets.models import AuthorKind, Turn

CUT = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def cut() -> int:
    """End every connection to our database; how many there were."""
    given = {**connection.get_connection_params(), "cursor_factory": psycopg.Cursor}
    given.pop("context", None)
    with psycopg.connect(**given, autocommit=True) as server:
        found = server.execute(CUT).fetchone()
    return int(found[0]) if found else 0


async def write(page: str, cookies: dict[str, str]) -> list[tuple[bool, int]]:
    """Three messages, each after a cut: whether anything was cut, and the answer."""
    headers = {"X-CSRFToken": cookies["csrf"], "Referer": "http://localhost/"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(application), base_url="http://localhost", cookies=cookies
    ) as browser:
        return [
            (
                cut() > 0,
                (
                    await browser.post(
                        f"{page}messages/", data={"body": f"word {number}"}, headers=headers
                    )
                ).status_code,
            )
            for number in range(3)
        ]


@real_transactions
def test_when_every_connection_was_cut_the_next_message_is_stored_once() -> None:
    connection.close()
    # As in a new process: without what other tests left open.
    connection.close_pool()  # type: ignore[attr-defined]  # of the PostgreSQL backend
    ticket = make_ticket(turn=Turn.QUEUE, customer=make_customer(login=True))
    client, page = browser_of(ticket.customer), f"/requests/{ticket.reference}/"
    client.get(page)
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    connection.close()  # this thread's own waits in the pool, and is cut as well
    assert asyncio.run(write(page, cookies)) == [(True, 302)] * 3
    said = ticket.messages.filter(author_kind=AuthorKind.CUSTOMER).order_by("position")
    assert [message.body for message in said][1:] == ["word 0", "word 1", "word 2"]
