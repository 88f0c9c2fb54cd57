"""What breaks while customers write, provoked for real: killed workers, a dead Redis, a cut line.

After each the same holds: what was accepted is there once, and was answered or handed over once;
and every screen that was open shows all of it, in order.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx
import psycopg
import pytest
import websockets
from playwright.sync_api import Browser, expect
from redis import Redis

from helpdesk.demo.processes import Program
from tests import live
from tests.bench.sockets import Visitor
from tests.journeys.ledger import ledger
from tests.journeys.line import line_to
from tests.live import LiveHelpdesk

pytestmark = [pytest.mark.browser, pytest.mark.model]

T = TypeVar("T")

QUESTION = "How do I wash my sleeping bag?"
PATIENCE = 25.0  # seconds; the assistant's ten, then the beat of a task or of a socket
QUICK = 5.0  # seconds within which a POST is answered, whatever is down

STAGE = """
from knowledgebase import actions, indexing
for title, body in [
    ("Wash a sleeping bag", "Wash the sleeping bag by hand in lukewarm water with mild soap."),
    ("Return an order", "You can return an order within 60 days. The label is in the box."),
]:
    article = actions.save_article(actor=None, article=None, title=title, body=body)
    actions.publish_article(actor=None, article=article, index_soon=False)
indexing.index_due()
"""


@pytest.fixture(scope="module")
def helpdesk() -> Iterator[LiveHelpdesk]:
    """One of our own, since it is hurt. When all is over, everything must still hold."""
    with live.live_helpdesk() as helpdesk:
        helpdesk.manage("shell", "-v", "0", "-c", STAGE)
        yield helpdesk
        with psycopg.connect(helpdesk.environment["DATABASE_URL"]) as database:
            found = database.execute("SELECT reference FROM tickets_ticket").fetchall()
        for (reference,) in found:
            assert is_settled(helpdesk, reference), (ledger(helpdesk, reference), helpdesk.logs())


def is_settled(helpdesk: LiveHelpdesk, reference: str) -> bool:
    """Whether the customer's last words were answered or handed over, and neither of them twice."""
    found = ledger(helpdesk, reference)
    answered, handed_over = found.responses
    assert answered <= 1, found
    assert handed_over <= 1, found
    return found.turn != "assistant" and answered + handed_over >= 1


def until(holds: Callable[[], bool], helpdesk: LiveHelpdesk, seconds: float = PATIENCE) -> float:
    """Wait until it holds; how long that took. Fails with the logs if it does not."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, helpdesk.logs()
        time.sleep(0.1)
    return time.monotonic() - began


def run(work: Callable[[], Awaitable[T]]) -> T:
    """Run in a thread with a loop of its own, since the browser's loop runs in this one."""

    async def awaited() -> T:
        return await work()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(awaited())).result()


