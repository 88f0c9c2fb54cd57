"""What is due for browsers and mailboxes, gathered into one push or one mail for each of them.

A target is claimed for a while, what is new is read, it is sent outside any transaction, and then
noted as sent. A process that dies in between sends it once more: the browser shows the second in the
place of the first, and a mail has the same Message-ID.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tickets import access
from tickets.actors import Actor
from tickets.delivering import push
from tickets.delivering.push import Answer, Outcome
from tickets.email import notifications as mail
from tickets.models import Notification, NotificationKind, NotificationTarget, Way
from tickets.models.notifications import NotificationSettings
from tickets.notifying import words

TOGETHER = 8
LEASE = timedelta(minutes=2)  # longer than one of them takes
ROUNDS = 20  # at most, then other tasks have their turn
GATHERED = 500  # notifications that are read for one push or mail; more are only counted
MOST_ATTEMPTS = 8
RETRY_AFTER = timedelta(seconds=15)  # doubled with each attempt, up to an hour


def deliver(*, side_by_side: bool = True) -> int:
    """Send what is due, until nothing is left; returns to how many targets something was due."""
    done = 0
    for _round in range(ROUNDS):
        claimed = NotificationTarget.objects.claim(most=TOGETHER, lease=LEASE)
        if side_by_side and len(claimed) > 1:
            with ThreadPoolExecutor(TOGETHER, thread_name_prefix="deliver") as pool:
                list(pool.map(_send_and_hang_up, claimed))
        else:
            for target in claimed:
                _send(target)
        done += len(claimed)
        if len(claimed) < TOGETHER:
            break
    return done


def _send_and_hang_up(target: NotificationTarget) -> None:
    """In a thread of its own, which gives its connection back to the pool."""
    try:
        _send(target)
    finally:
        connection.close()


def _send(target: NotificationTarget) -> None:
    targets = NotificationTarget.objects
    chosen = NotificationSettings.of(target.user)
    if (quiet_until := chosen.quiet_end(timezone.now())) is not None:
        targets.waits(target, quiet_until, tried=False)
        return
    kinds = chosen.kinds_by(target.way)
    upto = max(_newest(target, kinds), target.sent_upto)  # first: what comes after it comes later
    new = (
        access.notifications_for(Actor.agent(target.user))
        .unread()
        .filter(pk__gt=target.sent_upto, pk__lte=upto, kind__in=kinds)
        .select_related("ticket", "event")
        .order_by("-pk")
    )
    # None are left if they were read meanwhile, or are not theirs to see any more.
    found = list(new[:GATHERED])
    if found and target.attempts <= MOST_ATTEMPTS:
        answer = _carry(target, found)
        if answer.outcome == Outcome.GONE:
            targets.is_gone(target)
            return
        if answer.outcome == Outcome.LATER:
            targets.waits(target, timezone.now() + (answer.wait or _back_off(target)), tried=True)
            return
    targets.is_sent(target, upto, kinds=kinds)


def _carry(target: NotificationTarget, found: Sequence[Notification]) -> Answer:
    if target.way == Way.PUSH:
        return push.send(target, _payload(found), urgent=_is_urgent(found))
    return Answer(Outcome.SENT if mail.send(target, found) else Outcome.LATER)


def _newest(target: NotificationTarget, kinds: Sequence[str]) -> int:
    mine = Notification.objects.filter(user=target.user, kind__in=kinds).order_by("-pk")
    return mine.values_list("pk", flat=True).first() or 0


def _back_off(target: NotificationTarget) -> timedelta:
    wait: timedelta = min(RETRY_AFTER * 2**target.attempts, push.LONGEST_WAIT)
    return wait


def _is_urgent(found: Sequence[Notification]) -> bool:
    return any(one.kind in (NotificationKind.MENTIONED, NotificationKind.WROTE) for one in found)


def _payload(found: Sequence[Notification]) -> bytes:
    """Why and where: nothing of it names a customer or says what anybody wrote. It goes through the
    servers of a browser's maker, and stands on a screen that others may see.
    """
    with translation.override(settings.LANGUAGE_CODE):
        newest = found[0]
        tickets = Counter(one.ticket.reference for one in found)
        lines = words.gathered(found)
        if len(tickets) == 1:
            place = reverse("workspace-ticket", args=[newest.ticket.reference])
            first = found[-1].event.position or 0
            url = f"{place}?at={first}#m{first}"
        else:
            url = reverse("workspace-notifications")
        title = lines[0]
        if len(found) > 1:
            count = f"{GATHERED - 1}+" if len(found) == GATHERED else str(len(found))
            title = ngettext(
                "%(count)s new in %(tickets)d conversation",
                "%(count)s new in %(tickets)d conversations",
                len(tickets),
            ) % {"count": count, "tickets": len(tickets)}
        body = "\n".join(lines[:4]) if len(found) > 1 else _("Open it in the helpdesk.")
    return json.dumps({"title": title, "body": body, "url": url}).encode()
