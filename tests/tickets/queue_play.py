"""A queue that is played: people come, agents take them, come and go; who waited how long."""

from __future__ import annotations

import heapq
import random
from bisect import insort
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from math import log

from tickets.live.presence import ACTIVE_SECONDS
from tickets.service.queues import ACCEPTANCES
from tickets.service.waits import Acceptance, Wait, expected, pace

HOUR = 3600.0
NEVER = float("inf")


@dataclass(frozen=True, slots=True)
class Shop:
    """A kind of day. Arrivals are Poisson, the time that one takes is lognormal; seconds.

    `load` is the share of the agents' time that the arrivals would fill. With `history` six hours of
    the same went before. `at_once` conversations an agent has side by side. With `shifts` all but
    one agent come and go in the middle, and some leave their workspace open.
    """

    agents: int
    load: float
    takes: float = 480.0
    spread: float = 0.8  # of the logarithm
    hours: float = 4.0
    history: bool = True
    shifts: bool = False
    at_once: int = 1
    notices: float = 30.0
    urgent: float = 0.05  # the share of those who are put before the others
    rush: float = 1.0  # so many times as many come in the second hour


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody was told, and how many minutes they really waited from then on."""

    wait: Wait | None
    minutes: float
    on_arrival: bool

    @property
    def came_true(self) -> bool:
        if self.wait is None:
            return True
        latest = NEVER if self.wait.at_most is None else self.wait.at_most
        return self.wait.at_least <= self.minutes <= latest


@dataclass(slots=True, eq=False)
class Desk:
    """A place at which one conversation at a time is had."""

    agent: int
    comes: float
    goes: float
    forgets: bool  # to close the workspace
    busy_until: float = -NEVER
    looks_at: float | None = None

    def works(self, now: float) -> bool:
        return self.comes <= now < self.goes

    def seems_to_work(self, now: float) -> bool:
        return self.works(now) or (self.forgets and self.goes <= now < self.goes + ACTIVE_SECONDS)


@dataclass(slots=True)
class Play:
    shop: Shop
    chance: random.Random
    queue: list[tuple[int, float, int]] = field(default_factory=list)  # urgency, asked, who
    past: list[Acceptance] = field(default_factory=list)
    taken: dict[int, float] = field(default_factory=dict)
    told: list[tuple[int, float, bool, Wait | None]] = field(default_factory=list)

    def say(self, now: float, who: int, place: int, desks: list[Desk], *, arrives: bool) -> None:
        at_work = {desk.agent for desk in desks if desk.seems_to_work(now)}
        busy = {desk.agent for desk in desks if desk.agent in at_work and desk.busy_until > now}
        wait = expected(
            place=place,
            free=len(at_work - busy),
            busy=len(busy),
            pace=pace(self.past[-ACCEPTANCES:]),
        )
        self.told.append((who, now, arrives, wait))


def play(shop: Shop, seed: int) -> list[Told]:
    """A day: what everybody was told when they came, and then every ten minutes, and the truth."""
    game = Play(shop, random.Random(seed))  # it is a game
    begins, ends = (-6 * HOUR if shop.history else 0.0), shop.hours * HOUR
    desks = list(_desks(game, begins, ends))
    order = count()
    agenda: list[tuple[float, int, Callable[[float], None]]] = []

    def later(when: float, what: Callable[[float], None]) -> None:
        heapq.heappush(agenda, (when, next(order), what))

    def arrive(now: float) -> None:
        who = next(numbers)
        waiting = (0 if game.chance.random() < shop.urgent else 1, now, who)
        insort(game.queue, waiting)
        if now >= 0:
            game.say(now, who, game.queue.index(waiting) + 1, desks, arrives=True)
        for desk in desks:
            notice(desk, now)

    def notice(desk: Desk, now: float) -> None:
        if desk.works(now) and desk.busy_until <= now and desk.looks_at is None and game.queue:
            desk.looks_at = now + game.chance.expovariate(1 / shop.notices)
            later(desk.looks_at, lambda now: take(desk, now))

    def take(desk: Desk, now: float) -> None:
        desk.looks_at = None
        if not (desk.works(now) and game.queue):
            return
        _urgency, asked, who = game.queue.pop(0)
        game.taken[who] = now
        game.past.append(Acceptance(asked, now, desk.agent))
        middle = log(shop.takes) - shop.spread**2 / 2  # so that the mean is `takes`
        desk.busy_until = now + game.chance.lognormvariate(middle, shop.spread)
        later(desk.busy_until, lambda now: notice(desk, now))

    def look(now: float) -> None:
        for place, (_urgency, _asked, who) in enumerate(game.queue, start=1):
            game.say(now, who, place, desks, arrives=False)

    numbers = count()
    for when in _arrivals(game, begins, ends):
        later(when, arrive)
    for desk in desks:
        later(desk.comes, partial(notice, desk))
    for round_ in range(int(ends / 600)):
        later(round_ * 600.0, look)
    while agenda and (game.queue or agenda[0][0] < ends):
        now, _order, what = heapq.heappop(agenda)
        what(now)
    return [
        Told(wait, (game.taken.get(who, NEVER) - at) / 60, arrives)
        for who, at, arrives, wait in game.told
    ]


def _arrivals(game: Play, now: float, ends: float) -> Iterator[float]:
    shop = game.shop
    while now < ends:
        rush = shop.rush if HOUR <= now < 2 * HOUR else 1.0
        rate = shop.load * shop.agents * shop.at_once / shop.takes * rush
        now += game.chance.expovariate(rate)
        yield now


def _desks(game: Play, begins: float, ends: float) -> Iterator[Desk]:
    chance = game.chance
    for agent in range(game.shop.agents):
        comes_late, goes_early, forgets = begins, NEVER, False
        if game.shop.shifts and agent:
            early = chance.random() < 0.5
            middle = chance.uniform(0.2, 0.8) * ends
            comes_late, goes_early = (begins, middle) if early else (middle, NEVER)
            forgets = chance.random() < 0.3
        for _side in range(game.shop.at_once):
            yield Desk(agent, comes_late, goes_early, forgets)