@dataclass
class Screen:
    """An open page of a conversation, as its script keeps it: by position, asking for the rest."""

    visitor: Visitor
    shown: dict[int, str] = field(default_factory=dict)  # in the order in which they appeared

    async def open(self) -> None:
        """Connect (again), and say how far it was."""
        cookies = "; ".join(
            f"{name}={value}" for name, value in self.visitor.client.cookies.items()
        )
        self.visitor.socket = await websockets.connect(
            f"{self.visitor.base.replace('http', 'ws', 1)}/ws/conversations/{self.visitor.reference}/",
            origin=self.visitor.base,  # type: ignore[arg-type]  # a plain string is an origin
            additional_headers={"Cookie": cookies},
            compression=None,
        )
        await self.hello()

    async def hello(self) -> None:
        after = self.visitor.position
        await self.visitor.socket.send(json.dumps({"type": "hello", "after": after}))

    async def listen(self, until: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Hear frames until it holds. Fails if it does not."""
        async with asyncio.timeout(seconds):
            while not until():
                with suppress(TimeoutError):
                    async with asyncio.timeout(0.2):
                        await self.hear(json.loads(await self.visitor.socket.recv()))

    async def hear(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "beat" and frame["position"] > self.visitor.position:
            await self.hello()
        for item in frame.get("items", []):
            self.shown[item["position"]] = item["html"]
        if frame["type"] == "news":
            self.visitor.position = max(self.visitor.position, frame["position"])


async def send(visitor: Visitor, body: str, client_id: str = "") -> httpx.Response:
    """A message as the page's script sends it."""
    return await visitor.client.post(
        f"/requests/{visitor.reference}/messages/",
        data={"body": body, "client_id": client_id or str(uuid.uuid4())},
        headers=visitor.headers(),
    )


async def somebody(helpdesk: LiveHelpdesk, *, with_a_person: bool = False) -> Visitor:
    """A visitor who has asked something, or for a person."""
    visitor = await Visitor.arrive(helpdesk.url)
    await (visitor.asks_for_a_person() if with_a_person else visitor.asks(QUESTION))
    return visitor


async def settled(helpdesk: LiveHelpdesk, visitors: list[Visitor]) -> None:
    await asyncio.to_thread(
        until, lambda: all(is_settled(helpdesk, one.reference) for one in visitors), helpdesk
    )


# --- the faults ----------------------------------------------------------------------------------


def test_a_worker_that_dies_in_the_middle_of_a_turn_leaves_nobody_without_an_answer(
    helpdesk: LiveHelpdesk,
) -> None:
    url = helpdesk.environment["DATABASE_URL"]

    def claimed(reference: str) -> bool:
        with psycopg.connect(url) as database:
            found = database.execute(
                "SELECT count(*) FROM tickets_reaction reaction"
                " JOIN tickets_event event ON event.id = reaction.event_id"
                " JOIN tickets_ticket ticket ON ticket.id = event.ticket_id"
                " WHERE ticket.reference = %s AND reaction.name = 'assistant.turn'"
                " AND reaction.state = 'due' AND reaction.attempts = 1",
                [reference],
            ).fetchone()
        return found == (1,)

    async def story() -> None:
        with psycopg.connect(url) as holding:
            # The assistant's search waits for this, in the middle of its turn.
            holding.execute("LOCK TABLE knowledgebase_passage IN ACCESS EXCLUSIVE MODE")
            visitor = await somebody(helpdesk)
            await asyncio.to_thread(until, lambda: claimed(visitor.reference), helpdesk, 2.5)
            await asyncio.to_thread(helpdesk.kill, "assistant")
        helpdesk.restart("assistant")
        await settled(helpdesk, [visitor])
        assert ledger(helpdesk, visitor.reference).by("customer") == [QUESTION]
        await visitor.leaves()

    run(story)


def test_redis_dies_while_customers_write(helpdesk: LiveHelpdesk) -> None:
    """Every message is taken, and answered once Redis is back, empty. A screen that
    stayed open learns from the heartbeat what nobody could tell it."""
    if "Redis" not in helpdesk.servers:
        pytest.skip("the Redis of REDIS_URL is not ours to kill")

    async def story() -> None:
        visitors = [await somebody(helpdesk) for _ in range(4)]
        await settled(helpdesk, visitors)
        screen = Screen(visitors[0])
        await screen.open()
        await screen.listen(lambda: len(screen.shown) >= 2)

        await asyncio.to_thread(helpdesk.kill, "Redis")
        for number in range(2):
            for visitor in visitors:
                began = time.monotonic()
                answer = await send(
                    visitor, f"How many days do I have to return an order? {number}"
                )
                assert answer.status_code == 200, (answer.text[:500], helpdesk.logs())
                assert time.monotonic() - began < QUICK
        newcomer = await somebody(helpdesk)
        page = await newcomer.client.get(f"/requests/{newcomer.reference}/")
        assert page.status_code == 200
        assert (await newcomer.client.get("/healthz")).status_code == 200
        ready = await newcomer.client.get("/readyz")
        assert ready.status_code == 503
        assert ready.json()["checks"]["redis"]["status"] == "failing"
        await asyncio.sleep(1)

        await asyncio.to_thread(helpdesk.servers["Redis"].revive)
        with Redis.from_url(helpdesk.environment["REDIS_URL"]) as server:
            server.flushall()
        visitors.append(newcomer)
        settling = asyncio.create_task(settled(helpdesk, visitors))

        def has_all() -> bool:
            found = ledger(helpdesk, screen.visitor.reference)
            return settling.done() and set(found.positions) == set(screen.shown)

        await screen.listen(has_all, PATIENCE + 10)
        await settling
        assert list(screen.shown) == sorted(screen.shown), "in order"
        for visitor in visitors[:4]:
            said = ledger(helpdesk, visitor.reference).by("customer")
            assert [body[-1] for body in said] == ["?", "0", "1"], "each once"
        for visitor in visitors:
            await visitor.leaves()

    run(story)


def test_a_socket_that_was_cut_gets_what_it_missed(helpdesk: LiveHelpdesk) -> None:
    async def story() -> None:
        visitor = await somebody(helpdesk, with_a_person=True)
        screen = Screen(visitor)
        await screen.open()
        await send(visitor, "before")
        await screen.listen(lambda: "before" in "".join(screen.shown.values()))
        known = list(screen.shown)
        await visitor.socket.close()
        for word in ("first", "second", "third"):
            assert (await send(visitor, word)).status_code == 200
        await screen.open()
        frame = json.loads(await visitor.socket.recv())
        assert [item["position"] > known[-1] for item in frame["items"]] == [True] * 3
        await screen.hear(frame)
        await send(visitor, "after")
        await screen.listen(lambda: "after" in "".join(screen.shown.values()))
        assert list(screen.shown) == ledger(helpdesk, visitor.reference).positions
        await visitor.leaves()

    run(story)


def test_a_message_that_is_sent_twenty_times_is_there_once(helpdesk: LiveHelpdesk) -> None:
    async def story() -> None:
        visitor = await somebody(helpdesk, with_a_person=True)
        client_id = str(uuid.uuid4())
        answers = await asyncio.gather(*(send(visitor, "once", client_id) for _ in range(20)))
        assert {answer.status_code for answer in answers} == {200}
        assert ledger(helpdesk, visitor.reference).by("customer") == ["once"]
        asked = {"body": QUESTION, "client_id": str(uuid.uuid4())}
        opened = await asyncio.gather(
            *(visitor.client.post("/ask/", data=asked, headers=visitor.headers()) for _ in range(5))
        )
        assert len({answer.headers["location"] for answer in opened}) == 1, "and one conversation"
        await visitor.leaves()

    run(story)


def test_a_browser_that_was_offline_shows_everything_once_and_in_order(
    browser: Browser, helpdesk: LiveHelpdesk
) -> None:
    with line_to(helpdesk.port) as line:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"http://localhost:{line.port}/")
        page.get_by_role("button", name="Talk to a human").first.click()
        page.wait_for_url("**/requests/*/")
        reference = page.url.rstrip("/").rsplit("/", 1)[1]
        expect(page.locator("[data-live=yes]")).to_have_count(1)
        page.locator("[data-composer] textarea").fill("word before")
        page.locator("[data-composer] button").last.click()
        # Stored ones: what is still on its way is shown already, without a place.
        items = page.locator("[data-items] > [data-author=customer][id]")
        expect(items).to_have_count(1)

        line.cut()
        expect(page.locator("[data-live=no]")).to_have_count(1)

        cookies = context.cookies()

        async def meanwhile() -> None:
            other = Visitor(httpx.AsyncClient(base_url=helpdesk.url), helpdesk.url, reference)
            for cookie in cookies:
                other.client.cookies.set(cookie["name"], cookie["value"])
            for number in range(3):
                assert (await send(other, f"word {number}")).status_code == 200
            await other.leaves()

        run(meanwhile)
        page.locator("[data-composer] textarea").fill("word offline")
        page.locator("[data-composer] button").last.click()
        expect(page.locator("[data-composer] [data-error]")).to_be_visible()
        assert items.count() == 1
        line.mend()
        expect(items).to_have_count(4, timeout=15_000)
        page.locator("[data-composer] button").last.click()  # it kept what was not sent
        expect(items).to_have_count(5)
        expect(page.locator("[data-live=yes]")).to_have_count(1, timeout=15_000)
        shown = page.locator("[data-items] > [data-position]").evaluate_all(
            "all => all.map(one => Number(one.dataset.position))"
        )
        found = ledger(helpdesk, reference)
        assert shown == found.positions
        words = ["word before", "word 0", "word 1", "word 2", "word offline"]
        assert found.by("customer") == words
        context.close()


