"""Who is here now: agents with an open workspace, customers with an open conversation.

Kept in Redis and run out by themselves; while Redis is away, nobody is known to be here. Who may be
named at all (whether they still work here, in this team) is read from the database each time.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from django.core.cache import cache
from django.db.models import QuerySet
from redis.exceptions import RedisError

from tickets.models import Team, Ticket, User
from tickets.models.users import STAFF_ROLES

logger = logging.getLogger(__name__)

HERE_SECONDS = 45  # two beats of a socket, and some
AWAY_SECONDS = 12 * 3600  # "away" lasts for a shift, not for ever


def mark_here(*keys: str) -> None:
    """These have the workspace, or their conversation, open (`agent_key`, `customer_key`).

    Said again at every beat of their sockets, of many at once.
    """
    if not keys:
        return
    try:
        cache.set_many(dict.fromkeys(keys, 1), timeout=HERE_SECONDS)  # one way to Redis and back
    except (RedisError, OSError):
        logger.warning("Redis is away; presence is not known for a while.")


def mark_agent_here(user: User) -> None:
    """This agent has the workspace open."""
    mark_here(agent_key(user.pk))


def set_away(user: User, *, away: bool) -> None:
    """Whether this agent wants to count as away although the workspace is open."""
    if away:
        _write(_away_key(user.pk), AWAY_SECONDS)
    else:
        _forget(_away_key(user.pk))
        mark_agent_here(user)


def is_away(user: User) -> bool:
    return bool(_read([_away_key(user.pk)]))


def online_agents(team: Team) -> list[str]:
    """The display names, as customers may read them, of those of a team who are here. One query."""
    members = _members(team.pk).order_by("name", "pk")
    names = {user.pk: user.get_short_name() for user in members if user.name}
    here = _here(names)
    return [name for pk, name in names.items() if pk in here]


def somebody_is_here(team_id: int) -> bool:
    """Whether anybody of a team is here who may be named. One query."""
    return bool(_here(_members(team_id).exclude(name="").values_list("pk", flat=True)))


def forget_customer(ticket_id: int) -> None:
    """The customer closed the page. Another tab says that they are here at its next beat."""
    _forget(customer_key(ticket_id))


def customer_is_here(ticket: Ticket) -> bool:
    """Whether the customer has this conversation open, so that no mail is needed."""
    return bool(_read([customer_key(ticket.pk)]))


def _members(team_id: int) -> QuerySet[User]:
    return User.objects.filter(teams=team_id, is_active=True, role__in=STAFF_ROLES)


def _here(agents: Iterable[int]) -> set[int]:
    """Those of these agents who have the workspace open and are not away."""
    keys = {pk: (agent_key(pk), _away_key(pk)) for pk in agents}
    known = _read([key for pair in keys.values() for key in pair]) if keys else {}
    return {pk for pk, (here, away) in keys.items() if here in known and away not in known}


def agent_key(pk: int) -> str:
    """Of somebody who works here and has the workspace open."""
    return f"presence:agent:{pk}"


def _away_key(pk: int) -> str:
    return f"presence:away:{pk}"


def customer_key(ticket_pk: int) -> str:
    """Of the customer who has this conversation open."""
    return f"presence:ticket:{ticket_pk}"


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
