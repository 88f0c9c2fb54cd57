"""Who has the conversation: asking for a person, accepting, handing back, transferring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tickets import clock, events
from tickets.actions import rights, saving, undoing
from tickets.actions.blocked import refuse_blocked
from tickets.actions.errors import Taken, closed
from tickets.actions.speech import announce, say
from tickets.actors import Actor
from tickets.conversation import briefs, hints, openings
from tickets.conversation.openings import Opening
from tickets.conversation.unanswered import waits_for_answer
from tickets.intake import text
from tickets.models import (
    EventKind,
    HandOver,
    Message,
    Permission,
    Priority,
    Reason,
    RuleFiring,
    Team,
    Ticket,
    Turn,
    User,
)
from tickets.models.roles import with_permission
from tickets.models.users import Role
from tickets.service import notices, queues
from tickets.service.queues import Outlook

TOO_OFTEN = 3  # transfers of one conversation


@transaction.atomic
def hand_over(
    *,
    actor: Actor,
    ticket: Ticket,
    reason: Reason,
    detail: str = "",
    team: Team | None = None,
    skill: str = "",
    priority: Priority | None = None,
    firing: RuleFiring | None = None,
    evidence: Sequence[str] = (),
    words: str = "",
    warns: bool = False,
) -> HandOver:
    """Ask for a person. Always works, at any moment; while somebody has it, nothing changes.

    The brief is written here, before anybody is told, and the customer reads what happens next.
    A rule that decided says to which `team`, with which `skill` and `priority`, by which `firing`
    and on what `evidence`; `words` are what the assistant says before it steps back, and `warns`
    says that they are for somebody in danger. For what was merged a person is asked for where it
    goes on.

    Raises:
        Blocked: the actor is a customer who may not write to us.
    """
    ticket = Ticket.objects.locked(ticket)
    ticket = Ticket.objects.locked(ticket.goes_on_in) if ticket.goes_on_in else ticket
    last = ticket.handovers.order_by("-pk").first()
    if last is not None and ticket.somebody_has_it:
        return last
    if actor.customer is not None:
        refuse_blocked(actor, actor.customer)
    now = clock.now()
    if last is not None:
        ticket.handovers.filter(ended_at=None).update(ended_at=now)
    if team:
        ticket.team = team
    prioritise(ticket, priority)
    detail = text.line(detail, limit=300)
    brief = hints.carried_by(briefs.write(ticket, reason, detail), ticket)
    handover = HandOver.objects.create(
        ticket=ticket,
        reason=reason,
        detail=detail,
        team=ticket.team,
        skill=text.line(skill, limit=40),
        rule=firing,
        evidence=list(evidence),
        read_to=ticket.last_position,
        **asdict(brief),
    )
    ticket.person_asked_at = now
    ticket.assignee = None
    ticket.pass_turn(Turn.QUEUE, at=now)
    by_rule: dict[str, Any] = {"rule": firing.rule_name} if firing else {}
    events.record(
        EventKind.PERSON_ASKED,
        actor=actor,
        ticket=ticket,
        reason=reason,
        team=ticket.team_id,
        **by_rule,
    )
    _say_first(ticket, words, warns=warns)
    outlook = queues.outlook(ticket)
    _keep_promise(handover, outlook)
    announce(ticket, notices.queued(outlook, ticket.customer))
    saving.save(ticket)
    return handover


@transaction.atomic
def warn(*, actor: Actor, ticket: Ticket, priority: Priority | None = None) -> Message | None:
    """Say the safety line to whoever waits for a person already, and wrote only now of a danger.

    They come before the others of a lower `priority`. None if there is nothing to warn of.
    """
    ticket = Ticket.objects.locked(ticket)
    if ticket.turn != Turn.QUEUE:
        return None
    opening = openings.choose(ticket)
    if opening is None or not opening.safety:
        return None
    prioritise(ticket, priority)
    message = say(ticket, actor, opening.text, provenance=_from(opening))
    saving.save(ticket)
    return message


@transaction.atomic
def accept(*, actor: Actor, ticket: Ticket) -> Ticket:
    """An agent takes the conversation: out of the queue, or from the assistant.

    Raises:
        NotAllowed: the actor is no agent.
        Taken: another agent, who still works here, has it.
        ActionError: it is closed.
    """
    ticket = Ticket.objects.locked(ticket)
    user = rights.demand(actor, Permission.REPLY)
    if ticket.assignee_id == user.pk and ticket.with_a_person and not ticket.is_closed:
        return ticket
    if ticket.is_closed:
        raise closed(ticket)
    if ticket.assignee is not None and ticket.somebody_has_it:
        raise Taken(ticket.assignee)
    was = undoing.look(ticket)
    now = clock.now()
    handover = ticket.handovers.filter(ended_at=None).first()
    if handover is not None and handover.accepted_at is not None:  # by somebody who is gone
        handover.ended_at = now
        handover.save(update_fields=["ended_at"])
        handover = None
    place_with(ticket, user, handover)
    event = events.record(EventKind.TICKET_ACCEPTED, actor=actor, ticket=ticket)
    announce(ticket, notices.accepted(user))
    saving.save(ticket)
    undoing.keep(event, was, ticket, told=True)
    return ticket


@transaction.atomic
def hand_back(*, actor: Actor, ticket: Ticket) -> Ticket:
    """An agent gives the conversation back to the assistant, which may speak again.

    Raises:
        NotAllowed: the actor is no agent.
        ActionError: it is closed.
    """
    ticket = Ticket.objects.locked(ticket)
    user = rights.demand(actor, Permission.ASSIGN)
    if ticket.is_closed:
        raise closed(ticket)
    if not ticket.with_a_person:
        return ticket
    was = undoing.look(ticket)
    ticket.handovers.filter(ended_at=None).update(ended_at=clock.now())
    ticket.person_asked_at = None
    ticket.assignee = None
    ticket.end_snooze()  # it was the agent's to bring back
    ticket.unhelpful_answers = 0
    ticket.pass_turn(Turn.ASSISTANT if waits_for_answer(ticket) else Turn.CUSTOMER)
    event = events.record(EventKind.TICKET_HANDED_BACK, actor=actor, ticket=ticket)
    announce(ticket, notices.handed_back(user))
    saving.save(ticket)
    undoing.keep(event, was, ticket, told=True)
    return ticket


@transaction.atomic
def return_to_agent(*, actor: Actor, ticket: Ticket, agent: User, detail: str = "") -> Ticket:
    """Nothing of what was handed back is for the assistant: the agent who did so has it again.

    Nobody waits in the queue for it. If the agent does not work here any more, a person is asked for.
    """
    ticket = Ticket.objects.locked(ticket)
    if ticket.turn != Turn.ASSISTANT:
        return ticket
    if not agent.works_here:
        hand_over(actor=actor, ticket=ticket, reason=Reason.NO_ARTICLE, detail=detail)
        ticket.refresh_from_db()
        return ticket
    place_with(ticket, agent, None, text.line(detail, limit=300))
    events.record(EventKind.TICKET_RETURNED, actor=actor, ticket=ticket, agent=agent.pk)
    announce(ticket, notices.returned(agent))
    saving.save(ticket)
    return ticket


@transaction.atomic
def transfer(*, actor: Actor, ticket: Ticket, team: Team, detail: str = "") -> Ticket:
    """An agent passes the conversation on to another team. The brief goes with it.

    Raises:
        NotAllowed: the actor is no agent.
        ActionError: it is closed.
    """
    ticket = Ticket.objects.locked(ticket)
    rights.demand(actor, Permission.ASSIGN)
    if ticket.is_closed:
        raise closed(ticket)
    if ticket.team_id == team.pk and ticket.turn == Turn.QUEUE:
        return ticket
    was = undoing.look(ticket)
    from_team = ticket.team_id
    handover = queue_again(ticket, team, detail)
    event = events.record(
        EventKind.TICKET_TRANSFERRED,
        actor=actor,
        ticket=ticket,
        team=team.pk,
        from_team=from_team,
    )
    _ask_a_lead(ticket)
    outlook = queues.outlook(ticket)
    _keep_promise(handover, outlook)
    announce(ticket, notices.transferred(team, outlook, ticket.customer))
    saving.save(ticket)
    undoing.keep(event, was, ticket, told=True)
    return ticket


def _ask_a_lead(ticket: Ticket) -> None:
    """Whoever is passed on for the third time needs somebody who decides: the leads are called, once."""
    if ticket.events.filter(kind=EventKind.TICKET_TRANSFERRED).count() != TOO_OFTEN:
        return
    working = User.objects.filter(is_active=True)
    leading = working.filter(with_permission(Permission.LEAD)).exclude(role=Role.ADMIN)
    leads = leading.filter(teams=ticket.team) or working.filter(role=Role.ADMIN)
    for user in leads.order_by("pk"):
        events.record(
            EventKind.PERSON_PAGED,
            actor=Actor.system(),
            ticket=ticket,
            user=user.pk,
            rule=_("Passed on for the third time"),
        )


def place_with(ticket: Ticket, agent: User, handover: HandOver | None, detail: str = "") -> None:
    """Give a locked ticket to an agent, by the hand-over that waits or by one of their own."""
    now = clock.now()
    if handover is None:
        brief = hints.carried_by(briefs.write(ticket, Reason.TAKEN_OVER, detail), ticket)
        handover = HandOver(
            ticket=ticket,
            reason=Reason.TAKEN_OVER,
            detail=detail,
            team=ticket.team,
            read_to=ticket.last_position,
            **asdict(brief),
        )
    handover.accepted_at = now
    handover.accepted_by = agent
    handover.save()
    ticket.person_asked_at = ticket.person_asked_at or now
    ticket.assignee = agent
    ticket.pass_turn(Turn.AGENT, at=now)


def queue_again(ticket: Ticket, team: Team, detail: str = "") -> HandOver:
    """Put a locked ticket into the queue of a team: the brief goes with it, and its place is kept."""
    now = clock.now()
    detail = text.line(detail, limit=300)
    before = ticket.handovers.filter(ended_at=None).first()
    brief = asdict(hints.carried_by(briefs.write(ticket, Reason.TRANSFERRED, detail), ticket))
    read_to = ticket.last_position
    if before is not None:
        before.ended_at = now
        before.save(update_fields=["ended_at"])
    # Where nothing had been written yet, the lines are those of now.
    if before is not None and not before.nothing_was_written:
        read_to = before.read_to
        kept = ("wants", "tried", "feeling", "feeling_start", "facts", "articles")
        brief.update({name: getattr(before, name) for name in kept if getattr(before, name)})
        if before.statements:
            new = [one for one in brief["statements"] if one["kind"] in ("why", "hint")]
            brief["statements"] = [one for one in before.statements if one["kind"] != "why"] + new
    handover = HandOver.objects.create(
        ticket=ticket,
        reason=Reason.TRANSFERRED,
        detail=detail,
        team=team,
        read_to=read_to,
        **brief,
    )
    ticket.team = team
    ticket.assignee = None
    ticket.person_asked_at = ticket.person_asked_at or now
    ticket.pass_turn(Turn.QUEUE, at=now)
    return handover


def _keep_promise(handover: HandOver, outlook: Outlook) -> None:
    """Keep until when the customer is told to expect somebody, where they are told minutes."""
    if outlook.open_now and outlook.wait is not None and outlook.wait.at_most is not None:
        handover.promised_at = clock.now() + timedelta(minutes=outlook.wait.at_most)
        handover.save(update_fields=["promised_at"])


def prioritise(ticket: Ticket, wanted: Priority | None) -> None:
    """Give a locked ticket the priority that a rule states. What somebody raised is not lowered."""
    if wanted is not None and (wanted > ticket.priority or ticket.priority == Priority.NORMAL):
        ticket.priority = wanted


def _say_first(ticket: Ticket, words: str, *, warns: bool) -> None:
    """What the assistant says before it steps back: a human sentence first; a warning stands alone."""
    opening = openings.choose(ticket)
    provenance: dict[str, Any] = {"safety": True} if warns else {}
    if opening is not None and opening.safety:
        say(ticket, Actor.assistant(), opening.text, provenance=_from(opening))
    elif opening is not None and not warns:
        words = "\n\n".join(filter(None, [opening.text, words]))
        provenance = _from(opening)
    if words:
        say(ticket, Actor.assistant(), words, provenance=provenance or None)


def _from(opening: Opening) -> dict[str, Any]:
    """Where a text comes from: so it is not said twice, and a warning is shown as one."""
    return {"opening": opening.about, "safety": opening.safety}
