"""A line of the system as agents read it: who did what, from the event that the line announces.

The message itself is said to the customer ("You reopened this conversation."). Whatever announces
something records its event just before, in the same transaction, so that the newest such event
before a line is the line's own.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Case, IntegerField, OuterRef, Subquery, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, JSONObject
from django.utils.translation import gettext as _

from tickets.assigning.words import why
from tickets.models import AuthorKind, Event, EventKind, Message, Reason, Team, Ticket, User
from tickets.models.messages import MessageQuerySet

MERGES = (EventKind.TICKET_MERGED, EventKind.TICKET_UNMERGED)
_ANNOUNCED = (
    *(*MERGES, EventKind.TICKET_SPLIT),
    *(EventKind.PERSON_ASKED, EventKind.TICKET_ACCEPTED, EventKind.TICKET_HANDED_BACK),
    *(EventKind.TICKET_TRANSFERRED, EventKind.TICKET_RESOLVED, EventKind.TICKET_CONFIRMED),
    *(EventKind.TICKET_REOPENED, EventKind.TICKET_ASSIGNED, EventKind.TICKET_CLOSED),
    *(EventKind.CLOSING_ANNOUNCED, EventKind.TICKET_CONTINUED),
    *(EventKind.IDENTITY_WANTED, EventKind.IDENTITY_PROVED),
)
_AS_THE_CUSTOMER_READS_IT = (
    *(EventKind.CLOSING_ANNOUNCED, EventKind.TICKET_CLOSED, EventKind.TICKET_CONTINUED),
)


def with_events(messages: MessageQuerySet) -> MessageQuerySet:
    """The messages, each line of the system with what it announces, in the one query."""
    team = Team.objects.filter(pk=Cast(KeyTextTransform("team", OuterRef("data")), IntegerField()))
    agent = User.objects.filter(
        pk=Cast(KeyTextTransform("after", OuterRef("data")), IntegerField())
    )
    announced = (
        Event.objects.filter(
            ticket=OuterRef("ticket"), position__lt=OuterRef("position"), kind__in=_ANNOUNCED
        )
        .order_by("-position")
        .values(
            event=JSONObject(
                kind="kind",
                by="actor_kind",
                name="actor_user__name",
                email="actor_user__email",
                data="data",
                team=Subquery(team.values("name")[:1]),
                agent=Subquery(agent.values("name")[:1]),
            )
        )[:1]
    )
    of_the_system = When(author_kind=AuthorKind.SYSTEM, then=Subquery(announced))
    return messages.annotate(happened=Case(of_the_system, default=None))


def line(message: Message, ticket: Ticket) -> str:
    """What a line of the system says to agents."""
    event: dict[str, Any] | None = getattr(message, "happened", None)
    if event is None or message.by_rule or event["kind"] in _AS_THE_CUSTOMER_READS_IT:
        return message.body
    if event["kind"] == EventKind.PERSON_ASKED:
        return _asked(event["data"], ticket)
    who: dict[str, Any] = {
        "who": _who(event, ticket),
        "team": event["team"],
        "agent": event["agent"],
    }
    if event["kind"] == EventKind.TICKET_ASSIGNED:
        if reason := event["data"].get("why"):
            return _given_out(reason, event)
        given, back = _("%(who)s gave it to %(agent)s."), _("%(who)s gave it back to the queue.")
        return (given if event["data"]["after"] else back) % who
    if event["kind"] == EventKind.TICKET_TRANSFERRED and (reason := event["data"].get("why")):
        return _("Passed on to %(team)s: %(why)s.") % {"team": event["team"], "why": why(reason)}
    if event["kind"] in (*MERGES, EventKind.TICKET_SPLIT):
        return _with_another(event, ticket) % who
    return {
        EventKind.TICKET_ACCEPTED: _("%(who)s joined the conversation."),
        EventKind.TICKET_HANDED_BACK: _("%(who)s handed the conversation back to the assistant."),
        EventKind.TICKET_TRANSFERRED: _("%(who)s passed the conversation on to %(team)s."),
        EventKind.TICKET_RESOLVED: _("%(who)s marked this as resolved."),
        EventKind.TICKET_CONFIRMED: _("%(who)s said that this is solved."),
        EventKind.TICKET_REOPENED: _("%(who)s reopened this conversation."),
        EventKind.IDENTITY_WANTED: _("%(who)s asked the customer to prove their address."),
        EventKind.IDENTITY_PROVED: _("%(who)s proved an address by a code."),
    }[event["kind"]] % who


def _given_out(reason: dict[str, Any], event: dict[str, Any]) -> str:
    """What the helpdesk did by itself, and why."""
    if event["data"]["after"]:
        return _("Given to %(agent)s: %(why)s.") % {"agent": event["agent"], "why": why(reason)}
    return _("Back in the queue: %(why)s.") % {"why": why(reason)}


def _with_another(event: dict[str, Any], ticket: Ticket) -> str:
    """What was done with this one and another. Which one that is stands where it may be seen."""
    data = event["data"]
    match event["kind"]:
        case EventKind.TICKET_MERGED if data["merged"] == ticket.pk:
            return _("%(who)s merged this conversation into another one.")
        case EventKind.TICKET_MERGED:
            return _("%(who)s merged another conversation into this one.")
        case EventKind.TICKET_UNMERGED:
            return _("%(who)s took the merge back.")
        case _ if data["split"] == ticket.pk:
            return _("%(who)s split this off from another conversation.")
    return _("%(who)s split a part of this off into a conversation of its own.")


def _asked(data: dict[str, Any], ticket: Ticket) -> str:
    if rule := data.get("rule"):
        return _("Handed to a person by the rule “%(rule)s”.") % {"rule": rule}
    if data["reason"] == Reason.ASKED:
        return _("%(who)s asked for a person.") % {"who": ticket.customer}
    return _("Handed to a person: %(reason)s.") % {"reason": Reason(data["reason"]).label}


def _who(event: dict[str, Any], ticket: Ticket) -> str:
    if event["by"] == AuthorKind.CUSTOMER:
        return str(ticket.customer)
    if event["by"] == AuthorKind.ASSISTANT:
        return _("The assistant")
    return str(event["name"] or event["email"] or _("A connected system"))
