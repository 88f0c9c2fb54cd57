"""The end of a conversation: resolved, confirmed by the customer, reopened, rated."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tickets import clock, events
from tickets.actions import crossing, rights, saving, undoing
from tickets.actions.blocked import refuse_blocked
from tickets.actions.custom_fields import refuse_incomplete
from tickets.actions.errors import ActionError, merged
from tickets.actions.handover import accept, hand_over
from tickets.actions.speech import announce
from tickets.actors import Actor
from tickets.intake import text
from tickets.models import (
    Answer,
    EventKind,
    Permission,
    Rating,
    Reason,
    Resolution,
    SiteSettings,
    Ticket,
    Turn,
)
from tickets.service import notices

UNHELPFUL_LIMIT = 2  # the second answer that did not help is the last one before a person comes


@transaction.atomic
def resolve(*, actor: Actor, ticket: Ticket, seen: int | None = None) -> Ticket:
    """An agent says that it is resolved; the customer is asked whether it is.

    Whoever resolves what nobody has, has it from then on: it comes back to them, not to the
    assistant, and does not count as solved by the assistant.

    Raises:
        NotAllowed: the actor is no agent.
        Crossed: somebody wrote after position `seen`, or a colleague's reply is leaving.
        ActionError: a custom field is empty that is needed for it.
    """
    ticket = Ticket.objects.locked(ticket)
    user = rights.demand(actor, Permission.RESOLVE)
    if ticket.is_closed:
        return ticket
    crossing.refuse_crossing(ticket, user, seen)
    refuse_incomplete(ticket)
    was = undoing.look(ticket)
    if ticket.assignee_id is None:
        accept(actor=actor, ticket=ticket)
        ticket = Ticket.objects.locked(ticket)
    end(ticket, Resolution.RESOLVED)
    event = events.record(EventKind.TICKET_RESOLVED, actor=actor, ticket=ticket)
    announce(ticket, notices.resolved(user))
    saving.save(ticket)
    undoing.keep(event, was, ticket, told=True)
    return ticket


@transaction.atomic
def close(*, actor: Actor, ticket: Ticket) -> Ticket:
    """An agent ends it without saying that it is solved: nothing is to be done, or it cannot be.

    Raises:
        NotAllowed: the actor is no agent.
        Crossed: a colleague's reply is leaving.
    """
    ticket = Ticket.objects.locked(ticket)
    user = rights.demand(actor, Permission.RESOLVE)
    if ticket.is_closed:
        return ticket
    crossing.refuse_crossing(ticket, user, None)
    was = undoing.look(ticket)
    if ticket.assignee_id is None:
        accept(actor=actor, ticket=ticket)
        ticket = Ticket.objects.locked(ticket)
    end(ticket, Resolution.CLOSED)
    event = events.record(EventKind.TICKET_CLOSED, actor=actor, ticket=ticket)
    announce(ticket, notices.closed_by(user))
    saving.save(ticket)
    undoing.keep(event, was, ticket, told=True)
    return ticket


@transaction.atomic
def confirm_solved(*, actor: Actor, ticket: Ticket) -> Ticket:
    """The customer says that it is solved: the only resolution that counts as one.

    What is in quarantine stays there, and counts as nothing.

    Raises:
        ActionError: it was merged into another one.
    """
    ticket = Ticket.objects.locked(ticket)
    if ticket.merged_into_id is not None:
        raise merged()
    if ticket.resolution == Resolution.CONFIRMED or ticket.is_spam:
        return ticket
    ticket.solved_by_assistant = not ticket.with_a_person
    end(ticket, Resolution.CONFIRMED)
    events.record(
        EventKind.TICKET_CONFIRMED,
        actor=actor,
        ticket=ticket,
        by_assistant=ticket.solved_by_assistant,
    )
    announce(ticket, notices.confirmed())
    saving.save(ticket)
    return ticket


@transaction.atomic
def announce_closing(*, actor: Actor, ticket: Ticket, quiet_since: datetime) -> Ticket:
    """Tell the customer, who was answered and writes no more, on which day it will be closed.

    Nothing happens where somebody wrote after `quiet_since`, or it was announced already.
    """
    ticket = Ticket.objects.locked(ticket)
    settled = ticket.turn != Turn.CUSTOMER or ticket.closes_at or ticket.snoozed_at
    if settled or ticket.last_message_at > quiet_since:
        return ticket
    day = clock.now() + timedelta(days=SiteSettings.load().notice_days)
    ticket.closes_at = _over_everywhere(day)
    events.record(
        EventKind.CLOSING_ANNOUNCED, actor=actor, ticket=ticket, on=day.date().isoformat()
    )
    announce(ticket, notices.closing(day))
    saving.save(ticket)
    return ticket


@transaction.atomic
def close_quiet(*, actor: Actor, ticket: Ticket) -> Ticket:
    """Close what was announced to be closed, if its day is over and nobody has written since."""
    ticket = Ticket.objects.locked(ticket)
    if ticket.closes_at is None or ticket.closes_at > clock.now():
        return ticket
    end(ticket, Resolution.QUIET)
    events.record(EventKind.TICKET_CLOSED, actor=actor, ticket=ticket)
    announce(ticket, notices.closed_quiet())
    saving.save(ticket)
    return ticket


@transaction.atomic
def reopen(*, actor: Actor, ticket: Ticket) -> Ticket:
    """It is not solved after all: it goes back to the person who had it, else to the queue.

    Raises:
        ActionError: the actor is its customer, and it was closed too long ago; or it was merged.
        Blocked: the actor is its customer, and may not write to us.
    """
    ticket = Ticket.objects.locked(ticket)
    if actor.user is not None:
        rights.demand(actor, Permission.RESOLVE)
    if not ticket.is_closed:
        return ticket
    if ticket.merged_into_id is not None:
        raise merged()
    if actor.customer is not None:
        refuse_blocked(actor, actor.customer)
    if actor.customer is not None and ticket.is_over(SiteSettings.load().reopen_days):
        raise ActionError(
            _("This was closed long ago. Write below, and it goes on in a new conversation."),
            code="over",
        )
    was = undoing.look(ticket)
    assignee = ticket.assignee
    event = events.record(EventKind.TICKET_REOPENED, actor=actor, ticket=ticket)
    if assignee is not None and assignee.on_the_staff:
        ticket.person_asked_at = ticket.person_asked_at or clock.now()
        ticket.pass_turn(Turn.AGENT)
        announce(ticket, notices.reopened(actor.user))
        saving.save(ticket)
        undoing.keep(event, was, ticket, told=True)
        return ticket
    ticket.pass_turn(Turn.CUSTOMER)
    saving.save(ticket)
    hand_over(actor=actor, ticket=ticket, reason=Reason.REOPENED)
    ticket.refresh_from_db()
    undoing.keep(event, was, ticket, told=True)
    return ticket


@transaction.atomic
def rate_answer(*, actor: Actor, answer: Answer, helpful: bool, in_words: bool = False) -> Ticket:
    """The customer says whether the assistant's answer solved it.

    Yes closes the conversation. The second no asks for a person, in the same step. `in_words`: they
    wrote it instead of pressing the button, so that nothing is left for the assistant to answer.

    Raises:
        Blocked: they may not write to us.
    """
    ticket = Ticket.objects.locked(answer.message.ticket)
    answer = Answer.objects.select_for_update().get(pk=answer.pk)
    if answer.helpful == helpful:
        return ticket
    if not in_words:  # what they wrote before they were blocked is heard
        refuse_blocked(actor, ticket.customer)
    answer.helpful = helpful
    answer.save(update_fields=["helpful"])
    if not helpful:
        ticket.unhelpful_answers += 1
    if in_words and ticket.turn == Turn.ASSISTANT:
        ticket.pass_turn(Turn.CUSTOMER)
    last_straw = not helpful and ticket.unhelpful_answers >= UNHELPFUL_LIMIT
    events.record(
        EventKind.ANSWER_RATED,
        actor=actor,
        ticket=ticket,
        answer=answer.pk,
        helpful=helpful,
        handed_over=last_straw,
    )
    saving.save(ticket)
    if helpful and not ticket.with_a_person:
        return confirm_solved(actor=actor, ticket=ticket)
    if last_straw:
        hand_over(actor=actor, ticket=ticket, reason=Reason.UNHELPFUL)
        ticket.refresh_from_db()
    return ticket


@transaction.atomic
def rate(
    *, actor: Actor, ticket: Ticket, satisfaction: int, effort: int, comment: str = ""
) -> Rating:
    """The customer rates it, 1 to 5 each (5 is good and easy). Rating again replaces the first.

    Raises:
        ActionError: it is still open, or was merged into another one.
        ValidationError: a number is out of range.
        Blocked: they may not write to us.
    """
    ticket = Ticket.objects.locked(ticket)
    refuse_blocked(actor, ticket.customer)
    if not ticket.is_closed or ticket.is_spam:
        raise ActionError(_("You can rate this once it is solved."), code="open")
    if ticket.merged_into_id is not None:
        raise merged()
    if not (1 <= satisfaction <= 5 and 1 <= effort <= 5):
        raise ValidationError(_("Choose a number from 1 to 5."), code="out_of_range")
    rating, _new = Rating.objects.update_or_create(
        ticket=ticket,
        defaults={
            "satisfaction": satisfaction,
            "effort": effort,
            "comment": text.message(comment, may_be_empty=True)[:2000],
        },
    )
    events.record(
        EventKind.TICKET_RATED,
        actor=actor,
        ticket=ticket,
        satisfaction=satisfaction,
        effort=effort,
    )
    saving.save(ticket)
    return rating


def _over_everywhere(day: datetime) -> datetime:
    """When the day that was named is over in every time zone (the last is twelve hours behind)."""
    midnight = datetime.combine(day.astimezone(UTC).date(), time(), tzinfo=UTC)
    return midnight + timedelta(days=1, hours=12)


def end(ticket: Ticket, resolution: Resolution) -> None:
    """Close a locked ticket, whatever it was before; whoever waited in it waits no more."""
    now = clock.now()
    ticket.pass_turn(Turn.CLOSED, at=now)
    ticket.resolution = resolution
    ticket.closed_at = ticket.closed_at or now
    ticket.handovers.filter(ended_at=None).update(ended_at=now)
