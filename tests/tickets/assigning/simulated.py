"""A desk of many hours in seconds: the real choice of an agent, with arrivals, breaks and agents who vanish.

`python -m tests.tickets.assigning.simulated [HOURS]` prints a row for each method.

Customers come at random (exponential), more of them than the desk can take at noon; a conversation takes a
time that is log-normal; one of five asks for a language that two of the agents speak. Agents have breaks,
and now and then one vanishes: what they have goes back to the head of the queue.
"""

from __future__ import annotations

import heapq
import math
import random
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from statistics import mean, median, pstdev

from tickets.assigning.choosing import Candidate, Wanted, choose
from tickets.models import Method

AGENTS, SEATS = 8, 3
BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
SERVICE_MINUTES = 12.0
METHODS = (Method.ROUND_ROBIN, Method.LEAST_BUSY, Method.LONGEST_IDLE)


@dataclass
class Agent:
    key: int
    languages: frozenset[str]
    here: bool = True
    has: set[int] = field(default_factory=set)
    given_at: datetime | None = None
    active_at: datetime | None = None
    worked: float = 0.0  # minutes with at least one conversation
    here_minutes: float = 0.0

    def candidate(self) -> Candidate:
        chats = len(self.has)
        return Candidate(
            self.key,
            chats,
            SEATS,
            chats,
            25,
            self.given_at,
            self.active_at,
            languages=self.languages,
        )


@dataclass(frozen=True)
class Outcome:
    """Waits in minutes; shares are conversations of an agent for each hour that they were here."""

    arrived: int
    served: int
    left_waiting: int
    waits: list[float]
    shares: list[float]
    utilisation: float
    back: int

    @property
    def unevenness(self) -> float:
        """The standard deviation of the shares, of their mean: 0 is even."""
        return pstdev(self.shares) / mean(self.shares)


class Desk:
    """One run. Events are (minute, number, what, which)."""

    def __init__(self, method: Method, *, hours: int, seed: int) -> None:
        self.method, self.until = method, hours * 60.0
        self.random = random.Random(seed)
        self.agents = {
            key: Agent(key, frozenset({"en", "de"} if key <= 2 else {"en"}))
            for key in range(1, AGENTS + 1)
        }
        self.queue: list[tuple[float, int]] = []  # since when, who
        self.language: dict[int, str] = {}
        self.waits: dict[int, float] = {}
        self.events: list[tuple[float, int, str, int]] = []
        self.numbers = count()
        self.back = self.served = 0
        self.now = 0.0
        self.taken: list[int] = []
        self.ends: dict[int, int] = {}  # the end that counts, for each conversation

    def run(self) -> Outcome:
        self.at(self.next_arrival(), "arrives", 0)
        for key in self.agents:
            self.at(self.random.uniform(60, 240), "leaves", key)
        while self.events and self.events[0][0] < self.until:
            minute, number, what, which = heapq.heappop(self.events)
            self.pass_time(minute - self.now)
            self.now = minute
            getattr(self, what)(which, number)
            self.give_out()
        hours = [max(agent.here_minutes / 60, 1e-9) for agent in self.agents.values()]
        taken = Counter(self.taken)
        return Outcome(
            arrived=len(self.language),
            served=self.served,
            left_waiting=len(self.queue),
            waits=list(self.waits.values()),
            shares=[taken[key] / here for key, here in zip(self.agents, hours, strict=True)],
            utilisation=sum(agent.worked for agent in self.agents.values()) / (sum(hours) * 60),
            back=self.back,
        )

    def at(self, minute: float, what: str, which: int) -> int:
        number = next(self.numbers)
        heapq.heappush(self.events, (minute, number, what, which))
        return number

    def next_arrival(self) -> float:
        """More at noon: between a third and four thirds of what the desk can take."""
        capacity = AGENTS * SEATS * 0.56 / SERVICE_MINUTES
        rate = capacity * (0.75 + 0.45 * math.sin(self.now / 60 * math.pi / 12))
        return self.now + self.random.expovariate(rate)

    def pass_time(self, minutes: float) -> None:
        for agent in self.agents.values():
            agent.here_minutes += minutes * agent.here
            agent.worked += minutes * (agent.here and bool(agent.has))

    def arrives(self, _which: int, _number: int) -> None:
        who = len(self.language)
        self.language[who] = "de" if self.random.random() < 0.2 else ""
        self.queue.append((self.now, who))
        self.at(self.next_arrival(), "arrives", 0)

    def ends_now(self, who: int, number: int) -> None:
        if self.ends.get(who) != number:  # it had gone back to the queue
            return
        self.served += 1
        for agent in self.agents.values():
            if who in agent.has:
                agent.has.discard(who)
                agent.active_at = self.moment()

    def leaves(self, key: int, _number: int) -> None:
        """A break that begins when the last one is done; now and then one vanishes in the middle."""
        agent = self.agents[key]
        if agent.has and self.random.random() >= 0.03:
            self.at(self.now + 5, "leaves", key)
            return
        agent.here = False
        for who in sorted(agent.has):
            self.back += 1
            self.ends.pop(who, None)
            self.queue.insert(0, (self.now, who))
        agent.has.clear()
        self.at(self.now + self.random.uniform(10, 60), "comes", key)

    def comes(self, key: int, _number: int) -> None:
        self.agents[key].here = True
        self.at(self.now + self.random.uniform(60, 240), "leaves", key)

    def give_out(self) -> None:
        here = self.here()
        for since, who in list(self.queue):
            if not any(one.has_room(chat=True) for one in here):
                return
            waited = timedelta(minutes=self.now - since)
            choice = choose(here, Wanted(language=self.language[who], waited=waited), self.method)
            if choice is None:
                continue
            self.queue.remove((since, who))
            agent = self.agents[choice.agent]
            agent.has.add(who)
            agent.given_at = self.moment()
            self.taken.append(agent.key)
            self.waits[who] = self.waits.get(who, 0.0) + self.now - since
            minutes = self.random.lognormvariate(math.log(SERVICE_MINUTES) - 0.125, 0.5)
            # Several at once go slower, each of them.
            slower = 1 + 0.15 * (len(agent.has) - 1)
            self.ends[who] = self.at(self.now + minutes * slower, "ends_now", who)
            here = self.here()

    def here(self) -> list[Candidate]:
        return [agent.candidate() for agent in self.agents.values() if agent.here]

    def moment(self) -> datetime:
        return BEGIN + timedelta(minutes=self.now)


def played(method: Method, *, hours: int, seed: int = 1) -> Outcome:
    """One run of a desk."""
    return Desk(method, hours=hours, seed=seed).run()


def main(hours: int) -> None:
    """Prints a table in Markdown."""
    rows = [
        "| method | conversations | waits, median / 95 % / longest | unevenness | busy | came back |",
        "|---|---|---|---|---|---|",
    ]
    for method in METHODS:
        found = played(method, hours=hours)
        waits = sorted(found.waits)
        most = waits[int(len(waits) * 0.95)]
        rows.append(
            f"| {method} | {found.served:,} | {median(waits):.1f} / {most:.1f} / {waits[-1]:.0f} min "
            f"| {found.unevenness:.3f} | {found.utilisation:.0%} | {found.back:,} |"
        )
    print("\n".join(rows))  # noqa: T201 - its result


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)
