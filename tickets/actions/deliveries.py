"""Mail that is owed, what became of it, and addresses to which none goes any more."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tickets import addresses, clock, events
from tickets.actions import rights, saving
from tickets.actions.errors import ActionError
from tickets.actors import Actor
from tickets.intake import text
from tickets.models import (
    Delivery,
    DeliveryKind,
    DeliveryState,
    Event,
    EventKind,
    Mailbox,
    Message,
    Permission,
    SiteSettings,
    StoppedAddress,
    Ticket,
    Urgency,
    User,
)
from tickets.models.deliveries import OPEN, new_key
from tickets.service import undelivered

_KEY = re.compile(r"^<[^.@]*")  # of a Message-ID of ours
SAID_AGAIN = timedelta(days=1)  # that an address gets no more automatic mail


@transaction.atomic
def owe_mail(
    *,
    actor: Actor,
    event: Event,
    ticket: Ticket,
    kind: DeliveryKind,
    to: str,
    internet_message_id: str,
    urgency: Urgency,
    is_automatic: bool,
    message: Message | None = None,
    mailbox: Mailbox | None = None,
    user: User | None = None,
    data: dict[str, Any] | None = None,
    wait: timedelta = timedelta(),
) -> Delivery:
    """Owe somebody a mail: one for an event, kind and recipient, however often it is asked for.

    `wait`: only if they have not read it here by then. The event says what happened, so this
    records none.
    """
    ticket = Ticket.objects.locked(ticket)
    delivery, _is_new = Delivery.objects.get_or_create(
        event=event,
        kind=kind,
        recipient=to,
        instead_of=None,
        defaults={
            "ticket": ticket,
            "position": event.position or 0,
            "message": message,
            "mailbox": mailbox,
            "user": user,
            "internet_message_id": internet_message_id,
            "data": data or {},
            "urgency": urgency,
            "is_automatic": is_automatic,
            "waits_unread": wait > timedelta(),
            "due_at": clock.now() + wait,
        },
    )
    return delivery


@transaction.atomic
def note_failure(*, actor: Actor, delivery: Delivery, answer: str) -> bool:
    """A mail will not be sent; False if another process has it by now."""
    ticket = Ticket.objects.locked(delivery.ticket)
    if not Delivery.objects.ends(delivery, DeliveryState.FAILED, answer=answer[:500]):
        return False
    _record(EventKind.MAIL_FAILED, actor, ticket, delivery)
    return True


@transaction.atomic
def note_bounce(
    *,
    actor: Actor,
    internet_message_id: str,
    recipient: str,
    is_permanent: bool,
    status: str = "",
    diagnostic: str = "",
) -> Delivery | None:
    """A mail of ours came back; None if it was none of ours, not to this address, or is known to have.

    The Message-ID has a signature that nobody makes, and has to be letter by letter that of a mail
    which we sent to this recipient. If it came back for good, nothing more is sent to the address,
    unless it was refused for what this one mail was.
    Whatever this does, it sends no mail.
    """
    delivery = _locked_delivery(internet_message_id, recipient)
    if delivery is None:
        return None
    status = undelivered.status_in(status) or undelivered.status_in(diagnostic)
    why = undelivered.words(status, permanent=is_permanent)
    _end(delivery, DeliveryState.BOUNCED, answer=_with_diagnostic(why, diagnostic), status=status)
    if is_permanent and not undelivered.is_of_the_mail(status):
        _stop(delivery, why)
    _record(EventKind.MAIL_BOUNCED, actor, delivery.ticket, delivery, permanent=is_permanent)
    return delivery


@transaction.atomic
def note_complaint(*, actor: Actor, internet_message_id: str, recipient: str) -> Delivery | None:
    """Who got a mail of ours reported it as unwanted: nothing more is sent to them. See note_bounce."""
    delivery = _locked_delivery(internet_message_id, recipient)
    if delivery is None:
        return None
    why = _("reported as unwanted")
    _end(delivery, DeliveryState.COMPLAINED, answer=why)
    _stop(delivery, why)
    _record(EventKind.MAIL_COMPLAINED, actor, delivery.ticket, delivery)
    return delivery


@transaction.atomic
def send_again(*, actor: Actor, delivery: Delivery) -> Delivery:
    """Send a mail once more that did not arrive. Until it leaves it can be held back.

    Raises:
        NotAllowed: the actor is no agent.
        ActionError: it arrived, is sent again already, or its address is stopped.
    """
    ticket = Ticket.objects.locked(delivery.ticket)
    rights.demand(actor, Permission.REPLY)
    delivery = Delivery.objects.select_for_update(no_key=True).get(pk=delivery.pk)
    if not delivery.can_be_sent_again or hasattr(delivery, "sent_again"):
        raise ActionError(_("This mail is not one that has to be sent again."), code="not_again")
    if StoppedAddress.objects.filter(address=delivery.recipient).exists():
        raise ActionError(
            _("Mail to this address is stopped. Let it be written to again first."), code="stopped"
        )
    now = clock.now()
    again = Delivery.objects.create(
        kind=delivery.kind,
        event_id=delivery.event_id,
        ticket=ticket,
        position=delivery.position,
        message_id=delivery.message_id,
        internet_message_id=_with_new_key(delivery.internet_message_id),
        mailbox_id=delivery.mailbox_id,
        recipient=delivery.recipient,
        user_id=delivery.user_id,
        data=delivery.data,
        urgency=Urgency.WAITED_FOR,
        is_automatic=delivery.is_automatic,
        instead_of=delivery,
        due_at=now + timedelta(seconds=SiteSettings.load().undo_seconds),
    )
    _record(EventKind.MAIL_SENT_AGAIN, actor, ticket, again)
    return again


@transaction.atomic
def hold_back(*, actor: Actor, delivery: Delivery) -> None:
    """Do not send a mail again after all: it is as it was before.

    Raises:
        NotAllowed: the actor is no agent.
        ActionError: it is none that is sent again, or has left.
    """
    ticket = Ticket.objects.locked(delivery.ticket)
    rights.demand(actor, Permission.REPLY)
    waiting = Delivery.objects.select_for_update(no_key=True).filter(
        pk=delivery.pk, instead_of__isnull=False, state=DeliveryState.QUEUED, attempts=0
    )
    if not waiting:
        raise ActionError(_("It has left already, and cannot be taken back."), code="left")
    _record(EventKind.MAIL_HELD_BACK, actor, ticket, delivery)
    waiting.delete()


@transaction.atomic
def open_address(*, actor: Actor, address: str, ticket: Ticket | None = None) -> bool:
    """Mail to an address is sent again from now on; False if it was not stopped.

    What was not sent meanwhile is sent only where somebody asks for it.

    Raises:
        NotAllowed: the actor is no agent.
    """
    ticket = Ticket.objects.locked(ticket) if ticket else None
    rights.demand(actor, Permission.REPLY)
    stopped = StoppedAddress.objects.select_for_update().filter(address=address).first()
    if stopped is None:
        return False
    # No event names an address: its number says which row it was.
    events.record(
        EventKind.ADDRESS_OPENED,
        actor=actor,
        ticket=ticket,
        subject=None if ticket else stopped,
        stopped=stopped.pk,
    )
    stopped.delete()
    if ticket is not None:
        Delivery.objects.filter(ticket=ticket, recipient=address).update(changed_at=clock.now())
        saving.save(ticket)
    return True


@transaction.atomic
def note_silence(*, actor: Actor, ticket: Ticket, address: str) -> bool:
    """Agents are told that a conversation's automatic mails to an address go too often; once a day."""
    ticket = Ticket.objects.locked(ticket)
    said = ticket.events.filter(
        kind=EventKind.MAIL_SILENCED, created_at__gt=clock.now() - SAID_AGAIN
    )
    if said.exists():
        return False
    events.record(EventKind.MAIL_SILENCED, actor=actor, ticket=ticket)
    saving.save(ticket)
    return True


