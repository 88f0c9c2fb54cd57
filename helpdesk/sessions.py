"""Log-ins that outlive Redis: kept in the database, with a copy in the cache that may be missing.

Django's own store of this kind fails whenever the cache does, on every page.
"""

import logging
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.sessions.backends import cached_db
from django.core.cache import caches
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

# What was deleted while Redis was away comes back with it; then it is good for this long at most.
COPY_SECONDS = 300


class Copies:
    """The part of a cache that sessions use. Its failures are only a way to the database more."""

    def __init__(self, alias: str) -> None:
        self.cache = caches[alias]

    def get(self, key: str) -> Any:
        try:
            return self.cache.get(key)
        except (RedisError, OSError):
            return None

    def set(self, key: str, value: Any, timeout: float | None = None) -> None:
        seconds = COPY_SECONDS if timeout is None else min(timeout, COPY_SECONDS)
        try:
            self.cache.set(key, value, seconds)
        except (RedisError, OSError):
            logger.warning("Redis is away; sessions are read from the database.")

    def delete(self, key: str) -> None:
        try:
            self.cache.delete(key)
        except (RedisError, OSError):
            logger.warning("Redis is away; a session's copy may come back with it for a while.")

    def __contains__(self, key: str) -> bool:
        return self.get(key) is not None

    async def aget(self, key: str) -> Any:
        return await sync_to_async(self.get)(key)

    async def aset(self, key: str, value: Any, timeout: float | None = None) -> None:
        await sync_to_async(self.set)(key, value, timeout)

    async def adelete(self, key: str) -> None:
        await sync_to_async(self.delete)(key)


class SessionStore(cached_db.SessionStore):
    """Django's, with a cache that can be done without."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self._cache = Copies(settings.SESSION_CACHE_ALIAS)