def test_without_its_model_the_site_stays_up_and_questions_go_to_a_person(
    helpdesk: LiveHelpdesk,
) -> None:
    whole = helpdesk.processes.running["assistant"].program
    missing = {**whole.environment, "ENCODER_MODEL": "/nowhere/a-model-that-is-gone"}
    helpdesk.kill("assistant")
    helpdesk.processes.ended()
    with Redis.from_url(helpdesk.environment["REDIS_URL"]) as server:
        server.flushall()  # vectors of questions that were asked before
    helpdesk.processes.start(Program(whole.name, whole.arguments, missing))

    async def story() -> None:
        visitor = await Visitor.arrive(helpdesk.url)

        async def reason() -> str:
            checks = (await visitor.client.get("/readyz")).json()["checks"]
            return str(checks["model"].get("reason", ""))

        async with asyncio.timeout(PATIENCE):
            while "a-model-that-is-gone" not in await reason():
                await asyncio.sleep(0.3)
        assert (await visitor.client.get("/readyz")).status_code == 503
        for path in ("/", "/help/", "/healthz"):
            assert (await visitor.client.get(path)).status_code == 200
        began = time.monotonic()
        results = await visitor.client.get("/help/search/", params={"q": "sleeping bag"})
        assert "Wash a sleeping bag" in results.text, "by words"
        assert time.monotonic() - began < QUICK
        await visitor.asks("May I put the sleeping bag into a machine?")
        await settled(helpdesk, [visitor])
        found = ledger(helpdesk, visitor.reference)
        assert len(found.asked) == 1
        assert found.turn == "queue"
        await visitor.leaves()

    run(story)
