"""What the agents of the demo made of their conversations: what they are, what is put aside, what belongs
together, and the views and macros that are kept.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from helpdesk.demo.load_approvals import load_approvals
from helpdesk.demo.load_content import Entry
from helpdesk.demo.load_known import load_known
from helpdesk.demo.load_people import Cast
from helpdesk.demo.load_visits import load_visits
from tickets import actions, replay
from tickets.actions.properties import Property
from tickets.actors import Actor
from tickets.lists.arranging import Sort
from tickets.models import LinkKind, Role, Status, Ticket, TicketType, User

WAITS = "customer"  # put aside until the customer writes


def load_desk(desk: Entry, cast: Cast, now: datetime) -> None:
    """Play what was done after the last message of each conversation. In the replay's transaction."""
    types, statuses = _types(desk["types"]), _statuses(desk["statuses"])
    # As the cast has them: what is told was long before a second factor was asked for.
    staff = {user.pk: user for user in cast.staff.values()}
    lead = next(user for user in staff.values() if user.role == Role.LEAD)
    for told in desk["tickets"]:
        ticket = Ticket.objects.get(subject=told["subject"])
        agent = Actor.agent(staff.get(ticket.assignee_id or 0, lead))
        with replay.step(ticket.updated_at):
            _sort(ticket, told, agent, types)
            _put_aside(ticket, told, agent, now)
            if "status" in told:
                status = statuses[told["status"]]
                actions.set_status(actor=agent, ticket=ticket, status=status)
        with replay.step(now):
            _join(ticket, told, agent)
    load_known(desk, lead, now)
    load_visits(desk["sittings"], now)
    with replay.step(now):
        for told in desk["whispers"]:
            _whisper(told, Actor.agent(lead))
        load_approvals(desk, staff)
    for view in desk["views"]:
        _keep(view, cast)
    for macro in desk["macros"]:
        _keep_macro(macro, cast, types)


def _types(names: list[str]) -> dict[str, TicketType]:
    """The types of these names: those that every installation begins with, and the company's own."""
    types = {kind.name: kind for kind in TicketType.objects.all()}
    for place, name in enumerate(names, len(types) + 1):
        if name not in types:
            types[name] = TicketType(name=name, position=place)
            actions.change_setting(actor=Actor.system(), instance=types[name])
    return types


def _statuses(told: list[Entry]) -> dict[str, Status]:
    statuses = {one["name"]: Status(position=place, **one) for place, one in enumerate(told, 1)}
    for status in statuses.values():
        actions.change_setting(actor=Actor.system(), instance=status)
    return statuses


def _sort(ticket: Ticket, told: Entry, agent: Actor, types: dict[str, TicketType]) -> None:
    value = str(types[told["type"]].pk)
    actions.change_ticket(actor=agent, ticket=ticket, name=Property.TYPE, value=value)
    actions.change_tags(actor=agent, ticket=ticket, add=told["tags"])


def _put_aside(ticket: Ticket, told: Entry, agent: Actor, now: datetime) -> None:
    if told.get("snooze") == WAITS:
        actions.snooze(actor=agent, ticket=ticket, until=None)
    elif hours := told.get("snooze_hours"):
        until = now + timedelta(hours=hours)
        actions.snooze(actor=agent, ticket=ticket, until=until, note=told["note"])


def _join(ticket: Ticket, told: Entry, agent: Actor) -> None:
    """What two conversations have to do with each other is found out last."""
    if subject := told.get("merged_into"):
        into = Ticket.objects.get(subject=subject)
        actions.merge(actor=agent, ticket=ticket, into=into)
    for subject in told.get("affects", []):
        affected = Ticket.objects.get(subject=subject)
        actions.link(actor=agent, ticket=affected, other=ticket, kind=LinkKind.CAUSED_BY)


def _whisper(told: Entry, lead: Actor) -> None:
    """To whoever has the conversation, who is told of it; else a hint for whoever takes it next."""
    ticket = Ticket.objects.get(subject=told["subject"])
    note = actions.whisper(actor=lead, ticket=ticket, body=told["text"])
    if note.to is not None:
        actions.notify(actor=Actor.system(), event=ticket.events.get(position=note.position))


def _keep(view: Entry, cast: Cast) -> None:
    owner: User = cast.staff[view["owner"]]
    actions.save_view(
        actor=Actor.agent(owner),
        name=view["name"],
        query=view["query"],
        sort=Sort.NEWEST,
        team=cast.teams[view["team"]] if "team" in view else None,
    )


def _keep_macro(macro: Entry, cast: Cast, types: dict[str, TicketType]) -> None:
    """Those without an owner are shared, by the admin."""
    owner: User | None = cast.staff[macro["owner"]] if "owner" in macro else None
    admin = next(user for user in cast.staff.values() if user.role == Role.ADMIN)
    acts = dict(macro["acts"])
    for name, rows in (("type", types), ("team", cast.teams)):
        if name in acts:
            acts[name] = rows[acts[name]].pk
    actions.save_macro(
        actor=Actor.agent(owner or admin),
        macro=None,
        name=macro["name"],
        folder=macro.get("folder", ""),
        shared=owner is None,
        team=cast.teams[macro["team"]] if "team" in macro else None,
        body=macro.get("body", ""),
        note=macro.get("note", ""),
        acts=acts,
        send_at_once=macro.get("send_at_once", False),
    )
