"""Who failed again and again is left alone for a while: nobody waits for a system that is down.

What is known of it is in Redis, for all processes; while Redis is away, everybody is asked.
"""

from __future__ import annotations

import redis
from django.conf import settings
from pybreaker import STATE_CLOSED, CircuitBreaker, CircuitMemoryStorage, CircuitRedisStorage

from tickets.models import Connector

FAILURES = 5  # one after another
REST = 30  # seconds


def of(connector: Connector) -> CircuitBreaker:
    """One for this call alone: it holds a lock while it is asked, which others shall not wait for."""
    return CircuitBreaker(
        fail_max=FAILURES,
        reset_timeout=REST,
        state_storage=_storage(connector),
        name=connector.key,
        throw_new_error_on_trip=False,
    )


def forget(connector: Connector) -> None:
    """Ask it again at once: an admin has changed something, or wants to know."""
    of(connector).close()


def _storage(connector: Connector) -> CircuitRedisStorage | CircuitMemoryStorage:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
    name = f"connector.{connector.pk}"
    try:
        return CircuitRedisStorage(STATE_CLOSED, client, namespace=name)
    except redis.RedisError:
        return CircuitMemoryStorage(STATE_CLOSED)
