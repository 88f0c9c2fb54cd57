"""Who is here now: agents at work in an open workspace, customers with an open conversation.

Kept in Redis and run out by themselves; while Redis is away, nobody is known to be here. Who may be
named at all (whether they still work here, in this team) is read from the database each time.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal

from django.core.cache import cache
from redis.exceptions import RedisError

from tickets import replay
from tickets.models import Permission, Ticket, User
from tickets.models.roles import with_permission

logger = logging.getLogger(__name__)

_CUSTOMER = "presence:ticket:"

HERE_SECONDS = 45  # two beats of a socket, and some
# A screen that nobody has touched for so long is a forgotten one, and no open desk.
ACTIVE_SECONDS = 15 * 60
SEEN_SECONDS = 24 * 3600  # an answer is mailed long before
AWAY_SECONDS = 12 * 3600  # "away" lasts for a shift, not for ever


class State(StrEnum):
    """What an agent with an open workspace says of themselves."""

    HERE = "here"  # conversations may come
    BUSY = "busy"  # at work; none is to come for now
    AWAY = "away"


def mark_here(*keys: str) -> None:
    """These have the workspace, or their conversation, open (`agent_key`, `customer_key`).

    Said again at every beat of their sockets, of many at once.
    """
    if not keys:
        return
    seen = {_seen_key(key): time.time() for key in keys}
    try:
        cache.set_many(dict.fromkeys(keys, 1), timeout=HERE_SECONDS)  # one way to Redis and back
        cache.set_many(seen, timeout=SEEN_SECONDS)
    except (RedisError, OSError):
        logger.warning("Redis is away; presence is not known for a while.")


def mark_agent_here(user: User) -> None:
    """This agent has the workspace open."""
    mark_here(agent_key(user.pk))


def mark_agent_active(user: User) -> bool:
    """This agent did something in the workspace; their screen says so, at most once a minute.

    Whether nothing had been heard of them before, so that they have just come.
    """
    key = _active_key(user.pk)
    came = key not in _read([key])
    _write(key, ACTIVE_SECONDS)
    return came


def set_state(user: User, state: State) -> None:
    """What this agent says of themselves, for a shift."""
    if state == State.HERE:
        _forget(_away_key(user.pk))
        mark_agent_here(user)
        mark_agent_active(user)
    else:
        _write(_away_key(user.pk), AWAY_SECONDS, str(state))


def state_of(user: User) -> State:
    """What this agent said of themselves last; here, while nothing is known."""
    key = _away_key(user.pk)
    said = _read([key]).get(key, State.HERE)
    return State(said) if said in list(State) else State.AWAY


def is_away(user: User) -> bool:
    return state_of(user) == State.AWAY


def gone_for(agents: Iterable[int]) -> dict[int, timedelta]:
    """How long these have had no workspace open, where that is known. Whoever has one is left out."""
    keys = {pk: (agent_key(pk), _seen_key(agent_key(pk))) for pk in agents}
    known = _read([key for pair in keys.values() for key in pair]) if keys else {}
    now = time.time()
    return {
        pk: timedelta(seconds=max(0.0, now - known[seen]))
        for pk, (here, seen) in keys.items()
        if here not in known and seen in known
    }


def agents_here(team_id: int) -> set[int]:
    """Those of a team who take conversations now. One query.

    They have the workspace open, did something in it lately, and do not say that they are away.
    """
    if replay.is_running():
        return replay.agents_here()
    answering = with_permission(Permission.REPLY)
    members = User.objects.filter(answering, teams=team_id, is_active=True)
    return _here(members.values_list("pk", flat=True))


def here(agents: Iterable[int]) -> set[int]:
    """Those of these agents who take conversations now, whatever their teams. No query."""
    return replay.agents_here() if replay.is_running() else _here(agents)


def standing(agents: Iterable[int]) -> dict[int, Literal["here", "busy", "away", "offline"]]:
    """How each of these stands: takes conversations, says that they are busy or away (or left an open
    workspace alone for long, which is the same), or has none open. No query.
    """
    keys = {pk: (agent_key(pk), _active_key(pk), _away_key(pk)) for pk in agents}
    known = _read([key for three in keys.values() for key in three]) if keys else {}
    found: dict[int, Literal["here", "busy", "away", "offline"]] = {}
    for pk, (here, active, away) in keys.items():
        if here not in known:
            found[pk] = "offline"
        elif away in known:
            found[pk] = "busy" if known[away] == State.BUSY else "away"
        else:
            found[pk] = "here" if active in known else "away"
    return found


def is_at_work(agent: int) -> bool:
    """Whether an agent has the workspace open and is not away; whoever is busy is at work. No query."""
    if replay.is_running():
        return agent in replay.agents_here()
    known = _read([agent_key(agent), _away_key(agent)])
    return agent_key(agent) in known and known.get(_away_key(agent)) != State.AWAY


def forget_customer(ticket_id: int) -> None:
    """The customer closed the page. Another tab says that they are here at its next beat."""
    _forget(customer_key(ticket_id))


def customer_is_here(ticket: Ticket) -> bool:
    """Whether the customer has this conversation open, so that no mail is needed."""
    return bool(_read([customer_key(ticket.pk)]))


def customers_here(tickets: Iterable[int]) -> set[int]:
    """Of which of these tickets, by their keys, the customer has the conversation open."""
    keys = {customer_key(pk): pk for pk in tickets}
    return {keys[key] for key in _read(list(keys))} if keys else set()


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
    """When somebody had it open last: a customer their conversation, an agent the workspace."""
    return f"{key}:seen"


def _write(key: str, seconds: int, value: Any = 1) -> None:
    try:
        cache.set(key, value, timeout=seconds)
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
