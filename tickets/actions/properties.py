"""What agents change of a ticket where they see it: its properties, its tags, and who has it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets import access, clock, events
from tickets.actions import rights, saving, undoing
from tickets.actions.errors import ActionError, closed
from tickets.actions.handover import accept, place_with, queue_again
from tickets.actions.speech import announce
from tickets.actors import Actor
from tickets.intake import tags, text
from tickets.models import EventKind, Permission, Priority, Tag, Ticket, TicketType, Turn, User
from tickets.models.properties import MOST_TAGS
from tickets.service import notices, queues


class Property(models.TextChoices):
    """What can be set by choosing or typing one value."""

    SUBJECT = "subject", gettext_lazy("subject")
    PRIORITY = "priority", gettext_lazy("priority")
    TYPE = "type", gettext_lazy("type")


class ChangedMeanwhile(ActionError):
    """A colleague changed the same after this screen had shown it."""

    def __init__(self, what: str, who: str, now: str) -> None:
        words = _(
            "%(who)s changed the %(what)s meanwhile. It is now: %(now)s. Yours was not saved."
        )
        super().__init__(words % {"who": who, "what": what, "now": now}, code="changed")


@transaction.atomic
def change_ticket(
    *, actor: Actor, ticket: Ticket, name: Property, value: str, seen: str | None = None
) -> Ticket:
    """Set one property. `value` is what a form sends, and `seen` what it had shown of it before.

    Raises:
        NotAllowed: the actor is no agent.
        ValidationError: that is no value of this property.
        ChangedMeanwhile: it is not what was `seen` any more.
    """
    ticket = Ticket.objects.locked(ticket)
    rights.demand(actor, Permission.CHANGE)
    before = _shown(ticket, name)
    kind = _type_of(value) if name == Property.TYPE else None
    after = _cleaned(name, value)
    if after == before:
        return ticket
    if seen is not None and seen != before:
        now = _said(ticket, name) or _("none")
        raise ChangedMeanwhile(str(name.label), who_changed(ticket, name), now)
    looked, was = undoing.look(ticket, handovers=False), _kept(ticket, name)
    if name == Property.SUBJECT:
        ticket.subject = after
    elif name == Property.PRIORITY:
        ticket.priority = Priority(int(after))
    else:
        ticket.type = kind
    # A subject is somebody's words, and no words of anybody are kept in an event.
    values = {} if name == Property.SUBJECT else {"before": was, "after": _kept(ticket, name)}
    event = events.record(
        EventKind.TICKET_CHANGED, actor=actor, ticket=ticket, field=name, **values
    )
    saving.save(ticket)
    undoing.keep(event, looked, ticket)
    return ticket


@transaction.atomic
def change_tags(
    *, actor: Actor, ticket: Ticket, add: Sequence[str] = (), remove: Sequence[str] = ()
) -> Ticket:
    """Put tags on a ticket and take others off. Two who do so at once both get what they wanted.

    Raises:
        NotAllowed: the actor is no agent.
        ValidationError: that is no tag, or there would be too many.
    """
    ticket = Ticket.objects.locked(ticket)
    rights.demand(actor, Permission.CHANGE)
    wanted = [tags.tag(each) for each in add]
    if not all(wanted):
        raise ValidationError(_("Write a tag first."), code="empty")
    before = list(ticket.tags)
    kept = [each for each in before if each not in remove]
    known = {each.lower() for each in kept}
    added = [each for each in dict.fromkeys(wanted) if each not in known]
    if len(kept) + len(added) > MOST_TAGS:
        raise ValidationError(
            _("A conversation has at most %(most)d tags.") % {"most": MOST_TAGS}, code="too_many"
        )
    if [*kept, *added] == before:
        return ticket
    was = undoing.look(ticket, handovers=False)
    ticket.tags = [*kept, *added]
    Tag.objects.keep(added)
    event = events.record(
        EventKind.TICKET_CHANGED,
        actor=actor,
        ticket=ticket,
        field="tags",
        before=before,
        after=ticket.tags,
    )
    saving.save(ticket)
    undoing.keep(event, was, ticket)
    return ticket


@transaction.atomic
def assign(
    *, actor: Actor, ticket: Ticket, agent: User | None, seen: int | str | None = ""
) -> Ticket:
    """Give a ticket to `agent`, or back to the queue of its team (None). The customer reads it.

    `seen` is the key of whoever had it as the form was shown, None for nobody; "" asks for nothing.

    Raises:
        NotAllowed: the actor is no agent.
        ActionError: it is closed, or the colleague would not see it otherwise.
        ChangedMeanwhile: somebody else has it by now.
    """
    ticket = Ticket.objects.locked(ticket)
    user = rights.demand(actor, Permission.ASSIGN)
    if ticket.is_closed:
        raise closed(ticket)
    before = ticket.assignee_id
    nobody_has_it = agent is None and ticket.turn == Turn.QUEUE
    if nobody_has_it or (agent is not None and agent.pk == before):
        return ticket
    if seen != "" and seen != before:
        now = str(ticket.assignee or _("nobody"))
        raise ChangedMeanwhile(_("assignee"), who_changed(ticket, "assignee"), now)
    was = undoing.look(ticket)
    if agent is None:
        queue_again(ticket, ticket.team)
        words = notices.passed_on(queues.outlook(ticket), ticket.customer)
    else:
        refuse_owner(ticket, agent)
        if agent.pk == user.pk and (before is None or not ticket.somebody_has_it):
            return accept(actor=actor, ticket=ticket)
        give_to(ticket, agent)
        words = notices.accepted(agent)
    after = agent.pk if agent else None
    event = events.record(
        EventKind.TICKET_ASSIGNED, actor=actor, ticket=ticket, before=before, after=after
    )
    announce(ticket, words)
    saving.save(ticket)
    undoing.keep(event, was, ticket, told=True)
    return ticket


def _shown(ticket: Ticket, name: str) -> str:
    """A property as a form shows and sends it."""
    if name == Property.TYPE:
        return str(ticket.type_id or "")
    return str(ticket.priority) if name == Property.PRIORITY else ticket.subject


def _said(ticket: Ticket, name: Property) -> str:
    """A property as people read it; "" where there is none."""
    if name == Property.TYPE:
        return str(ticket.type or "")
    if name == Property.PRIORITY:
        return str(Priority(ticket.priority).label)
    return ticket.subject


def _kept(ticket: Ticket, name: Property) -> Any:
    """A property as an event keeps it: a priority's number, the name that a type has now."""
    return ticket.priority if name == Property.PRIORITY else _said(ticket, name)


