"""How often somebody may do something. Counted in Redis; in this process alone while it is away."""

from __future__ import annotations

import ipaddress
import logging
import math
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

import redis
from django.conf import settings
from django.http import HttpRequest
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter

logger = logging.getLogger(__name__)
_own = MovingWindowRateLimiter(MemoryStorage())

# None of these keeps anybody from a person: see tickets.portal.arrivals for what happens then.
NEW_VISITORS = parse("60/10 minutes")  # per address of the network
NEW_VISITORS_WITH_PROOF = parse("240/10 minutes")  # per address of the network
OPEN_A_CONVERSATION = parse("20/10 minutes")  # per customer
OPEN_WITHOUT_AN_ACCOUNT = parse("300/10 minutes")  # per address of the network
SEARCH_THE_ARTICLES = parse("60/minute")  # per address of the network
SUGGEST = parse("60/minute")  # per address of the network
WRITE_A_MESSAGE = parse("30/minute")  # per customer
LEAVE_AN_ADDRESS = parse("5/hour")  # per customer
TRY_A_CODE = parse("30/10 minutes")  # per address of the network
MAIL_TO_AN_UNCONFIRMED_ADDRESS = parse("3/hour")  # per address
CODES_OF_A_NETWORK = parse("30/hour")  # per address of the network
CODES_IN_A_CONVERSATION = parse("3/10 minutes")  # per conversation
CODES_TO_AN_ADDRESS = parse("10/day")  # per address, whether or not somebody has it
MAIL_TO_SOMEBODY_BLOCKED = parse("1/day")  # per address


class TooMany(Exception):
    """The limit is used up (429)."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Again in {retry_after} s")
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a limit: how many uses, and in how many seconds there will be one more."""

    limit: int
    uses: int
    one_more_in: int


@cache
def _shared() -> MovingWindowRateLimiter:
    # Blocking: whoever finds all connections in use waits for one, and is not counted elsewhere.
    pool = redis.BlockingConnectionPool.from_url(
        settings.REDIS_URL, timeout=1, socket_timeout=1, socket_connect_timeout=1
    )
    return MovingWindowRateLimiter(RedisStorage("redis://", connection_pool=pool))


def spend(limit: RateLimitItem, *who: str) -> None:
    """Count one use of `limit` by `who`. Raises TooMany if none is left."""
    try:
        allowed = _shared().hit(limit, *who)
    except redis.RedisError:
        logger.warning("Redis is away; limits are counted in this process alone.")
        allowed = _own.hit(limit, *who)
    if not allowed:
        raise TooMany(left(limit, *who).one_more_in)


def left(limit: RateLimitItem, *who: str) -> Left:
    """What `who` has left of a limit. Nothing is counted."""
    try:
        return _left(_shared(), limit, who)
    except redis.RedisError:
        return _left(_own, limit, who)


def _left(limiter: MovingWindowRateLimiter, limit: RateLimitItem, who: tuple[str, ...]) -> Left:
    """Of a window that moves, the oldest use in it is the first to count no more."""
    at, uses = limiter.get_window_stats(limit, *who)
    return Left(limit.amount, uses, max(1, math.ceil(at - time.time())))


def look(limit: RateLimitItem, *who: str) -> None:
    """Raises TooMany if none of `limit` is left; counts nothing."""
    remains = left(limit, *who)
    if not remains.uses:
        raise TooMany(remains.one_more_in)


def count(limit: RateLimitItem, *who: str) -> None:
    """Count one use, whether or not one is left."""
    with suppress(TooMany):
        spend(limit, *who)


def forget(limit: RateLimitItem, *who: str) -> None:
    """Nothing was used of `limit` by `who` so far."""
    with suppress(redis.RedisError):
        _shared().storage.clear(limit.key_for(*who))
    _own.storage.clear(limit.key_for(*who))


def network_address(request: HttpRequest) -> str:
    """Where the caller is, as limits count it. Proxies were seen through at the door."""
    return network_of(str(request.META.get("REMOTE_ADDR", "")))


def network_of(address: str) -> str:
    """An IPv4 address itself, of an IPv6 address its /64: whoever has one has all of it."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
