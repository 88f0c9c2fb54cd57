"""Who is here now: agents at work in an open workspace, customers with an open conversation.

Kept in Redis and run out by themselves; while Redis is away, nobody is known to be here. Who may be
named at all (whether they still work here, in this team) is read from the database each time.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.cache import cache
from redis.exceptions import RedisError

from tickets import replay
from tickets.models import Ticket, User
from tickets.models.users import STAFF_ROLES

logger = logging.getLogger(__name__)

_CUSTOMER = "presence:ticket:"

HERE_SECONDS = 45  # two beats of a socket, and some
# A screen that nobody has touched for so long is a forgotten one, and no open desk.
ACTIVE_SECONDS = 15 * 60
SEEN_SECONDS = 24 * 3600  # an answer is mailed long before
AWAY_SECONDS = 12 * 3600  # "away" lasts for a shift, not for ever


def mark_here(*keys: str) -> None:
    """These have the workspace, or their conversation, open (`agent_key`, `customer_key`).

    Said again at every beat of their sockets, of many at once.
    """
    if not keys:
        return
    seen = {_seen_key(key): time.time() for key in keys if key.startswith(_CUSTOMER)}
    try:
        cache.set_many(dict.fromkeys(keys, 1), timeout=HERE_SECONDS)  # one way to Redis and back
        if seen:
            cache.set_many(seen, timeout=SEEN_SECONDS)
    except (RedisError, OSError):
        logger.warning("Redis is away; presence is not known for a while.")


def mark_agent_here(user: User) -> None:
    """This agent has the workspace open."""
    mark_here(agent_key(user.pk))


def mark_agent_active(user: User) -> None:
    """This agent did something in the workspace; their screen says so, at most once a minute."""
    _write(_active_key(user.pk), ACTIVE_SECONDS)


def set_away(user: User, *, away: bool) -> None:
    """Whether this agent wants to count as away although the workspace is open."""
    if away:
        _write(_away_key(user.pk), AWAY_SECONDS)
    else:
        _forget(_away_key(user.pk))
        mark_agent_here(user)
        mark_agent_active(user)


def is_away(user: User) -> bool:
    return bool(_read([_away_key(user.pk)]))


def agents_here(team_id: int) -> set[int]:
    """Those of a team who take conversations now. One query.

    They have the workspace open, did something in it lately, and do not say that they are away.
    """
    if replay.is_running():
        return replay.agents_here()
    members = User.objects.filter(teams=team_id, is_active=True, role__in=STAFF_ROLES)
    return _here(members.values_list("pk", flat=True))


def here(agents: Iterable[int]) -> set[int]:
    """Those of these agents who take conversations now, whatever their teams. No query."""
    return replay.agents_here() if replay.is_running() else _here(agents)


def forget_customer(ticket_id: int) -> None:
    """The customer closed the page. Another tab says that they are here at its next beat."""
    _forget(customer_key(ticket_id))


def customer_is_here(ticket: Ticket) -> bool:
    """Whether the customer has this conversation open, so that no mail is needed."""
    return bool(_read([customer_key(ticket.pk)]))


def customer_was_here_since(ticket: Ticket, moment: datetime) -> bool:
    """Whether the customer had this conversation open at or after a moment, as far as is known."""
    key = _seen_key(customer_key(ticket.pk))
    return bool(_read([key]).get(key, 0.0) >= moment.timestamp())


def _here(agents: Iterable[int]) -> set[int]:
    keys = {pk: (agent_key(pk), _active_key(pk), _away_key(pk)) for pk in agents}
    known = _read([key for three in keys.values() for key in three]) if keys else {}
    return {
        pk
        for pk, (here, active, away) in keys.items()
        if here in known and active in known and away not in known
    }


def agent_key(pk: int) -> str:
    """Of somebody who works here and has the workspace open."""
    return f"presence:agent:{pk}"


def _active_key(pk: int) -> str:
    return f"presence:active:{pk}"


def _away_key(pk: int) -> str:
    return f"presence:away:{pk}"


def customer_key(ticket_pk: int) -> str:
    """Of the customer who has this conversation open."""
    return f"{_CUSTOMER}{ticket_pk}"


def _seen_key(key: str) -> str:
    """When the customer had the conversation open last."""
    return f"{key}:seen"


def _write(key: str, seconds: int) -> None:
    try:
        cache.set(key, 1, timeout=seconds)
    except (RedisError, OSError):
        logger.warning("Redis is away; presence is not known for a while.")


def _forget(key: str) -> None:
    try:
        cache.delete(key)
    except (RedisError, OSError):
        logger.warning("Redis is away; presence is not known for a while.")


def _read(keys: list[str]) -> dict[str, Any]:
    try:
        return cache.get_many(keys)
    except (RedisError, OSError):
        return {}
