"""Whoever is logged in, loaded with what decides what they may see."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from allauth.core import context
from django.contrib.sessions.models import Session
from django.db.models import Exists

from tickets.models import User


class LogIns(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """allauth's, which loads the user of a session in one query for all that a page asks of them.

    The same query looks whether the session is still there: one that was ended is over at once, also
    where a copy of it has come back into the cache.
    """

    def get_user(self, user_id: Any) -> User | None:
        found = User.objects.with_access().filter(pk=user_id)
        if (key := _session_key()) is not None:
            found = found.filter(Exists(Session.objects.filter(session_key=key)))
        user = found.first()
        return user if user is not None and self.user_can_authenticate(user) else None


def _session_key() -> str | None:
    """That of the page which is asked for; sockets look for theirs themselves (`sockets.sight`)."""
    request = context.request
    key: str | None = request.session.session_key if request is not None else None
    return key
