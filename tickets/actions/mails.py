"""Mails about a log-in: queued in the request, sent by a worker.

So a request takes as long for an address that has an account as for one that has none, whatever
the mail server does, and a code is not lost with it.
"""

from __future__ import annotations

from django.db import transaction

from tickets import events
from tickets.actors import Actor
from tickets.models import Event, EventKind, QueuedMail


@transaction.atomic
def queue_mail(*, actor: Actor, to: str, subject: str, text: str, html: str = "") -> QueuedMail:
    """Have a mail sent. The event names it, and says nothing of what is in it or to whom it goes."""
    mail = QueuedMail.objects.create(to=to, subject=subject[:200], text=text, html=html)
    events.record(EventKind.MAIL_QUEUED, actor=actor, subject=mail)
    return mail


@transaction.atomic
def drop_mail(*, actor: Actor, event: Event) -> None:
    """Forget a mail that was sent, or given up: its code stands nowhere any more."""
    QueuedMail.objects.select_for_update().filter(pk=event.subject_id).delete()
