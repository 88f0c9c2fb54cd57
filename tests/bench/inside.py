"""What is measured inside one process: encoding, search, and the queries of each page.

Run by `python -m tests.bench.inside` in the environment of a running helpdesk; prints JSON.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import Any

import django

PASSAGES = 10_000
QUESTIONS = (
    "how long do I have to send something back",
    "my parcel has not arrived yet",
    "which gas cartridge fits the stove",
    "invoice with the company's name on it",
    "how do I wash a down sleeping bag",
)


def encoding() -> float:
    """The median milliseconds to encode one question in this process."""
    from knowledgebase import embeddings
    from tests.bench.figures import median, timed

    embeddings.warm()
    numbers = iter(range(10_000))
    return median(
        timed(
            lambda: embeddings.encode_here([f"{QUESTIONS[0]} {next(numbers)}"]), times=60, warm=10
        )
    )


def search() -> float:
    """The median milliseconds of a search with 10,000 passages, without the encoding."""
    from knowledgebase import embeddings
    from knowledgebase.search import search as find
    from tests.bench.figures import median, timed
    from tests.bench.passages import fill

    fill(PASSAGES)
    vectors = [embeddings.encode_here([question])[0] for question in QUESTIONS]
    pairs = iter(list(zip(QUESTIONS, vectors, strict=True)) * 20)

    def once() -> None:
        question, vector = next(pairs)
        find(question, limit=5, vector=vector)

    return median(timed(once, times=80, warm=10))


def decision() -> float:
    """The median milliseconds of a whole decision with 10,000 passages, without the encoding.

    Settings, search, confidence, understanding, rules and the cut answer; nothing is stored.
    """
    from unittest.mock import patch

    from bots import rehearsal, turns
    from knowledgebase import embeddings
    from tests.bench.figures import median, timed
    from tests.bench.passages import fill

    fill(PASSAGES)
    vectors = {question: embeddings.encode_here([question])[0] for question in QUESTIONS}
    questions = iter(QUESTIONS * 20)
    with patch.object(turns, "_encoded", vectors.__getitem__):
        return median(timed(lambda: rehearsal.play([next(questions)]), times=80, warm=10))


def queries() -> dict[str, int]:
    """The number of SQL statements of each page, with the demo company in the database."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from tests.bench.passages import long_ticket
    from tickets import access
    from tickets.models import User

    ticket = long_ticket(100)
    agent = User.objects.get(email="odhran@kestrelmoor.example")
    staff, customer = Client(), Client()
    staff.force_login(agent, backend="tickets.web.logins.LogIns")
    session = customer.session
    access.remember(session, ticket.customer)
    session.save()
    pages: dict[str, tuple[Client, str]] = {
        "portal home": (Client(), "/"),
        "article": (Client(), "/help/return-an-item/"),
        "my requests": (customer, "/requests/"),
        "conversation with 100 messages, customer": (customer, f"/requests/{ticket.reference}/"),
        "inbox": (staff, "/workspace/"),
        "ticket with 100 messages, agent": (staff, f"/workspace/{ticket.reference}/"),
    }
    counts = {}
    for name, (client, path) in pages.items():
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            response = client.get(path)
        assert response.status_code == 200, (path, response.status_code)
        counts[name] = len(captured)
    return counts


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    os.environ["ENCODER"] = "local"
    django.setup()
    from django.test.utils import setup_test_environment

    setup_test_environment()  # its client is a host that is allowed
    wanted: dict[str, Callable[[], Any]] = {
        "encoding": encoding,
        "queries": queries,
        "search": search,
        "decision": decision,
    }
    json.dump({name: wanted[name]() for name in sys.argv[1:]}, sys.stdout)


if __name__ == "__main__":
    main()
