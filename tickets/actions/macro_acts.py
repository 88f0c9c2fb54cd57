"""Doing what a macro does beside its reply: a note and acts, in one transaction, undone by one step."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError

from tickets import clock, events
from tickets.actions import owners, rights, saving, undoing
from tickets.actions.closing import resolve
from tickets.actions.conversation import write_note
from tickets.actions.custom_fields import put_in
from tickets.actions.errors import ActionError
from tickets.actions.handover import transfer
from tickets.actions.properties import Property, assign, change_tags, change_ticket
from tickets.actions.snoozing import snooze
from tickets.actions.statuses import set_status
from tickets.actors import Actor
from tickets.acts import ENDINGS, ME, NOBODY, UNTIL_THEY_WRITE, Gone, Loaded, load
from tickets.models import AuthorKind, EventKind, Permission, Ticket


def refuse_gone(macro: dict[str, Any]) -> Loaded:
    """The acts of what macros left in a draft, with the rows that they name.

    Raises:
        ActionError: one of these is not there any more.
    """
    try:
        return load(macro.get("acts", {}))
    except Gone as error:
        raise ActionError(str(error), code="gone") from error


def carry_out(
    actor: Actor, ticket: Ticket, macro: dict[str, Any], client_id: UUID, *, ending: bool = True
) -> Ticket:
    """Do what macros left in a draft, to a locked ticket; all of it, or nothing.

    `ending` is False where the agent chose themselves where the conversation stands afterwards.

    Raises:
        ActionError: something is not there any more, or one of the acts is refused.
    """
    if not ending:
        acts = {name: value for name, value in macro["acts"].items() if name not in ENDINGS}
        macro = {**macro, "acts": acts}
    loaded = refuse_gone(macro)
    ticket = Ticket.objects.locked(ticket)
    was, position = undoing.look(ticket), ticket.last_position
    places = [owners.place_of(field) for field, _values in loaded.fields]
    filled = {place: owners.value(place, ticket) for place in places}
    try:
        with undoing.one_of_many():
            if macro["note"]:
                write_note(actor=actor, ticket=ticket, body=macro["note"])
            _act(actor, ticket, loaded)
    except ValidationError as error:
        raise ActionError(" ".join(error.messages), code="macro") from error
    ticket = Ticket.objects.locked(ticket)
    said = ticket.messages.filter(position__gt=position, author_kind=AuthorKind.SYSTEM)
    told = said.exists()
    done = [
        events.record(
            EventKind.MACRO_APPLIED,
            actor=actor,
            ticket=ticket,
            macro=key,
            name=name,
            client_id=str(client_id),
        )
        for key, name in macro["used"]
    ]
    saving.save(ticket)
    custom = {
        place: [before, after]
        for place, before in filled.items()
        if (after := owners.value(place, ticket)) != before
    }
    if done and (custom or undoing.look(ticket, handovers=False).columns != was.columns):
        undoing.keep(done[-1], was, ticket, told=told, custom=custom)
    return ticket


def _act(actor: Actor, ticket: Ticket, acts: Loaded) -> None:
    if acts.add_tags or acts.remove_tags:
        change_tags(actor=actor, ticket=ticket, add=acts.add_tags, remove=acts.remove_tags)
    if acts.type:
        kind = str(acts.type.pk)
        change_ticket(actor=actor, ticket=ticket, name=Property.TYPE, value=kind)
    if acts.priority:
        value = str(acts.priority.value)
        change_ticket(actor=actor, ticket=ticket, name=Property.PRIORITY, value=value)
    if acts.fields:
        rights.demand(actor, Permission.CHANGE)
        ticket = Ticket.objects.locked(ticket)
        for field, values in acts.fields:
            put_in(actor, ticket, field, values)
        saving.save(ticket)
    if acts.team and acts.team.pk != ticket.team_id:
        transfer(actor=actor, ticket=ticket, team=acts.team)
    if acts.assignee is not None:
        people = {ME: actor.user, NOBODY: None}
        agent = people[acts.assignee] if isinstance(acts.assignee, str) else acts.assignee
        assign(actor=actor, ticket=ticket, agent=agent)
    until = None
    if isinstance(acts.snooze, int):
        until = clock.now() + timedelta(hours=acts.snooze)
    if acts.status:
        set_status(actor=actor, ticket=ticket, status=acts.status, until=until)
    if acts.resolves:
        resolve(actor=actor, ticket=ticket)
    if until is not None or acts.snooze == UNTIL_THEY_WRITE:
        snooze(actor=actor, ticket=ticket, until=until)
