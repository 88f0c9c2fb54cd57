"""The reaction that reads what came in. What cannot be read is kept, visible, and can be tried again."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tickets import actions, events
from tickets.actors import Actor
from tickets.email.incoming import deciding
from tickets.email.incoming.places import NotYet
from tickets.email.reading import Incoming, Unreadable, read
from tickets.models import Event, EventKind, IncomingMail, Mailbox, MailState

logger = logging.getLogger(__name__)

NAME = "mail.read"
PATIENCE = 3  # attempts in which a mail waits for another that it answers


@dataclass(frozen=True, slots=True)
class Read:
    """A mail that was read, or why it cannot be; and the mailbox that it came to."""

    mail: Incoming | None
    mailbox: Mailbox
    trouble: str = ""


def subscribe() -> None:
    events.subscribe(
        EventKind.MAIL_RECEIVED,
        name=NAME,
        queue="incoming",
        work=read_it,
        settle=decide,
        failed=give_up,
    )


def read_it(event: Event) -> Read:
    """Read the bytes of the mail; nothing that a mail contains makes it fail."""
    row = IncomingMail.objects.select_related("mailbox__team").get(pk=event.subject_id)
    mailbox, source = row.mailbox, row.source
    if not source:
        return Read(None, mailbox, _("The original of this mail is not kept any more."))
    trusted = [mailbox.trusted_server] if mailbox.trusted_server else []
    try:
        return Read(read(source, trusted=trusted), mailbox)
    except Unreadable as error:
        return Read(None, mailbox, str(error))


def decide(event: Event, found: Read) -> None:
    """Write down what became of it, in the transaction that marks the reaction as done."""
    row = IncomingMail.objects.defer("raw").get(pk=event.subject_id)
    row.mailbox = found.mailbox
    if row.state != MailState.RECEIVED:
        return
    if found.mail is None:
        _unreadable(row, found.trouble)
        return
    try:
        deciding.decide(row, found.mail)
    except NotYet:
        if _there_is_time(event):
            raise
        deciding.decide(row, found.mail, wait=False)


def give_up(event: Event, error: str) -> None:
    """It was read, and what followed failed again and again: somebody has to look at it."""
    row = IncomingMail.objects.defer("raw").get(pk=event.subject_id)
    logger.error("A mail could not be filed: %s: %s", row.pk, error)
    _unreadable(row, error)


def _unreadable(row: IncomingMail, why: str) -> None:
    actions.file_mail(actor=Actor.system(), mail=row, state=MailState.UNREADABLE, why=why)


def _there_is_time(event: Event) -> bool:
    return event.reactions.filter(name=NAME, attempts__lt=PATIENCE).exists()
