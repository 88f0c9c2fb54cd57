"""Who acts has to be allowed to: the first thing that an action checks once its rows are locked."""

from __future__ import annotations

from tickets.access.roles import may
from tickets.actions.errors import NotAllowed
from tickets.actors import Actor
from tickets.models import Permission, User


def demand(actor: Actor, *wanted: Permission) -> User:
    """The agent who acts, who may do all that is wanted; without any, who works here.

    Raises:
        NotAllowed: the actor is no agent, or their role does not give it.
    """
    if actor.user is None or not may(actor):
        raise NotAllowed
    for permission in wanted:
        if not may(actor, permission):
            raise NotAllowed(permission)
    return actor.user
