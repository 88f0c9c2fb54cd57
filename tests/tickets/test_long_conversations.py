"""A conversation of thousands of messages costs no more than a short one: pages, news and sockets.

Counted are statements, the rows that PostgreSQL hands out and those that it reads for them, and
bytes; never time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from tests.factories import (
    add_messages,
    make_agent,
    make_answer,
    make_article,
    make_customer,
    make_message,
    make_note,
    make_team,
    make_ticket,
)
from tests.tickets.open_screens import browser_of
from tickets import actions
from tickets.actors import Actor
from tickets.conversation import briefs, stretches
from tickets.models import Citation, Fact, Message, Reason, Ticket, Turn, User

pytestmark = pytest.mark.django_db

SHORT, LONG = 60, 3_000  # messages: both more than a page
BY_SCRIPT = {"X-Requested-With": "fetch"}


@dataclass
class Cost:
    """What an answer cost: statements, rows handed out, rows read for them, bytes of the answer."""

    statements: int = 0
    rows: int = 0
    read: int = 0
    size: int = 0
    body: bytes = field(default=b"", repr=False)

    @property
    def items(self) -> list[int]:
        found: dict[str, Any] = json.loads(self.body)
        return [item["position"] for item in found["items"]]


@contextmanager
def counted() -> Iterator[Cost]:
    cost = Cost()

    def count(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        found = execute(sql, *rest)
        cost.statements += 1
        cost.rows += max(0, rest[-1]["cursor"].rowcount)
        return found

    before = _read_so_far()
    with connection.execute_wrapper(count):
        yield cost
    cost.read = _read_so_far() - before


def _read_so_far() -> int:
    """The rows of our tables that were fetched in this transaction, by whatever plan."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint"
            " FROM pg_stat_xact_user_tables WHERE relname LIKE 'tickets%'"
        )
        return int(cursor.fetchone()[0])


def costs(client: Client, path: str, **headers: str) -> Cost:
    """Of the second time: the first fills caches."""
    client.get(path, headers=headers)
    with counted() as cost:
        answer = client.get(path, headers=headers)
    assert answer.status_code == 200
    cost.size, cost.body = len(answer.content), answer.content
    return cost


@pytest.fixture
def dana() -> User:
    return make_agent("Dana Osei", teams=[make_team()])


def talk(dana: User, messages: int) -> Ticket:
    """Customer and agent in turn, begun with the assistant: an answer, facts, notes, a brief."""
    team = dana.teams.get()
    ticket = make_ticket(turn=Turn.ASSISTANT, team=team, customer=make_customer(login=True))
    make_answer(ticket, articles=[make_article() for _ in range(3)])
    ticket = actions.accept(actor=Actor.agent(dana), ticket=ticket)
    make_note(ticket, dana)
    ticket.refresh_from_db()
    add_messages(ticket, messages, dana)
    Fact.objects.bulk_create(
        Fact(customer=ticket.customer, ticket=ticket, key="order_number", value=f"KM-{number}")
        for number in range(200)
    )
    make_note(ticket, dana, "The newest note")
    ticket.refresh_from_db()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE tickets_message, tickets_note, tickets_fact, tickets_event")
    return ticket


