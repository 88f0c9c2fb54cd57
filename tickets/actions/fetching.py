"""What the fetching program writes: mails that it keeps, how far it is, and what stands in its way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from tickets import clock, events
from tickets.actions.incoming import receive_mail
from tickets.actors import Actor
from tickets.models import EventKind, Fetching, IncomingMail, Mailbox, WayIn


class NotToBeFetched(Exception):
    """The mailbox is not to be fetched any more, or its server's numbers are others by now."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A folder of a server, as it says of itself: what its numbers belong to, and the next one."""

    source: str
    uid_validity: int
    uid_next: int


@transaction.atomic
def begin_fetching(
    *, actor: Actor, mailbox: Mailbox, opened: Opened, since: date | None, takes_old: bool
) -> Fetching:
    """How far this folder has been fetched; from the beginning for one that is new to us.

    `takes_old`: what lies there is taken, back to `since`. Where only the server's numbers are new,
    everything since fetching began is looked at again: what is kept already stays one.
    """
    row = Fetching.objects.locked(mailbox)
    if (row.source, row.uid_validity) == (opened.source, opened.uid_validity):
        return row
    newest = opened.uid_next - 1
    if row.source != opened.source:
        row.began_at, row.is_over_again = clock.now(), False
        row.taken_since = since
        row.last_uid = 0 if takes_old else newest
    else:
        assert row.began_at is not None
        row.is_over_again = True
        row.taken_since = since if takes_old else row.began_at.date()
        row.last_uid = 0
    row.source, row.uid_validity = opened.source, opened.uid_validity
    row.marked_uid, row.old_until_uid = row.last_uid, newest
    row.old_total = row.old_done = 0
    row.save()
    return row


@transaction.atomic
def count_old(*, actor: Actor, mailbox: Mailbox, number: int) -> Fetching:
    """So many mails that lay there are still to be taken in."""
    row = Fetching.objects.locked(mailbox)
    row.old_total = row.old_done + number
    row.save(update_fields=["old_total"])
    return row


@transaction.atomic
def keep_fetched(
    *,
    actor: Actor,
    fetching: Fetching,
    uid: int,
    raw: bytes,
    is_old: bool = False,
    unreadable: str = "",
    size: int | None = None,
) -> IncomingMail | None:
    """Keep the mail with this number, and that it is fetched; None if somebody else has done so.

    `unreadable` says why there is less of it than there should be. Raises NotToBeFetched.
    """
    row = Fetching.objects.locked(fetching.mailbox)
    if not row.mailbox.is_active or row.mailbox.way_in != WayIn.IMAP:
        raise NotToBeFetched
    if (row.source, row.uid_validity) != (fetching.source, fetching.uid_validity):
        raise NotToBeFetched
    if uid <= row.last_uid:
        return None
    mail, _is_new = receive_mail(
        actor=actor,
        mailbox=row.mailbox,
        raw=raw,
        is_old=is_old,
        unreadable=unreadable,
        size=size,
    )
    row.last_uid = uid
    row.old_done += uid <= row.old_until_uid
    row.save(update_fields=["last_uid", "old_done"])
    return mail


@transaction.atomic
def note_marked(*, actor: Actor, fetching: Fetching, uid: int) -> None:
    """Up to this number the mails are marked on the server as fetched."""
    row = Fetching.objects.locked(fetching.mailbox)
    if row.uid_validity == fetching.uid_validity and uid > row.marked_uid:
        row.marked_uid = uid
        row.save(update_fields=["marked_uid"])


@transaction.atomic
def note_fetched(*, actor: Actor, mailbox: Mailbox) -> None:
    """All that is in the mailbox is here; a trouble that it had is over."""
    row = Fetching.objects.locked(mailbox)
    if row.failing_since is not None:
        events.record(
            EventKind.MAILBOX_WORKS_AGAIN,
            actor=actor,
            subject=mailbox,
            since=row.failing_since.isoformat(),
        )
    row.fetched_at, row.failing_since, row.trouble = clock.now(), None, ""
    row.save(update_fields=["fetched_at", "failing_since", "trouble"])


@transaction.atomic
def note_trouble(*, actor: Actor, mailbox: Mailbox, trouble: str) -> None:
    """The mailbox cannot be fetched, and why, for its admin. One event however long it lasts."""
    row = Fetching.objects.locked(mailbox)
    if row.failing_since is None:
        row.failing_since = clock.now()
        events.record(EventKind.MAILBOX_FAILING, actor=actor, subject=mailbox, trouble=trouble)
    row.trouble = trouble[:500]
    row.save(update_fields=["failing_since", "trouble"])


@transaction.atomic
def keep_refresh_token(*, actor: Actor, mailbox: Mailbox, sealed: str, of: str) -> None:
    """The server gave a newer refresh token for the one that the admin had entered."""
    row = Fetching.objects.locked(mailbox)
    row.refresh_token, row.refreshed_from = sealed, of
    row.save(update_fields=["refresh_token", "refreshed_from"])
