"""Who is told of an event, and why: rules that are read from top to bottom."""

from __future__ import annotations

from collections.abc import Iterable

from tickets import access
from tickets.models import (
    AuthorKind,
    Event,
    EventKind,
    NoteKind,
    NotificationKind,
    Permission,
    Ticket,
    Turn,
    User,
)
from tickets.models.roles import with_permission
from tickets.models.users import Role

SAYS = (EventKind.MESSAGE_POSTED, EventKind.NOTE_WRITTEN)
TOLD_OF = (
    *SAYS,
    *(EventKind.PERSON_ASKED, EventKind.PERSON_PAGED, EventKind.REPLY_HELD),
    *(EventKind.TICKET_ACCEPTED, EventKind.TICKET_ASSIGNED, EventKind.TICKET_RETURNED),
    *(EventKind.TICKET_TRANSFERRED, EventKind.TICKET_UNSNOOZED, EventKind.TICKET_RESOLVED),
    *(EventKind.SLA_WARNED, EventKind.SLA_BREACHED),
    *(EventKind.MAIL_FAILED, EventKind.MAIL_BOUNCED, EventKind.MAIL_COMPLAINED),
    EventKind.MAIL_SILENCED,
)
DID_NOT_ARRIVE = (EventKind.MAIL_FAILED, EventKind.MAIL_BOUNCED, EventKind.MAIL_COMPLAINED)


def concerns_somebody(event: Event) -> bool:
    """What the assistant and the system say is nobody's news; what others say is news for whoever is
    named, has the conversation or follows it.
    """
    if event.data.get("author") in (AuthorKind.ASSISTANT, AuthorKind.SYSTEM):
        return False
    if event.kind not in SAYS or event.ticket is None or event.data.get("mentioned"):
        return True
    if event.data.get("approval"):
        return True
    has_it = event.ticket.assignee_id not in (None, event.actor_user_id)
    return has_it or event.ticket.followers.exists()


def of(event: Event, ticket: Ticket) -> list[tuple[User, NotificationKind]]:
    """Who is told, each for the most important of their reasons, as things are now.

    Never whoever did it, and nobody who may not see the conversation. At most three queries.
    """
    reasons: dict[int, NotificationKind] = {}
    for kind, people in _reasons(event, ticket):
        for user in people:
            reasons.setdefault(user, kind)
    reasons.pop(event.actor_user_id or 0, None)
    if not reasons:
        return []
    users = access.agents_who_see(ticket, User.objects.with_access().filter(pk__in=reasons))
    return [(user, reasons[user.pk]) for user in users]


def _reasons(event: Event, ticket: Ticket) -> Iterable[tuple[NotificationKind, Iterable[int]]]:
    """Why somebody may want to know, the most important reason first."""
    data = event.data
    mine = [ticket.assignee_id] if ticket.assignee_id else []
    if event.kind in SAYS:
        if data.get("note") == NoteKind.WHISPER:
            yield NotificationKind.WHISPERED, [data["user"]]
        if data.get("note") == NoteKind.APPROVAL:
            yield NotificationKind.APPROVAL, _leads(ticket)
        if data.get("note") == NoteKind.DECISION:
            yield NotificationKind.DECIDED, [data["user"]]
        yield NotificationKind.MENTIONED, data.get("mentioned", ())
        if data.get("author") == AuthorKind.CUSTOMER:
            yield NotificationKind.WROTE, mine
        yield NotificationKind.FOLLOWED, mine
    if event.kind in (EventKind.TICKET_ASSIGNED, EventKind.TICKET_RETURNED):
        yield NotificationKind.ASSIGNED, filter(None, [data.get("after"), data.get("agent")])
        if event.actor_user_id and event.actor_user_id == data.get("after"):
            yield NotificationKind.TAKEN, filter(None, [data.get("before")])
    if event.kind == EventKind.REPLY_HELD:
        yield NotificationKind.HELD, [data["user"]]
    if event.kind in DID_NOT_ARRIVE:
        yield NotificationKind.BOUNCED, [*filter(None, [data.get("user")]), *mine]
        yield NotificationKind.BOUNCED, ticket.followers.values_list("user", flat=True)
    if event.kind == EventKind.MAIL_SILENCED:
        yield NotificationKind.FOLLOWED, mine
        yield NotificationKind.FOLLOWED, ticket.followers.values_list("user", flat=True)
    if event.kind == EventKind.PERSON_PAGED:
        yield NotificationKind.CALLED, [data["user"]]
    if event.kind == EventKind.SLA_BREACHED:
        yield NotificationKind.OVERDUE, [*mine, *_leads(ticket)]
    if event.kind == EventKind.SLA_WARNED:
        yield NotificationKind.DUE_SOON, mine or _leads(ticket)
    if event.kind == EventKind.TICKET_UNSNOOZED and data["why"] == "time":
        yield NotificationKind.BACK, mine
    if event.kind in (*SAYS, EventKind.TICKET_RESOLVED):
        yield NotificationKind.FOLLOWED, ticket.followers.values_list("user", flat=True)
    came = event.kind in (EventKind.PERSON_ASKED, EventKind.TICKET_TRANSFERRED)
    came_back = event.kind == EventKind.TICKET_ASSIGNED and "why" in data  # from who is gone
    if ticket.turn == Turn.QUEUE and (came or came_back):
        yield NotificationKind.QUEUE, _members(ticket)


def _members(ticket: Ticket) -> Iterable[int]:
    return User.objects.filter(teams=ticket.team_id, is_active=True).values_list("pk", flat=True)


def _leads(ticket: Ticket) -> Iterable[int]:
    """Who answers for it: the leads of its team; where it has none, the admins."""
    people = User.objects.filter(is_active=True)
    lead = people.filter(with_permission(Permission.LEAD), teams=ticket.team_id)
    leads = list(lead.exclude(role=Role.ADMIN).values_list("pk", flat=True))
    return leads or people.filter(role=Role.ADMIN).values_list("pk", flat=True)
