"""What an agent decides of a mail that waits: it is let into its conversation, or opens one."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from tickets import actions
from tickets.actions import ActionError
from tickets.actions.incoming import gone
from tickets.actors import Actor
from tickets.email.incoming import deciding, people
from tickets.email.reading import Incoming, Unreadable, read
from tickets.models import IncomingMail, MailState, Ticket
from tickets.models.incoming import WAITS


def readable(mail: IncomingMail) -> Incoming:
    """What a kept mail says. Raises ActionError where that cannot be read, or is not kept any more."""
    if not mail.source:
        raise gone()
    trusted = [mail.mailbox.trusted_server] if mail.mailbox.trusted_server else []
    try:
        return read(mail.source, trusted=trusted)
    except Unreadable as error:
        raise ActionError(str(error), code="unreadable") from error


@transaction.atomic
def let_in(*, actor: Actor, mail: IncomingMail, said: Incoming) -> IncomingMail:
    """Its sender takes part in the conversation from now on, in copy, and what it says is a message.

    Raises:
        ActionError: it is decided already, or its sender cannot be in copy.
        ValidationError: it has no sender.
    """
    row = _held(mail)
    if row.ticket is None:
        raise ActionError(_("It belongs to no conversation."), code="no_ticket")
    sender = people.sender_of(said)
    if not people.takes_part(sender, row.ticket):
        actions.add_to_copy(actor=actor, ticket=row.ticket, email=said.sender.address)
    deciding.write_into(row, said, row.ticket, sender, how="agent", by=actor)
    return _decided(row)


@transaction.atomic
def open_alone(*, actor: Actor, mail: IncomingMail, said: Incoming) -> IncomingMail:
    """It begins a conversation of its own, for a person; what a colleague seems to have passed on, that
    of whoever wrote it.

    Raises:
        ActionError: it is decided already, or has no sender to answer to.
    """
    row = _held(mail)
    if not said.sender.address:
        raise ActionError(
            _("It does not say who sent it, so nobody can be answered."), code="nobody"
        )
    sender = people.sender_of(said)
    passed_on = deciding.is_passed_on(said, sender)
    deciding.open_from(row, said, sender, by=actor, forwarded=passed_on)
    return _decided(row)


def _held(mail: IncomingMail) -> IncomingMail:
    """The mail as it is now, locked after its conversation, as everywhere."""
    if mail.ticket is not None:
        Ticket.objects.locked(mail.ticket)
    row = IncomingMail.objects.locked(mail)
    if row.state not in WAITS:
        raise ActionError(_("A colleague has decided about this mail already."), code="decided")
    return row


def _decided(row: IncomingMail) -> IncomingMail:
    """As it is now. Raises ActionError with the reason where it was refused after all."""
    row = IncomingMail.objects.defer("raw").get(pk=row.pk)
    if row.state != MailState.DONE:
        raise ActionError(row.why, code="refused")
    return row
