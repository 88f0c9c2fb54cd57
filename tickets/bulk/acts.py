"""What can be done to many tickets: each act by the one action that there is for it, and back again.

Every act can be taken back, as far as a ticket still is as the act left it. What its customer read
meanwhile they have read: where somebody has it, or it goes on after all, one more line tells them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from tickets import access, actions, clock
from tickets.actions import ActionError, Property
from tickets.actions.statuses import ENDS
from tickets.actors import Actor
from tickets.conversation.unanswered import waits_for_answer
from tickets.models import Permission, Status, StatusCategory, Team, Ticket, Turn, User
from tickets.models.jobs import Act, BulkItem

UNANSWERED = "unanswered"
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Doing:
    """One ticket, locked, and what is to be done to it."""

    actor: Actor
    ticket: Ticket
    values: Values
    item: BulkItem
    problem: Ticket | None = None
    # What was loaded for others of the same transaction already.
    known: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Undoing:
    """One ticket, locked: what was before the act, and what it was afterwards."""

    actor: Actor
    ticket: Ticket
    was: Values
    became: Values


def do(act: Act, doing: Doing) -> None:
    """Do it. Raises ActionError, ValidationError."""
    _ACTS[act][0](doing)


def undo(act: Act, undoing: Undoing) -> None:
    """Take it back, if it still is as it became. Raises ActionError, ValidationError."""
    _ACTS[act][1](undoing)


def state_of(act: Act, ticket: Ticket) -> Values:
    """What the act may change of a ticket, as JSON."""
    found: Values = {
        "priority": ticket.priority,
        "type": ticket.type_id,
        "status": ticket.status_id,
        "category": ticket.category,
        "tags": list(ticket.tags),
        "team": ticket.team_id,
        "assignee": ticket.assignee_id,
        "person": ticket.with_a_person,
        "snoozed": ticket.snoozed_at is not None,
        "until": ticket.snoozed_until.isoformat() if ticket.snoozed_until else None,
        "note": ticket.snooze_note,
        "closed": ticket.is_closed,
        "spam": ticket.is_spam,
        "position": ticket.last_position,
    }
    return {name: found[name] for name in _CHANGES[act]}


_WHO = ("assignee", "person")
_CHANGES: dict[Act, tuple[str, ...]] = {
    Act.MINE: _WHO,
    Act.ASSIGN: _WHO,
    Act.PRIORITY: ("priority",),
    Act.TYPE: ("type",),
    Act.STATUS: ("status", "category", "position", "snoozed", "until", "note", *_WHO),
    Act.TAG: ("tags",),
    Act.SNOOZE: ("snoozed", "until", "note", *_WHO),
    Act.TRANSFER: ("team", *_WHO),
    Act.RESOLVE: ("closed", "position", *_WHO),
    Act.SPAM: ("spam",),
    Act.ANSWER: ("closed", "position", *_WHO),
}

# One for which it takes more than acting on many: what the same needs of one.
NEEDED_FOR = {
    Act.MINE: Permission.ASSIGN,
    Act.ASSIGN: Permission.ASSIGN,
    Act.TRANSFER: Permission.ASSIGN,
    Act.RESOLVE: Permission.RESOLVE,
    Act.SPAM: Permission.SPAM,
    **dict.fromkeys((Act.PRIORITY, Act.TYPE, Act.STATUS, Act.TAG, Act.SNOOZE), Permission.CHANGE),
}


# --- to and fro


def _assign(doing: Doing) -> None:
    agent = doing.known.get("agent") or User.objects.with_access().get(pk=doing.values["agent"])
    doing.known["agent"] = agent
    if not agent.on_the_staff:
        raise _gone(agent)
    seen = doing.item.seen_assignee
    actions.assign(actor=doing.actor, ticket=doing.ticket, agent=agent, seen=seen)


def _unassign(undoing: Undoing) -> None:
    _refuse_changed(undoing, undoing.ticket.assignee_id == undoing.became["assignee"])
    _give_back(undoing)


def _prioritise(doing: Doing) -> None:
    _set(doing.actor, doing.ticket, Property.PRIORITY, doing.values["priority"])


def _unprioritise(undoing: Undoing) -> None:
    was, became = undoing.was["priority"], undoing.became["priority"]
    _set(undoing.actor, undoing.ticket, Property.PRIORITY, str(was), seen=str(became))


def _type(doing: Doing) -> None:
    _set(doing.actor, doing.ticket, Property.TYPE, doing.values["type"])


def _untype(undoing: Undoing) -> None:
    was, became = undoing.was["type"] or "", undoing.became["type"] or ""
    _set(undoing.actor, undoing.ticket, Property.TYPE, str(was), seen=str(became))


def _give_status(doing: Doing) -> None:
    """What is closed is not reopened by it, and nothing that waits for an answer is ended."""
    status = Status.objects.get(pk=doing.values["status"])
    ticket = doing.ticket
    if ticket.category in ENDS and status.category != ticket.category:
        raise ActionError(_("It is closed already."), code="closed")
    if status.category in ENDS:
        _refuse_unanswered(ticket)
    actions.set_status(actor=doing.actor, ticket=ticket, status=status)


def _take_status(undoing: Undoing) -> None:
    """The status that was there; where the other one had brought it elsewhere, back, too."""
    actor, ticket, was, became = undoing.actor, undoing.ticket, undoing.was, undoing.became
    moved = was["category"] != became["category"]
    now, names = state_of(Act.STATUS, ticket), _CHANGES[Act.STATUS] if moved else ("status",)
    _refuse_changed(undoing, all(now[name] == became[name] for name in names))
    status = Status.objects.get(pk=was["status"]) if was["status"] else None
    actions.set_status(
        actor=actor,
        ticket=ticket,
        status=status,
        category=StatusCategory(was["category"]),
        until=_moment(was["until"]),
    )
    if moved:
        _give_back(undoing)


def _tag(doing: Doing) -> None:
    actions.change_tags(actor=doing.actor, ticket=doing.ticket, add=doing.values["tags"])


def _untag(undoing: Undoing) -> None:
    """Only what the act added: other tags that were put on meanwhile stay."""
    added = set(undoing.became["tags"]) - set(undoing.was["tags"])
    _refuse_changed(undoing, bool(added & set(undoing.ticket.tags)))
    actions.change_tags(actor=undoing.actor, ticket=undoing.ticket, remove=sorted(added))


def _snooze(doing: Doing) -> None:
    until, note = _moment(doing.values["until"]), doing.values["note"]
    actions.snooze(actor=doing.actor, ticket=doing.ticket, until=until, note=note)


def _unsnooze(undoing: Undoing) -> None:
    actor, ticket, was = undoing.actor, undoing.ticket, undoing.was
    _refuse_changed(undoing, state_of(Act.SNOOZE, ticket) == undoing.became)
    until = _moment(was["until"])
    if was["snoozed"] and (until is None or until > clock.now()):
        actions.snooze(actor=actor, ticket=ticket, until=until, note=was["note"])
        return
    actions.unsnooze(actor=actor, ticket=ticket)
    _give_back(undoing)


def _transfer(doing: Doing) -> None:
    team = Team.objects.get(pk=doing.values["team"])
    if doing.ticket.team_id == team.pk:
        raise ActionError(_("It is with this team already."), code="same_team")
    detail = doing.values["detail"]
    actions.transfer(actor=doing.actor, ticket=doing.ticket, team=team, detail=detail)


def _transfer_back(undoing: Undoing) -> None:
    ticket = undoing.ticket
    _refuse_changed(undoing, state_of(Act.TRANSFER, ticket) == undoing.became)
    team = Team.objects.get(pk=undoing.was["team"])
    actions.transfer(actor=undoing.actor, ticket=ticket, team=team)
    _give_back(undoing)


def _resolve(doing: Doing) -> None:
    """Over a last message without an answer only where that was asked for."""
    ticket = doing.ticket
    if ticket.is_closed:
        raise ActionError(_("It is closed already."), code="closed")
    if not doing.values["anyway"]:
        _refuse_unanswered(ticket)
    actions.resolve(actor=doing.actor, ticket=ticket, seen=ticket.last_position)


def _reopen(undoing: Undoing) -> None:
    """Only where nothing was said or rated since: who confirmed that it is solved is not asked again."""
    ticket = undoing.ticket
    _refuse_changed(undoing, state_of(Act.RESOLVE, ticket) == undoing.became)
    actions.reopen(actor=undoing.actor, ticket=ticket)
    _give_back(undoing)


def _mark_spam(doing: Doing) -> None:
    if doing.ticket.is_spam:
        raise ActionError(_("It is in quarantine already."), code="spam")
    actions.mark_spam(actor=doing.actor, ticket=doing.ticket)


def _not_spam(undoing: Undoing) -> None:
    _refuse_changed(undoing, undoing.ticket.is_spam)
    actions.not_spam(actor=undoing.actor, ticket=undoing.ticket)


def _answer(doing: Doing) -> None:
    """A problem's answer: said, and resolved, unless somebody wrote since it was asked for."""
    actor, ticket, values = doing.actor, doing.ticket, doing.values
    assert doing.problem is not None
    if not access.affected_by(actor, doing.problem).filter(pk=ticket.pk).exists():
        raise ActionError(_("It is not linked with the problem any more."), code="unlinked")
    if ticket.is_closed:
        raise ActionError(_("It was closed meanwhile."), code="closed")
    seen = doing.item.seen_position
    if values["body"]:
        seen = actions.reply(actor=actor, ticket=ticket, body=values["body"], seen=seen).position
    if values["resolves"]:
        actions.resolve(actor=actor, ticket=ticket, seen=seen)