def _locked_delivery(internet_message_id: str, recipient: str) -> Delivery | None:
    """The mail that we sent under this name to this address, if it is not known to have come back."""
    named = internet_message_id.strip()[:250]
    if not named.isprintable():
        return None
    found = Delivery.objects.filter(
        internet_message_id=named, recipient=addresses.to_look_up(recipient) or None
    ).first()
    if found is None:
        return None
    ticket = Ticket.objects.locked(found.ticket)
    left = Delivery.objects.select_for_update(no_key=True).filter(pk=found.pk)
    # Where a process died after the server took it, the row does not say yet that it was sent.
    delivery = (
        left.filter(state=DeliveryState.SENT).first()
        or left.filter(state__in=OPEN, attempts__gt=0).first()
    )
    if delivery is not None:
        delivery.ticket = ticket
    return delivery


def _end(delivery: Delivery, state: DeliveryState, *, answer: str, status: str = "") -> None:
    delivery.state, delivery.answer, delivery.status = state, answer[:500], status[:12]
    delivery.changed_at = clock.now()
    delivery.save(update_fields=["state", "answer", "status", "changed_at"])


def _stop(delivery: Delivery, why: str) -> None:
    StoppedAddress.objects.get_or_create(
        address=delivery.recipient, defaults={"why": why[:500], "by": delivery}
    )


def _with_diagnostic(why: str, diagnostic: str) -> str:
    said = text.line(diagnostic, limit=300)
    return f"{why} ({said})" if said else why


def _with_new_key(internet_message_id: str) -> str:
    """The same token in a Message-ID of its own."""
    return _KEY.sub(f"<{new_key()}", internet_message_id)


def _record(kind: EventKind, actor: Actor, ticket: Ticket, delivery: Delivery, **more: Any) -> None:
    """The event names the mail and its message, never the address or what was said."""
    message = delivery.message
    data: dict[str, Any] = {"delivery": delivery.pk, "mail": delivery.kind, **more}
    if message is not None:
        data |= {"message": message.position, "user": message.author_user_id}
    if delivery.kind == DeliveryKind.IDENTITY_CODE:
        # A place in the conversation would tell whoever asked for the code that the address is known.
        events.record(kind, actor=actor, subject=delivery, **data)
        return
    events.record(kind, actor=actor, ticket=ticket, **data)
    saving.save(ticket)
