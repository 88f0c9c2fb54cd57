"""How fast records are told of, and read beside a ticket: `python -m tests.bench.records FOLDER [ROWS]`.

FOLDER is an installation of its own, whose services are started (`HELPDESK_DATA`). ROWS new orders are told
of, then all of them changed, then all of them told of as they are; by the action, in slices, in one process.
Everything is left there.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import Any

ROWS = 100_000
BATCH = 10_000
CUSTOMERS = 10_000


def main(folder: str, rows: int) -> None:
    """Prints rows per second for each, and the median of what is read for a panel."""
    os.environ["HELPDESK_DATA"] = folder
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    import django

    django.setup()
    from tests.tickets.records.making import make_type
    from tickets.models import Customer, RecordType

    orders = RecordType.objects.filter(key="bench").first() or make_type("bench", look="")
    begin = time.time_ns()
    Customer.objects.bulk_create(
        Customer(email=f"bench{number}@load{begin}.example") for number in range(CUSTOMERS)
    )
    for name, status in (("new", "packed"), ("changed", "sent"), ("the same", "sent")):
        _told(name, orders, begin, rows, status)
    print(f"a panel: {_panel(orders, begin):.1f} ms, one statement")  # noqa: T201 - its result


def _told(name: str, orders: Any, begin: int, rows: int, status: str) -> None:
    from tests.tickets.records.making import SYSTEM, row
    from tickets import actions

    seconds = 0.0
    for first in range(0, rows, BATCH):
        told = [
            row(
                f"{begin}-{number}",
                status=status,
                total=number % 500,
                margin="28 %",
                customer_email=f"bench{number % CUSTOMERS}@load{begin}.example",
            )
            for number in range(first, min(rows, first + BATCH))
        ]
        begun = time.perf_counter()
        actions.upsert_records(actor=SYSTEM, record_type=orders, rows=told)
        seconds += time.perf_counter() - begun
    print(f"{name}: {rows / seconds:,.0f} rows a second")  # noqa: T201 - its result


def _panel(orders: Any, begin: int) -> float:
    from tests.factories import make_ticket
    from tickets.models import Customer, Record
    from tickets.records.shown import beside

    customer = Customer.objects.get(email=f"bench1@load{begin}.example")
    ticket = make_ticket(customer=customer)
    return sorted(_milliseconds(lambda: beside(ticket, Record.objects.all())) for _ in range(30))[
        15
    ]


def _milliseconds(do: Callable[[], object]) -> float:
    begun = time.perf_counter()
    do()
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else ROWS)
