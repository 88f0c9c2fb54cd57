"""Telling agents of an event, marking what they have read, and what they want to be told of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from tickets import clock, events
from tickets.actions import rights
from tickets.actors import Actor
from tickets.intake import text
from tickets.live import nudges
from tickets.models import (
    Event,
    EventKind,
    MailWait,
    Notification,
    NotificationKind,
    NotificationSettings,
    NotificationTarget,
    Ticket,
    Turn,
    User,
    Way,
)
from tickets.models.notifications import CHOICES, MOST_BROWSERS
from tickets.notifying import recipients

# A screen on which it is read says so within seconds; only what is unread after that is pushed.
PUSH_AFTER = timedelta(seconds=5)
ABSENCE = timedelta(
    minutes=30
)  # who did nothing for so long was away, and may have missed something
SAID_AGAIN = timedelta(minutes=1)


@transaction.atomic
def notify(*, actor: Actor, event: Event) -> list[Notification]:
    """Write down who is to be told of an event, and that their browsers and mailboxes are due.

    Once per person and event, whoever asks again. What waited for anybody of a team is read as soon
    as somebody has it.
    """
    assert event.ticket is not None, "only what happens in a conversation is told"
    ticket = Ticket.objects.locked(event.ticket)
    if ticket.turn != Turn.QUEUE:
        waits = Notification.objects.unread().filter(ticket=ticket, kind=NotificationKind.QUEUE)
        waits.update(read_at=clock.now())
    told = [
        (user, kind, NotificationSettings.of(user)) for user, kind in recipients.of(event, ticket)
    ]
    ways = (Way.APP, Way.PUSH, Way.EMAIL)
    told = [one for one in told if any(one[2].wants(one[1], way) for way in ways)]
    known = set(event.notifications.values_list("user", flat=True)) if told else set()
    told = [one for one in told if one[0].pk not in known]
    if not told:
        return []
    _set_off(told)
    written = Notification.objects.bulk_create(
        Notification(
            user=user,
            kind=kind,
            ticket=ticket,
            event=event,
            in_app=chosen.wants(kind, Way.APP),
        )
        for user, kind, chosen in told
    )
    _tell_screens((one.user_id, one.pk) for one in written)
    return written


@transaction.atomic
def mark_read(*, actor: Actor, ticket: Ticket) -> int:
    """The agent has a conversation before their eyes: nothing of it is news to them; how many were.

    Raises:
        NotAllowed: the actor is no agent.
    """
    user = _locked(actor)
    mine = Notification.objects.unread().filter(user=user, ticket=ticket)
    read = mine.update(read_at=clock.now())
    if read:
        _tell_screens([(user.pk, 0)])
    return read


@transaction.atomic
def mark_all_read(*, actor: Actor, upto: int) -> int:
    """Nothing up to a notification is news to them any more; what came after it stays; how many were.

    Raises:
        NotAllowed: the actor is no agent.
    """
    user = _locked(actor)
    read = Notification.objects.unread().filter(user=user, pk__lte=upto).update(read_at=clock.now())
    if read:
        _tell_screens([(user.pk, 0)])
    return read


@transaction.atomic
def be_here(*, actor: Actor) -> None:
    """The agent does something in the workspace; after an absence it is known since when they were away.

    Raises:
        NotAllowed: the actor is no agent.
    """
    user = _locked(actor)
    kept = NotificationSettings.objects.filter(user=user).first() or NotificationSettings(user=user)
    now = clock.now()
    if kept.here_at is not None and now - kept.here_at < SAID_AGAIN:
        return
    if kept.here_at is not None and now - kept.here_at > ABSENCE:
        kept.left_at = kept.here_at
    kept.here_at = now
    kept.save()


@transaction.atomic
def choose_notifications(
    *,
    actor: Actor,
    choices: Sequence[str],
    mail_wait: MailWait,
    quiet_from: time | None,
    quiet_until: time | None,
) -> NotificationSettings:
    """The agent says what they want to be told of, how, and when not.

    Raises:
        NotAllowed: the actor is no agent.
        ValidationError: the quiet hours have only one end, or no length.
    """
    user = _locked(actor)
    if (quiet_from is None) != (quiet_until is None) or (
        quiet_from is not None and quiet_from == quiet_until
    ):
        raise ValidationError(
            _("Quiet hours need a beginning and an end that is another time."), code="quiet"
        )
    kept = NotificationSettings.objects.filter(user=user).first() or NotificationSettings(user=user)
    before = [kept.choices, kept.mail_wait, kept.quiet_from, kept.quiet_until]
    kept.choices = [one for one in CHOICES if one in choices]
    kept.mail_wait, kept.quiet_from, kept.quiet_until = mail_wait, quiet_from, quiet_until
    if before != [kept.choices, kept.mail_wait, kept.quiet_from, kept.quiet_until]:
        kept.save()
        events.record(EventKind.SETTING_CHANGED, actor=actor, subject=kept, name=str(user))
    return kept


@transaction.atomic
def add_browser(
    *, actor: Actor, endpoint: str, p256dh: str, auth: str, browser: str
) -> NotificationTarget:
    """A browser of the agent's asks for pushes; if it did so for a colleague before, it is theirs now.

    Of too many browsers the oldest is forgotten. The address is looked at when something is sent.

    Raises:
        NotAllowed: the actor is no agent.
    """
    user = _locked(actor)
    newest = Notification.objects.filter(user=user).aggregate(newest=Max("pk"))["newest"] or 0
    NotificationTarget.objects.filter(endpoint=endpoint).exclude(user=user).delete()
    target, is_new = NotificationTarget.objects.update_or_create(
        endpoint=endpoint,
        defaults={
            "user": user,
            "p256dh": p256dh,
            "auth": auth,
            "browser": text.line(browser, limit=100),
        },
        create_defaults={
            "user": user,
            "p256dh": p256dh,
            "auth": auth,
            "browser": text.line(browser, limit=100),
            "sent_upto": newest,
        },
    )
    if is_new:
        events.record(EventKind.SETTING_ADDED, actor=actor, subject=target, name=target.browser)
    browsers = NotificationTarget.objects.filter(user=user).exclude(endpoint="")
    kept = browsers.order_by("-pk").values_list("pk", flat=True)[:MOST_BROWSERS]
    browsers.exclude(pk__in=list(kept)).delete()
    return target


@transaction.atomic
def remove_browser(*, actor: Actor, pk: int = 0, endpoint: str = "") -> bool:
    """A browser of the agent's gets no more pushes; False if it was none.

    Raises:
        NotAllowed: the actor is no agent.
    """
    user = _locked(actor)
    mine = NotificationTarget.objects.filter(user=user).exclude(endpoint="")
    target = (mine.filter(pk=pk) if pk else mine.filter(endpoint=endpoint)).first()
    if target is None:
        return False
    events.record(EventKind.SETTING_REMOVED, actor=actor, subject=target, name=target.browser)
    target.delete()
    return True


def _locked(actor: Actor) -> User:
    """The agent's row: what they do from several screens at once is done one after the other."""
    user = rights.demand(actor)
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _set_off(told: Iterable[tuple[User, NotificationKind, NotificationSettings]]) -> None:
    """The browsers and mailboxes of these people have something to be sent, each at its time.

    They are locked before the notifications are written: so the numbers of those that one target is
    sent rise in the order in which they are committed, and `sent_upto` passes none over.
    """
    now = clock.now()
    due: dict[tuple[int, Way], datetime] = {}
    for user, kind, chosen in told:
        for way, wait in (
            (Way.PUSH, PUSH_AFTER),
            (Way.EMAIL, timedelta(minutes=chosen.mail_wait)),
        ):
            if chosen.wants(kind, way):
                at = now + wait
                due[user.pk, way] = chosen.quiet_end(at) or at
    by_mail = sorted(user for user, way in due if way == Way.EMAIL)
    _make_mailboxes(by_mail)
    users = {user for user, _way in due}
    rows = NotificationTarget.objects.filter(user__in=users).order_by("pk")
    for target in rows.select_for_update(no_key=True):
        at_latest = due.get((target.user_id, target.way))
        # One that is being sent to, or is to be tried again later, looks then at what is new.
        if at_latest is not None and not target.attempts:
            target.due_at = min(target.due_at or at_latest, at_latest)
            target.save(update_fields=["due_at"])


def _make_mailboxes(users: Sequence[int]) -> None:
    known = NotificationTarget.objects.filter(user__in=users, endpoint="")
    new = sorted(set(users) - set(known.values_list("user", flat=True)))
    if new:
        newest = Notification.objects.aggregate(newest=Max("pk"))["newest"] or 0
        NotificationTarget.objects.bulk_create(
            (NotificationTarget(user_id=user, sent_upto=newest) for user in new),
            ignore_conflicts=True,
        )


def _tell_screens(changed: Iterable[tuple[int, int]]) -> None:
    """The open workspaces of these people show a new number; `0` is no new notification."""
    news = list(changed)

    def send() -> None:
        for user, notification in news:
            message = {"type": "notified", "notification": notification}
            nudges.send([nudges.user_group(user)], message)

    transaction.on_commit(send, robust=True)
