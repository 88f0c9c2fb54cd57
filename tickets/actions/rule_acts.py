"""What a rule does to a conversation that an event or time set it off for. Each takes a locked ticket.

The customer reads what concerns them in the system's own lines, as of what an agent does.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from tickets import acts, clock, events
from tickets.actions import saving
from tickets.actions.closing import end
from tickets.actions.custom_fields import put_in, refuse_incomplete
from tickets.actions.errors import ActionError, closed
from tickets.actions.facts import note_fact
from tickets.actions.handover import hand_over, queue_again
from tickets.actions.properties import give_to, refuse_owner
from tickets.actions.rules import call_people
from tickets.actions.speech import announce, say
from tickets.actors import Actor
from tickets.models import (
    EventKind,
    Note,
    Priority,
    Reason,
    Resolution,
    RuleFiring,
    Status,
    StatusCategory,
    Tag,
    Team,
    Ticket,
    Turn,
    User,
)
from tickets.models.properties import MOST_TAGS
from tickets.rules import Fired, HandOverTo, Verdict
from tickets.service import notices, queues

SYSTEM = Actor.system()


def carry_out(ticket: Ticket, firing: RuleFiring, fired: Fired) -> Ticket:
    """Do all that a rule says, in one order: what is noted, changed, said, and who is told at the end.

    Raises:
        ActionError: something of it cannot be done with this conversation.
        acts.Gone: something that it names is not there any more.
    """
    effects = fired.effects
    for key, value in effects.facts.items():
        note_fact(actor=SYSTEM, ticket=ticket, key=key, value=value)
        ticket = Ticket.objects.locked(ticket)
    loaded = acts.load(effects.acts)
    _change(ticket, loaded, [*effects.tags, *loaded.add_tags])
    if effects.note:
        _write_note(ticket, firing.rule_name, effects.note)
    if effects.message:
        say(ticket, SYSTEM, effects.message, rule=firing.rule_name)
    call_people(SYSTEM, ticket, Verdict([fired]))
    saving.save(ticket)
    if effects.hand_over is not None:
        return _hand_over(ticket, firing, effects.hand_over)
    return _place(ticket, loaded)


def _change(ticket: Ticket, loaded: acts.Loaded, add: list[str]) -> None:
    """What stays with whoever has it: tags, type, priority, custom fields."""
    known = {tag.lower() for tag in ticket.tags}
    kept = [tag for tag in ticket.tags if tag not in loaded.remove_tags]
    added = [tag for tag in dict.fromkeys(add) if tag.lower() not in known]
    added = added[: max(0, MOST_TAGS - len(kept))]
    if [*kept, *added] != ticket.tags:
        before, ticket.tags = list(ticket.tags), [*kept, *added]
        Tag.objects.keep(added)
        _record_change(ticket, "tags", before, ticket.tags)
    if loaded.type is not None and loaded.type != ticket.type:
        before_type, ticket.type = str(ticket.type or ""), loaded.type
        _record_change(ticket, "type", before_type, str(loaded.type))
    if loaded.priority is not None and loaded.priority != ticket.priority:
        before_priority, ticket.priority = ticket.priority, Priority(loaded.priority)
        _record_change(ticket, "priority", before_priority, ticket.priority)
    for field, values in loaded.fields:
        put_in(SYSTEM, ticket, field, values)


def _record_change(ticket: Ticket, name: str, before: Any, after: Any) -> None:
    changed = {"field": name, "before": before, "after": after}
    events.record(EventKind.TICKET_CHANGED, actor=SYSTEM, ticket=ticket, **changed)


def _write_note(ticket: Ticket, rule: str, body: str) -> None:
    note = Note.objects.create(ticket=ticket, position=ticket.next_position(), rule=rule, body=body)
    events.record(EventKind.NOTE_WRITTEN, actor=SYSTEM, ticket=ticket, position=note.position)


def _hand_over(ticket: Ticket, firing: RuleFiring, route: HandOverTo) -> Ticket:
    if ticket.is_closed:
        raise closed(ticket)
    hand_over(
        actor=SYSTEM,
        ticket=ticket,
        reason=Reason(firing.rule.reason) if firing.rule else Reason.RULE,
        team=route.load_team(),
        skill=route.skill,
        priority=route.priority,
        firing=firing,
        evidence=firing.evidence,
        words=route.text,
        warns=route.emergency,
    )
    return Ticket.objects.locked(ticket)


def _place(ticket: Ticket, loaded: acts.Loaded) -> Ticket:
    """Where it stands afterwards: with whom, in which status, put aside or ended."""
    if loaded.team is not None and loaded.team.pk != ticket.team_id:
        _pass_on(ticket, loaded.team)
    if isinstance(loaded.assignee, User):
        _assign(ticket, loaded.assignee)
    elif loaded.assignee == acts.NOBODY:
        _back_to_the_queue(ticket)
    hours = loaded.snooze if isinstance(loaded.snooze, int) else None
    if loaded.status is not None:
        _set_status(ticket, loaded.status, hours)
    elif loaded.resolves:
        _end(ticket, Resolution.RESOLVED)
    elif loaded.snooze is not None:
        _snooze(ticket, hours)
    saving.save(ticket)
    return ticket


def _pass_on(ticket: Ticket, team: Team) -> None:
    """To another team; while the assistant has it, only who would take it changes."""
    if ticket.is_closed:
        raise closed(ticket)
    before, asked = ticket.team_id, ticket.turn != Turn.ASSISTANT
    if asked:
        queue_again(ticket, team)
    else:
        ticket.team = team
    events.record(
        EventKind.TICKET_TRANSFERRED, actor=SYSTEM, ticket=ticket, team=team.pk, from_team=before
    )
    if asked:
        announce(ticket, notices.transferred(team, queues.outlook(ticket), ticket.customer))


def _assign(ticket: Ticket, agent: User) -> None:
    if ticket.is_closed:
        raise closed(ticket)
    if ticket.assignee_id == agent.pk and ticket.with_a_person:
        return
    refuse_owner(ticket, agent)
    before = ticket.assignee_id
    give_to(ticket, agent)
    _record_assignee(ticket, before, agent.pk)
    announce(ticket, notices.accepted(agent))


def _back_to_the_queue(ticket: Ticket) -> None:
    if ticket.is_closed:
        raise closed(ticket)
    if ticket.turn in (Turn.QUEUE, Turn.ASSISTANT):  # nobody has it
        return
    before = ticket.assignee_id
    queue_again(ticket, ticket.team)
    _record_assignee(ticket, before, None)
    announce(ticket, notices.passed_on(queues.outlook(ticket), ticket.customer))


def _record_assignee(ticket: Ticket, before: int | None, after: int | None) -> None:
    events.record(
        EventKind.TICKET_ASSIGNED, actor=SYSTEM, ticket=ticket, before=before, after=after
    )


def _set_status(ticket: Ticket, status: Status, hours: int | None) -> None:
    """A finer word for where it stands, or the end or the pause that it is a word for."""
    if ticket.is_spam:
        raise closed(ticket)
    if status == ticket.status:
        return
    if status.category != ticket.category:
        match StatusCategory(status.category):
            case StatusCategory.RESOLVED:
                _end(ticket, Resolution.RESOLVED)
            case StatusCategory.CLOSED:
                _end(ticket, Resolution.CLOSED)
            case StatusCategory.HOLD:
                _snooze(ticket, hours)
            case category:
                words = _("“%(status)s” is for conversations that are “%(category)s”.")
                raise ActionError(
                    words % {"status": status, "category": category.label}, code="status"
                )
    before, ticket.status = str(ticket.status or ""), status
    ticket.status_category = status.category
    _record_change(ticket, "status", before, str(status))


def _end(ticket: Ticket, resolution: Resolution) -> None:
    if ticket.is_closed:
        return
    refuse_incomplete(ticket)
    end(ticket, resolution)
    if resolution == Resolution.RESOLVED:
        events.record(EventKind.TICKET_RESOLVED, actor=SYSTEM, ticket=ticket)
        announce(ticket, notices.resolved_by_itself())
    else:
        events.record(EventKind.TICKET_CLOSED, actor=SYSTEM, ticket=ticket)
        announce(ticket, notices.closed_by_itself())


def _snooze(ticket: Ticket, hours: int | None) -> None:
    """Put aside what an agent has; what nobody has must be seen by somebody first."""
    if ticket.is_closed:
        raise closed(ticket)
    if ticket.assignee_id is None or not ticket.with_a_person:
        raise ActionError(_("Nobody has it yet, so it cannot be put aside."), code="nobody")
    now = clock.now()
    ticket.snoozed_at, ticket.closes_at, ticket.is_back = now, None, False
    ticket.snoozed_until = now + timedelta(hours=hours) if hours else None
    until = ticket.snoozed_until.isoformat() if ticket.snoozed_until else None
    events.record(EventKind.TICKET_SNOOZED, actor=SYSTEM, ticket=ticket, until=until)
