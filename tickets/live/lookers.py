"""Which agents look at which conversation at this moment, and who of them is writing.

Kept in Redis, where each entry runs out by itself; while Redis is away, nobody is known to look.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from dataclasses import dataclass
from functools import cache

import redis
from django.conf import settings
from redis.exceptions import RedisError

from tickets.models import User

logger = logging.getLogger(__name__)

LOOKING_SECONDS = 45  # two beats of a socket, and some
WRITING_SECONDS = 8  # after the last key
_LOOKING, _WRITING = "helpdesk:looking", "helpdesk:writing"


@dataclass(frozen=True, slots=True)
class Looker:
    """An agent who has a conversation open."""

    user: int
    name: str
    writing: bool = False


def look(ticket: int, user: User, *, writing: bool = False) -> None:
    """This agent has the conversation open; said again at every beat, and while they write."""
    member, now = _member(ticket, user), time.time()
    try:
        with _redis().pipeline(transaction=False) as pipe:
            pipe.zadd(_LOOKING, {member: now + LOOKING_SECONDS})
            if writing:
                pipe.zadd(_WRITING, {member: now + WRITING_SECONDS})
            for key in (_LOOKING, _WRITING):
                pipe.zremrangebyscore(key, 0, now)
            pipe.execute()
    except (RedisError, OSError):
        logger.warning("Redis is away; nobody is known to look at a conversation.")


def leave(ticket: int, user: User) -> None:
    """This agent closed it. Another tab of theirs says that they look at its next beat."""
    try:
        with _redis().pipeline(transaction=False) as pipe:
            for key in (_LOOKING, _WRITING):
                pipe.zrem(key, _member(ticket, user))
            pipe.execute()
    except (RedisError, OSError):
        logger.warning("Redis is away; nobody is known to look at a conversation.")


def everywhere() -> dict[int, list[Looker]]:
    """Who looks at what: by ticket, in the order of their names. One way to Redis and back."""
    now = time.time()
    try:
        with _redis().pipeline(transaction=False) as pipe:
            for key in (_LOOKING, _WRITING):
                pipe.zrangebyscore(key, now, "+inf")
            looking, writing = pipe.execute()
    except (RedisError, OSError):
        return {}
    found: defaultdict[int, list[Looker]] = defaultdict(list)
    for member in looking:
        ticket, user, name = member.decode().split(":", 2)
        found[int(ticket)].append(Looker(int(user), name, member in writing))
    return {ticket: sorted(those, key=lambda one: one.name) for ticket, those in found.items()}


def _member(ticket: int, user: User) -> str:
    return f"{ticket}:{user.pk}:{user}"


@cache
def _redis() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
