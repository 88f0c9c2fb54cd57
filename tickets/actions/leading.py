"""What a lead does in a conversation that is not theirs: join, step out, take over, give back."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from tickets import access, clock, events
from tickets.actions import rights, saving
from tickets.actions.errors import ActionError, closed
from tickets.actions.handover import accept
from tickets.actions.properties import assign
from tickets.actors import Actor
from tickets.models import EventKind, Follower, Permission, Ticket, User
from tickets.models.users import STAFF_ROLES


@transaction.atomic
def join(*, actor: Actor, ticket: Ticket) -> bool:
    """A lead takes part beside whoever has the conversation: colleagues see it, the customer does not.

    They are told what is new in it. While another agent has it they cannot answer the customer:
    `crossing.refuse_second_voice`. False if they take part already, or have it themselves.

    Raises:
        NotAllowed: the actor is no lead.
        ActionError: it is closed.
    """
    ticket = Ticket.objects.locked(ticket)
    user = rights.demand(actor, Permission.LEAD)
    if ticket.is_closed:
        raise closed(ticket)
    if ticket.assignee_id == user.pk:
        return False
    row, _is_new = Follower.objects.get_or_create(ticket=ticket, user=user)
    if row.joined_at is not None:
        return False
    row.joined_at = clock.now()
    row.save(update_fields=["joined_at"])
    events.record(EventKind.TICKET_JOINED, actor=actor, ticket=ticket)
    saving.save(ticket)
    return True


@transaction.atomic
def step_out(*, actor: Actor, ticket: Ticket) -> bool:
    """The lead takes part no more, and hears nothing more of it; False if they did not take part.

    Raises:
        NotAllowed: the actor is no agent.
    """
    ticket = Ticket.objects.locked(ticket)
    user = rights.demand(actor)
    joined = Follower.objects.filter(ticket=ticket, user=user, joined_at__isnull=False)
    gone, _rows = joined.delete()
    if gone:
        events.record(EventKind.TICKET_LEFT, actor=actor, ticket=ticket)
        saving.save(ticket)
    return bool(gone)


@transaction.atomic
def take_over(*, actor: Actor, ticket: Ticket, seen: int | str | None = "") -> Ticket:
    """A lead takes the conversation: from the assistant, from the queue, or from the agent who has it.

    `seen` is who had it on the lead's screen, None for nobody; "" asks for nothing.

    Raises:
        NotAllowed: the actor is no lead.
        ActionError: it is closed.
        ChangedMeanwhile: somebody else has it by now.
    """
    ticket = Ticket.objects.locked(ticket)
    user = rights.demand(actor, Permission.LEAD)
    if ticket.assignee_id is None or not ticket.somebody_has_it:
        return accept(actor=actor, ticket=ticket)
    return assign(actor=actor, ticket=ticket, agent=user, seen=seen)


@transaction.atomic
def give_back(*, actor: Actor, ticket: Ticket) -> Ticket:
    """Whoever took a conversation over gives it back to the agent who had it before.

    Raises:
        NotAllowed: the actor is no agent.
        ActionError: it is closed, is not theirs, nobody had it before, or whoever had it is gone.
    """
    ticket = Ticket.objects.locked(ticket)
    user = rights.demand(actor, Permission.ASSIGN)
    if ticket.is_closed:
        raise closed(ticket)
    had_it = access.had_before(ticket, user)
    if ticket.assignee_id != user.pk or had_it is None:
        raise ActionError(_("There is nobody to give it back to."), code="nobody")
    agents = User.objects.with_access().filter(is_active=True, role__in=STAFF_ROLES)
    agent = agents.filter(pk=had_it).first()
    if agent is None or not agent.works_here:
        raise ActionError(
            _("Whoever had it does not work here any more. Give it to somebody else, or keep it."),
            code="gone",
        )
    return assign(actor=actor, ticket=ticket, agent=agent, seen=user.pk)
