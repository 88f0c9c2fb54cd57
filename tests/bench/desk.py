"""The agents' pages in a load: `HELPDESK_DATA=FOLDER python -m tests.bench.desk`.

FOLDER holds an installation that `manage.py make_load` filled. Of each page: the server's time in one
process (the median), the processor's time of that process, which others on the machine prolong less, its
statements, and what PostgreSQL says of them (EXPLAIN ANALYZE: the time of all together, planning included,
the fastest of three; and the blocks of 8 KiB that they read). A page without the desk beside it is the
machine's floor.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.figures import Figure, median, show, timed
from tests.bench.loaded import TIMES, inside, measured

if TYPE_CHECKING:
    from django.test import Client

    from tickets.models import User

MOST_STATEMENTS = 12
LIST, TICKET, HOME = 20, 30, 100  # milliseconds of the server that we aim at
MOST_OF_HOME = 15  # statements
CUSTOMER, CUSTOMER_STATEMENTS, CONVERSATIONS = 40, 15, 5_000
LONG = (5, 500, 10_000)  # messages
NESTED = 'status:open (tag:refund or (priority:urgent,high (channel:email or team:"Load: orders")))'
ALL = '(tag:refund or (priority:urgent,high (channel:email or team:"Load: orders")))'
TRIVIAL = "/healthz"


@dataclass(frozen=True, slots=True)
class Asked:
    """A page, and what one of its kind may take."""

    name: str
    path: str
    aim: float = LIST
    statements: int = MOST_STATEMENTS


def measure() -> list[Figure]:
    """Run inside a process whose database holds a load."""
    from tests.bench.found import people

    found: list[Figure] = []
    for who, user in people().items():
        client = _client(user)
        floor = median(timed(lambda client=client: client.get(TRIVIAL), times=50, warm=5))  # type: ignore[misc]  # lambda
        leads = _client(_lead_of(user))
        for asked in HOMES:
            found += _figures(f"{who}: {asked.name}", leads, asked, floor)
        alone = chain(_tickets(), _customers()) if who == "admin" else ()
        for asked in chain(_lists(user), alone):
            found += _figures(f"{who}: {asked.name}", client, asked, floor)
        found.append(_counted(who, user, floor))
    return found


HOMES = (
    Asked("the leads' home", "/workspace/leads/", HOME, MOST_OF_HOME),
    Asked("my day", "/workspace/day/", HOME, MOST_OF_HOME),
)


def _lead_of(user: User) -> User:
    """Whoever leads the same teams: the user, if they lead."""
    from tickets.models import Role, User

    if user.leads:
        return user
    email = f"bench-lead-{user.pk}@load.example"
    lead = User.objects.filter(email=email).first()
    lead = lead or User.objects.create_user(email, name="Bench Lead", role=Role.LEAD)
    lead.teams.set(user.teams.all())
    return lead


def _lists(user: User) -> Iterator[Asked]:
    from django.utils.http import urlencode

    from tickets.workspace.inbox import View

    for view in View:
        yield Asked(f"{view}, first page", f"/workspace/?view={view}")
        rows, pages = _pages(user, view)
        if rows > 100 * 50:
            yield Asked(f"{view}, 100th page", f"/workspace/?view={view}&from={pages[0]}")
        if rows > 2 * 50:
            yield Asked(f"{view}, half-way", f"/workspace/?view={view}&from={pages[1]}")
    yield Asked("three nested conditions, open", f"/workspace/?{urlencode({'q': NESTED})}")
    yield Asked("three nested conditions, all", f"/workspace/?{urlencode({'q': ALL})}")


def _pages(user: User, view: Any) -> tuple[int, tuple[str, str]]:
    """How many are in a view, and where its 100th page and its second half begin."""
    from tickets.actors import Actor
    from tickets.lists import orders
    from tickets.workspace.inbox import View, in_view

    order = {View.WAITING: orders.QUEUE, View.MINE: orders.MINE}.get(view, orders.LATEST)
    rows = in_view(Actor.agent(user), view)
    number = rows.count()

    def after(left: int) -> str:
        row = rows.order_by(*order.fields).only("pk", *_plain(order.fields))[left - 1]
        return order._cursor(row)

    return number, (
        after(99 * 50) if number > 100 * 50 else "",
        after(number // 2) if number > 2 * 50 else "",
    )


def _plain(names: tuple[str, ...]) -> set[str]:
    return {name.lstrip("-") for name in names} - {"is_back"}


def _tickets() -> Iterator[Asked]:
    from tests.bench.passages import long_ticket
    from tickets.models import Ticket

    for messages in LONG:
        subject = "A long story"
        long = Ticket.objects.filter(subject=subject, last_position=messages).first()
        ticket = long or long_ticket(messages)
        yield Asked(f"ticket with {messages} messages", f"/workspace/{ticket.reference}/", TICKET)


def _customers() -> Iterator[Asked]:
    from tests.bench.customers import busy_customer

    path = f"/workspace/customers/{busy_customer(CONVERSATIONS).pk}/"
    name = f"customer with {CONVERSATIONS} conversations"
    yield Asked(name, path, CUSTOMER, CUSTOMER_STATEMENTS)


def _client(user: User) -> Client:
    from django.test import Client

    client = Client(headers={"host": "localhost"})
    client.force_login(user, backend="tickets.web.logins.LogIns")
    return client


def _figures(name: str, client: Client, asked: Asked, floor: float) -> Iterator[Figure]:
    def load() -> None:
        response = client.get(asked.path)
        assert response.status_code == 200, (asked.path, response.status_code)

    taken, statements, note = measured(load)
    goal = f"at most {asked.aim} ms, {asked.statements} statements"
    met = taken <= asked.aim and statements <= asked.statements
    yield Figure(name, taken, "ms", goal, met, floor, TIMES, note)


def _counted(who: str, user: User, floor: float) -> Figure:
    """Counting what three nested conditions find, as the navigation does after the page."""
    from tickets.actors import Actor
    from tickets.search.finding import TooSlow, count
    from tickets.search.language import read

    def counting() -> None:
        try:
            count(Actor.agent(user), read(NESTED, user), most=1000)
        except TooSlow:
            return

    taken, _, note = measured(counting)
    name = f"{who}: count of three nested conditions"
    return Figure(name, taken, "ms", f"at most {LIST} ms", taken <= LIST, floor, TIMES, note)


def main() -> None:
    inside(lambda: show(measure(), Path("var") / "bench-desk.json"))


if __name__ == "__main__":
    main()
