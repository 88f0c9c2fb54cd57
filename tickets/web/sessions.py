"""Where staff are logged in: each session is noted when it begins, and seen again now and then.

What is known of it is carried by the session itself, so that a page asks nothing for it. It is
written anew when the session goes on under another key (a new password, another factor), and when it
is used after some minutes in which it was not.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.authentication import get_authentication_records
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.signals import user_logged_in
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from redis.exceptions import RedisError

from tickets import actions
from tickets.actors import Actor
from tickets.models import User
from tickets.models.staff_log_ins import LONGEST_DEVICE, Proof, hashed
from tickets.web import devices

SEEN_EVERY = 300  # seconds
SHOWN = 50  # log-ins of one person; all of them are ended together
PROVIDER = "provider"  # how a log-in at somebody else's is recorded among allauth's methods
_MARK = "staff_log_in"


def note_log_ins(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: after each page of somebody on the staff, their log-in was seen."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.session.accessed:
            # An admin who looks as somebody else is still themselves.
            user = getattr(request, "seen_by", None) or request.user
            if isinstance(user, User) and request.session.get(SESSION_KEY) == str(user.pk):
                seen(request, user)
        return response

    return middleware


def seen(request: HttpRequest, user: User) -> None:
    """Note that this session is used, where that has to be written at all."""
    session, now = request.session, time.time()
    if not user.on_the_staff or session.session_key is None:
        return
    mark: dict[str, Any] = session.get(_MARK) or {}
    good_for = hashed(session.get(HASH_SESSION_KEY, ""))
    same = (mark.get("key"), mark.get("good_for")) == (session.session_key, good_for)
    if same and (now - mark["at"] < SEEN_EVERY or not _first_in_a_while(mark["pk"])):
        return
    known = bool(mark) and actions.see_log_in(
        actor=Actor.agent(user),
        pk=mark["pk"],
        session_key=session.session_key,
        good_for=good_for,
        network_address=network_address(request),
        seen_at=timezone.now(),
    )
    if not known:
        begin(request, user)
    elif not same:
        session[_MARK] = {**mark, "key": session.session_key, "good_for": good_for, "at": now}


def begin(request: HttpRequest, user: User) -> None:
    """Note a session that begins here, or that was begun before such were noted."""
    session = request.session
    good_for = hashed(session.get(HASH_SESSION_KEY, ""))
    if (
        session.session_key is None
    ):  # after the log-in of somebody else it gets one when it is saved
        session.save()
    row = actions.begin_log_in(
        actor=Actor.agent(user),
        user=user,
        session_key=str(session.session_key),
        good_for=good_for,
        network_address=network_address(request),
        device=device(request),
        proofs=proofs(request, user),
    )
    session[_MARK] = {
        "pk": row.pk,
        "key": session.session_key,
        "good_for": good_for,
        "at": time.time(),
    }


@dataclass(frozen=True, slots=True)
class Described:
    """A log-in as people read it."""

    pk: int
    device: str
    proofs: str
    network_address: str
    began_at: datetime
    seen_at: datetime
    here: bool  # the one that asks


def described(user: User, here: str | None = None) -> list[Described]:
    """Where somebody is logged in now: this session first, then the one that was used last."""
    rows = [row for row in user.staff_log_ins.open()[:SHOWN] if row.is_good_for(user)]
    found = [
        Described(
            pk=row.pk,
            device=devices.in_words(row.device),
            proofs=", ".join(str(Proof(one).label) for one in row.proofs),
            network_address=row.network_address or "",
            began_at=row.began_at,
            seen_at=row.seen_at,
            here=row.session_key == here,
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: not one.here)


def proofs(request: HttpRequest, user: User) -> list[str]:
    """What was shown to come in, as allauth has recorded it in the session."""
    found = []
    for record in get_authentication_records(request, user):
        method = record["method"]
        if method == "mfa":
            found.append(record.get("type"))
        elif method in (Proof.PASSWORD, PROVIDER):
            found.append(method)
        else:
            found.append(Proof.MAIL)
    return [str(one) for one in dict.fromkeys(found) if one in Proof.values]


def device(request: HttpRequest) -> str:
    """What the browser says of itself."""
    said = str(request.META.get("HTTP_USER_AGENT", ""))
    return "".join(letter for letter in said if letter.isprintable())[:LONGEST_DEVICE]


def network_address(request: HttpRequest) -> str | None:
    """Where the caller is. Proxies were seen through at the door."""
    try:
        return str(ipaddress.ip_address(str(request.META.get("REMOTE_ADDR", "")).split("%")[0]))
    except ValueError:
        return None


def _first_in_a_while(pk: int) -> bool:
    """Whether no other page of the session has said so lately. Without Redis it is not said."""
    try:
        return bool(cache.add(f"staff-log-in:{pk}", True, SEEN_EVERY))
    except (RedisError, OSError):
        return False


def _note(sender: object, request: HttpRequest | None, user: Any, **kwargs: object) -> None:
    if request is not None and isinstance(user, User) and user.on_the_staff:
        begin(request, user)


def subscribe() -> None:
    """Listen to Django's log-in."""
    user_logged_in.connect(_note, dispatch_uid="note-staff-log-in")
