"""The sender: takes what is owed, whoever waits first, and tries until it is taken or refused.

A delivery is held for a while, composed and handed over outside any transaction, and then noted. A
process that dies in between leaves it to the next: at most one copy more, with the same Message-ID.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from tickets import actions
from tickets.actors import Actor
from tickets.email import composing, outbound
from tickets.email.handing_over import Answer, Lines, Outcome
from tickets.live import nudges, presence
from tickets.models import (
    Delivery,
    DeliveryKind,
    DeliveryState,
    EventKind,
    IdentityCheck,
    SiteSettings,
    StoppedAddress,
)

logger = logging.getLogger(__name__)

TOGETHER = 5  # taken at once: whoever waits is behind as many notices at most
SLICE_SECONDS = 2.0  # then other tasks of the queue have a turn
LEASE = timedelta(minutes=5)  # longer than so many take
GIVE_UP_AFTER = timedelta(hours=48)
FIRST_WAIT = timedelta(seconds=15)  # doubled with each attempt
LONGEST_WAIT = timedelta(minutes=30)
LONGEST_WAIT_FOR_A_SERVER = timedelta(minutes=1)  # one connection shows whether it is back
MOST_BEGUN = 2  # attempts of which nothing was heard
MOST_BROKEN = 5  # attempts to write a mail that cannot be written


def send_due(*, seconds: float = SLICE_SECONDS) -> int:
    """Send what is due, for so long; returns how many deliveries something came of."""
    until = time.monotonic() + seconds
    lines, desk = Lines.of_now(), SiteSettings.load()
    done = 0
    try:
        while taken := _claim(lines):
            done += _send_in_turn(taken, lines, desk)
            if time.monotonic() > until:
                outbound.ring()
                break
    finally:
        lines.close()
    return done


def _claim(lines: Lines) -> list[Delivery]:
    return Delivery.objects.claim(
        most=TOGETHER, lease=LEASE, own=list(lines.own), away=list(lines.away)
    )


def _send_in_turn(taken: Sequence[Delivery], lines: Lines, desk: SiteSettings) -> int:
    stopped = dict(
        StoppedAddress.objects.filter(
            address__in={delivery.recipient for delivery in taken}
        ).values_list("address", "why")
    )
    left = list(taken)
    try:
        for delivery in taken:
            if lines.server_of(delivery.mailbox) not in lines.away:
                left.remove(delivery)
                _send(delivery, lines, stopped, desk)
    finally:
        Delivery.objects.let_go(left)
    return len(taken) - len(left)


def _send(delivery: Delivery, lines: Lines, stopped: dict[str, str], desk: SiteSettings) -> None:
    if delivery.begun > MOST_BEGUN:
        _fail(delivery, _("Whoever was to send it stopped in the middle, twice. It may have left."))
        return
    if delivery.recipient in stopped:
        why = stopped[delivery.recipient]
        _end(delivery, DeliveryState.SUPPRESSED, _("Mail to this address is stopped: %s") % why)
        return
    state, why = _not_needed(delivery)
    if state is not None:
        _end(delivery, state, why)
        return
    server = lines.server_of(delivery.mailbox)
    if (trouble := lines.connect(server)) is not None:
        _note(delivery, trouble)
        return
    unread = delivery.waits_unread and delivery.kind == DeliveryKind.REPLY
    more = Delivery.objects.gather(delivery) if unread else []
    try:
        mail = composing.compose(delivery, desk, more=more)
    except Exception as error:
        logger.exception("The mail %s could not be written", delivery.pk)
        words = _("It could not be written: %s") % type(error).__name__
        if delivery.attempts >= MOST_BROKEN:
            _fail(delivery, words)
        else:
            _note(delivery, Answer(Outcome.LATER, words))
        return
    _note(delivery, lines.send(server, mail))


def _not_needed(delivery: Delivery) -> tuple[DeliveryState | None, str]:
    """Whether things have changed since it was owed, so that it is not sent; and why."""
    ticket, customer = delivery.ticket, delivery.ticket.customer
    not_sent = DeliveryState.SUPPRESSED
    if delivery.user is not None:
        gone = not delivery.user.on_the_staff or delivery.user.email != delivery.recipient
        return (not_sent, _("They do not work here any more.")) if gone else (None, "")
    match delivery.kind:
        case DeliveryKind.COPY if delivery.recipient != customer.email:
            if not ticket.participants.filter(email=delivery.recipient).exists():
                return not_sent, _("They are not in copy any more.")
            return None, ""
        case DeliveryKind.IDENTITY_CODE:
            if not IdentityCheck.objects.asked_by(delivery.event).exists():
                return not_sent, _("No code is needed any more.")
            return None, ""
        case DeliveryKind.CONFIRM_ADDRESS:
            asked = delivery.event.kind == EventKind.CODE_ASKED
            if not outbound.waits_for_a_code(customer, asked=asked):
                return not_sent, _("No code is needed any more.")
            known: tuple[str | None, ...] = (customer.reachable_at,)
        case DeliveryKind.ANSWER_WAITS:
            known = (customer.claimed_email, customer.email)
        case _:
            known = (customer.email,)
    if delivery.recipient not in known:
        return not_sent, _("The customer has another address by now.")
    if delivery.kind == DeliveryKind.CLOSING and ticket.closes_at is None:
        return not_sent, _("Somebody wrote since.")
    if delivery.waits_unread and _has_read(delivery):
        return DeliveryState.READ, ""
    return None, ""


def _has_read(delivery: Delivery) -> bool:
    message = delivery.message
    if message is None or presence.customer_is_here(delivery.ticket):
        return True
    return presence.customer_was_here_since(delivery.ticket, message.created_at)


def _note(delivery: Delivery, answer: Answer) -> None:
    match answer.outcome:
        case Outcome.SENT:
            _end(delivery, DeliveryState.SENT)
        case Outcome.REFUSED:
            _fail(delivery, answer.words)
        case _ if delivery.created_at < timezone.now() - GIVE_UP_AFTER:
            _fail(delivery, answer.words)
        case _:
            away = answer.outcome == Outcome.AWAY
            until = timezone.now() + _wait(delivery, away=away)
            Delivery.objects.waits(delivery, until, answer=answer.words, away=away)
            nudges.mail_changed(delivery.ticket_id)


def _wait(delivery: Delivery, *, away: bool) -> timedelta:
    longest = LONGEST_WAIT_FOR_A_SERVER if away else LONGEST_WAIT
    wait: timedelta = min(FIRST_WAIT * 2 ** min(delivery.attempts - 1, 12), longest)
    return wait * random.uniform(0.8, 1.2)  # noqa: S311 - so that not all are tried at once


def _end(delivery: Delivery, state: DeliveryState, why: str = "") -> None:
    Delivery.objects.ends(delivery, state, answer=why[:500])
    nudges.mail_changed(delivery.ticket_id)


def _fail(delivery: Delivery, why: str) -> None:
    actions.note_failure(actor=Actor.system(), delivery=delivery, answer=why)
