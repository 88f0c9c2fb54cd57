"""The cache: Redis, and for what log-ins count in it this process alone while Redis is away.

Everything else in the cache can be done without, so there a failure stays one, for its caller to know.
"""

from __future__ import annotations

import logging
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

LOG_INS = "allauth"  # how allauth's keys begin: limits, and codes that were used already


class Cache(RedisCache):
    """Django's. Without it allauth would let nobody in by a code, though the database is there."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._here = LocMemCache("log-ins", {})

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        return self._or_here("get", key, default, version=version)

    def add(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> bool:
        return bool(self._or_here("add", key, value, timeout=timeout, version=version))

    def set(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> None:
        self._or_here("set", key, value, timeout=timeout, version=version)

    def delete(self, key: Any, version: Any = None) -> bool:
        return bool(self._or_here("delete", key, version=version))

    def _or_here(self, method: str, key: Any, *values: Any, **named: Any) -> Any:
        try:
            return getattr(super(), method)(key, *values, **named)
        except (RedisError, OSError):
            if not str(key).startswith(LOG_INS):
                raise
            logger.warning("Redis is away; log-ins are counted in this process alone.")
            return getattr(self._here, method)(key, *values, **named)