def _reopen_answered(undoing: Undoing) -> None:
    """What was said stays said; what was resolved goes on."""
    if not undoing.became["closed"]:
        raise ActionError(_("What was said cannot be taken back."), code="said")
    _reopen(undoing)


_ACTS: dict[Act, tuple[Callable[[Doing], None], Callable[[Undoing], None]]] = {
    Act.MINE: (_assign, _unassign),
    Act.ASSIGN: (_assign, _unassign),
    Act.PRIORITY: (_prioritise, _unprioritise),
    Act.TYPE: (_type, _untype),
    Act.STATUS: (_give_status, _take_status),
    Act.TAG: (_tag, _untag),
    Act.SNOOZE: (_snooze, _unsnooze),
    Act.TRANSFER: (_transfer, _transfer_back),
    Act.RESOLVE: (_resolve, _reopen),
    Act.SPAM: (_mark_spam, _not_spam),
    Act.ANSWER: (_answer, _reopen_answered),
}


# --- what they share


def _set(
    actor: Actor, ticket: Ticket, name: Property, value: str, *, seen: str | None = None
) -> None:
    actions.change_ticket(actor=actor, ticket=ticket, name=name, value=value, seen=seen)


def _refuse_unanswered(ticket: Ticket) -> None:
    if ticket.turn == Turn.QUEUE:
        raise ActionError(_("Somebody waits for a person in it."), code=UNANSWERED)
    if ticket.turn == Turn.AGENT and waits_for_answer(ticket):
        raise ActionError(_("The last message is not answered."), code=UNANSWERED)


def _give_back(undoing: Undoing) -> None:
    """To whoever had it before: an agent, the queue of its team, or the assistant."""
    ticket = Ticket.objects.get(pk=undoing.ticket.pk)
    was = undoing.was["assignee"]
    if was == ticket.assignee_id and undoing.was["person"] == ticket.with_a_person:
        return
    if was is not None:
        agent = User.objects.get(pk=was)
        if not agent.on_the_staff:
            raise _gone(agent)
        actions.assign(actor=undoing.actor, ticket=ticket, agent=agent)
    elif undoing.was["person"]:
        actions.assign(actor=undoing.actor, ticket=ticket, agent=None)
    else:
        actions.hand_back(actor=undoing.actor, ticket=ticket)


def _refuse_changed(undoing: Undoing, still_so: bool) -> None:
    if not still_so:
        raise ActionError(_("It was changed meanwhile, and stays as it is."), code="changed")


def _gone(agent: User) -> ActionError:
    return ActionError(_("%(name)s does not work here any more.") % {"name": agent}, code="gone")


def _moment(stored: str | None) -> datetime | None:
    return datetime.fromisoformat(stored) if stored else None
