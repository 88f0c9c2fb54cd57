"""Who acts has to be allowed to: the first thing that an action checks once its rows are locked."""

from __future__ import annotations

from tickets.access.roles import may
from tickets.actions.errors import NotAllowed
from tickets.actors import Actor
from tickets.models import Permission, User


def demand(by: Actor, *wanted: Permission) -> User:
    """The agent who acts, who may do all that is wanted; without any, who works here.

    Raises:
        NotAllowed: the actor is no agent, or their role does not give it.
    """
    if by.user is None or not may(by):
        raise NotAllowed
    for permission in wanted:
        if not may(by, permission):
            raise NotAllowed(permission)
    return by.user
