"""Where staff are logged in: a log-in begins, is seen again, and is ended by its owner or an admin."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction

from tickets import clock, events
from tickets.actions import rights
from tickets.actions.errors import NotAllowed
from tickets.actors import Actor
from tickets.live import nudges
from tickets.models import EventKind, Role, StaffLogIn, User


@transaction.atomic
def begin_log_in(
    *,
    actor: Actor,
    user: User,
    session_key: str,
    good_for: str,
    network_address: str | None,
    device: str,
    proofs: Sequence[str],
) -> StaffLogIn:
    """Note a session that somebody on the staff has begun, or take over one whose key is known."""
    now = clock.now()
    row, _made = StaffLogIn.objects.update_or_create(
        session_key=session_key,
        defaults={
            "user": user,
            "good_for": good_for,
            "began_at": now,
            "seen_at": now,
            "network_address": network_address,
            "device": device,
            "proofs": list(proofs),
        },
    )
    return row


@transaction.atomic
def see_log_in(
    *,
    actor: Actor,
    pk: int,
    session_key: str,
    good_for: str,
    network_address: str | None,
    seen_at: datetime,
) -> bool:
    """It is used again, perhaps by another key or from elsewhere. False if it is known no more."""
    row = StaffLogIn.objects.select_for_update(no_key=True).filter(pk=pk, user=actor.user).first()
    if row is None:
        return False
    row.session_key, row.good_for = session_key, good_for
    row.network_address = network_address or row.network_address
    row.seen_at = max(seen_at, row.seen_at)
    row.save(update_fields=["session_key", "good_for", "network_address", "seen_at"])
    return True


@transaction.atomic
def tell_of_access(
    *, actor: Actor, user: User, kind: EventKind, data: dict[str, str | list[str]]
) -> None:
    """Write down that somebody on the staff came in, or has a second factor more, or one less.

    It is allauth that lets them in and keeps their factors; without the record none of it counts.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    said: dict[str, Any] = {name: value for name, value in data.items() if value}
    events.record(kind, actor=actor, subject=user, name=str(user), **said)


@transaction.atomic
def end_staff_log_ins(
    *, actor: Actor, user: User, only: int | None = None, but: str = ""
) -> list[StaffLogIn]:
    """End sessions of somebody on the staff at once: the one with the key `only`, else all.

    The session `but` goes on. Their pages are a stranger's from now on, their sockets close. Returns
    what was ended; nothing where somebody was faster.

    Raises:
        NotAllowed: they are neither the actor's own nor is the actor an admin who may change them.
    """
    rows = StaffLogIn.objects.select_for_update().filter(user=user).exclude(session_key=but)
    if only is not None:
        rows = rows.filter(pk=only)
    ended = list(rows.order_by("pk"))
    by = rights.demand(actor)
    if by.pk != user.pk and not (
        by.role == Role.ADMIN and (by.is_superuser or not user.is_superuser)
    ):
        raise NotAllowed
    keys = [row.session_key for row in ended]
    Session.objects.filter(session_key__in=keys).delete()
    StaffLogIn.objects.filter(pk__in=[row.pk for row in ended]).delete()
    for row in ended:
        events.record(
            EventKind.LOG_IN_ENDED,
            actor=actor,
            subject=user,
            name=str(user),
            device=row.device,
            network_address=row.network_address or "",
        )
        transaction.on_commit(partial(_close, row.session_key))
    return ended


def _close(session_key: str) -> None:
    """Its copy in the cache goes, and its sockets."""
    import_module(settings.SESSION_ENGINE).SessionStore(session_key).delete()
    nudges.end_session(session_key)