@pytest.fixture
def staff(dana: User, settings: Settings) -> Client:
    settings.STAFF_NEED_SECOND_FACTOR = False
    client = Client()
    client.force_login(dana, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def _paths(ticket: Ticket) -> dict[str, tuple[str, dict[str, str]]]:
    """What each side asks for: the page, what is before and after, and the news since long ago."""
    middle = ticket.last_position // 2
    return {
        "page": ("", {}),
        "page before": (f"?before={middle}", {}),
        "page after": (f"?after={middle}", {}),
        "earlier": (f"?before={middle}", BY_SCRIPT),
        "later": (f"?after={middle}", BY_SCRIPT),
        "news of all": ("news/?after=1", {}),
        "news since the middle": (f"news/?after={middle}", {}),
        "news of the last": (f"news/?after={ticket.last_position - 2}", {}),
        "no news": (f"news/?after={ticket.last_position}", {}),
    }


@pytest.mark.parametrize("side", ["customer", "agent"])
def test_thousands_of_messages_cost_what_sixty_do(dana: User, staff: Client, side: str) -> None:
    found: dict[str, list[Cost]] = {}
    for length in (SHORT, LONG):
        ticket = talk(dana, length)
        client = staff if side == "agent" else browser_of(ticket.customer)
        start = "/workspace/" if side == "agent" else "/requests/"
        for name, (query, headers) in _paths(ticket).items():
            found.setdefault(name, []).append(
                costs(client, f"{start}{ticket.reference}/{query}", **headers)
            )
    for name, (short, long) in found.items():
        assert long.statements <= short.statements + 1, name
        assert long.rows <= short.rows + 3 * stretches.PAGE, name
        assert long.read <= short.read + 4 * stretches.PAGE, (name, short, long)
        assert long.size <= 260_000, name
        assert long.statements <= 14, name


def test_who_was_away_for_thousands_of_messages_begins_afresh_and_is_told_so(
    dana: User, staff: Client
) -> None:
    ticket = talk(dana, 300)
    newest = list(ticket.messages.order_by("-position").values_list("position", flat=True)[:50])
    for client, start in ((browser_of(ticket.customer), "/requests/"), (staff, "/workspace/")):
        news = client.get(f"{start}{ticket.reference}/news/?after=1").json()
        shown = [item["position"] for item in news["items"]]
        assert len(shown) == stretches.PAGE
        assert set(newest[:49]) <= set(shown), "the end of it"
        assert (news["afresh"], news["earlier"]) == (True, shown[0])
        assert news["position"] == ticket.last_position


@pytest.mark.parametrize("side", ["customer", "agent"])
def test_every_message_is_met_once_forwards_and_backwards(
    dana: User, staff: Client, side: str
) -> None:
    """No page leaves something out or says that it is the last one when it is not."""
    ticket = talk(dana, 130)
    client = staff if side == "agent" else browser_of(ticket.customer)
    address = f"/{'workspace' if side == 'agent' else 'requests'}/{ticket.reference}/"
    all_of_it = set(ticket.messages.values_list("position", flat=True))
    if side == "agent":
        all_of_it |= set(ticket.notes.values_list("position", flat=True))

    def page(query: str) -> dict[str, Any]:
        found: dict[str, Any] = client.get(f"{address}?{query}", headers=BY_SCRIPT).json()
        return found

    back = page(f"before={ticket.last_position + 1}")
    assert back["later"] is None
    seen = [item["position"] for item in back["items"]]
    while back["earlier"] is not None:
        back = page(f"before={back['earlier']}")
        assert page(f"after={back['later']}")["items"][0]["position"] == seen[0]
        seen = [item["position"] for item in back["items"]] + seen
    assert seen == sorted(all_of_it)
    on = page("after=0")
    assert on["earlier"] is None
    met = [item["position"] for item in on["items"]]
    while on["later"] is not None:
        on = page(f"after={on['later']}")
        assert page(f"before={on['earlier']}")["items"][-1]["position"] == met[-1]
        met += [item["position"] for item in on["items"]]
    assert met == seen


def test_a_page_in_the_middle_leads_both_ways(dana: User, staff: Client) -> None:
    ticket = talk(dana, 200)
    for client, start in ((browser_of(ticket.customer), "/requests/"), (staff, "/workspace/")):
        page = client.get(f"{start}{ticket.reference}/?before=120").text
        for words in ("Earlier messages", "Later messages", "To the newest messages"):
            assert words in page
        assert 'data-more="after" hidden' not in page
        assert 'data-more="after" hidden' in client.get(f"{start}{ticket.reference}/").text
        assert "Message 200 of" in client.get(f"{start}{ticket.reference}/?before=1").text


def test_the_panels_of_a_long_conversation_recall_the_newest(dana: User, staff: Client) -> None:
    ticket = talk(dana, 200)
    answer = Message.objects.get(ticket=ticket, author_kind="assistant").answer
    source = answer.citations.get(rank=1)
    Citation.objects.bulk_create(
        Citation(
            answer=answer,
            article=source.article,
            rank=rank,
            title=f"Article {rank}",
            slug=f"article-of-rank-{rank}",
            passage="x",
            score=0.5,
        )
        for rank in range(10, 90)
    )
    about = staff.get(f"/workspace/{ticket.reference}/news/?after=1").json()["panels"]["about"]
    assert "KM-199<" in about
    assert "KM-100<" not in about
    assert "article-of-rank-89" in about
    assert about.count("article-of-rank") == 50


def test_a_brief_of_a_long_conversation_is_made_of_its_beginning_and_its_end(dana: User) -> None:
    """It is written in the transaction of the hand-over, whatever has been said before."""
    ticket = make_ticket(turn=Turn.ASSISTANT, body="My tent pole broke. I want a new one, please.")
    first = ticket.messages.earliest("position").position
    add_messages(ticket, 600)
    last = make_message(ticket, "I also want my money back for order KM-48213!").position
    with counted() as cost:
        brief = briefs.write(ticket, Reason.ASKED, "")
    assert cost.rows <= 130
    assert [one["positions"] for one in brief.statements if one["kind"] == "wants"] == [
        [first],
        [last],
    ]
    assert ("KM-48213", last) in [(fact["value"], fact["position"]) for fact in brief.facts]
