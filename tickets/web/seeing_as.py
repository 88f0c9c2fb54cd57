"""An admin sees the workspace as somebody else sees it: for a while, and without doing anything in it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone

from tickets.models import Role, User

LASTS = timedelta(minutes=30)
_KEY = "seeing_as"


def begin(session: SessionBase, user: User) -> None:
    """From now on the workspace is shown as `user` sees it."""
    session[_KEY] = [user.pk, timezone.now().isoformat()]


def end(session: SessionBase) -> int | None:
    """It is shown as the admin sees it again; the key of whom it was shown as, if of anybody."""
    found = session.pop(_KEY, None)
    return found[0] if found else None


def seen_as(session: SessionBase, admin: User) -> User | None:
    """As whom an admin sees it now: somebody who works here and is no admin; None for themselves."""
    if _KEY not in session or admin.role != Role.ADMIN:
        return None
    pk, since = session[_KEY]
    user = User.objects.with_access().filter(pk=pk).first()
    over = timezone.now() - datetime.fromisoformat(since) > LASTS
    if over or user is None or not may_be_seen_as(user):
        session.pop(_KEY)
        return None
    return user


def may_be_seen_as(user: User) -> bool:
    """Whether there is something to see: never of another admin."""
    return user.works_here and user.role != Role.ADMIN