def _cleaned(name: Property, value: str) -> str:
    if name == Property.SUBJECT:
        if text.says_nothing(value[:1000]):
            raise ValidationError(_("Write a subject."), code="empty")
        return text.line(value)
    if name == Property.PRIORITY and value not in map(str, Priority.values):
        raise ValidationError(_("Choose a priority."), code="invalid")
    return value


def _type_of(value: str) -> TicketType | None:
    if not value:
        return None
    key = int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else 0
    found = TicketType.objects.filter(pk=key).first()
    if found is None:
        raise ValidationError(_("Choose a type."), code="invalid")
    return found


def refuse_owner(ticket: Ticket, agent: User) -> None:
    """Nothing, if an agent may have a locked ticket.

    Raises:
        ActionError: they would not see it, or could not answer.
    """
    if not access.may_see(Actor.agent(agent), ticket, teams=agent.team_keys):
        words = _("%(name)s does not see the conversations of %(team)s.")
        raise ActionError(words % {"name": agent, "team": ticket.team}, code="cannot_see")
    if not access.may(agent, Permission.REPLY):
        words = _("%(name)s does not write to customers, so nobody would answer.")
        raise ActionError(words % {"name": agent}, code="cannot_answer")


def give_to(ticket: Ticket, agent: User) -> None:
    """Let a locked ticket be an agent's; the turn stays the customer's if it is theirs."""
    turn, since = ticket.turn, ticket.turn_since
    theirs = turn == Turn.CUSTOMER and ticket.with_a_person
    handover = ticket.handovers.filter(ended_at=None).first()
    if handover is not None and handover.accepted_at is not None:
        handover.ended_at = clock.now()
        handover.save(update_fields=["ended_at"])
        handover = None
    ticket.end_snooze()
    ticket.is_back = False
    place_with(ticket, agent, handover)
    if theirs:
        ticket.turn, ticket.turn_since = turn, since


def who_changed(ticket: Ticket, name: str) -> str:
    """Who changed a property last, as colleagues call them. Asked for only when it is too late."""
    kinds = Q(kind=EventKind.TICKET_CHANGED, data__field=name)
    if name == "assignee":
        kinds = Q(kind__in=[EventKind.TICKET_ASSIGNED, EventKind.TICKET_ACCEPTED])
    found = ticket.events.filter(kinds).select_related("actor_user").order_by("-position").first()
    return str(found.actor_user) if found and found.actor_user else _("Somebody")
