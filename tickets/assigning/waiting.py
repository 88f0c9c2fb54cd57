"""What a choice is made from: the agents of a team who are here, and what a conversation asks for."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Exists, Max, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject

from tickets.assigning.choosing import Candidate, Wanted
from tickets.live import presence
from tickets.models import Channel, Event, EventKind, HandOver, Team, Ticket, Turn, User
from tickets.models.tickets import TicketQuerySet

CHATS = (Channel.PORTAL, Channel.WIDGET)
# A chat whose customer has been answered keeps its place for so long: they are about to write again.
CHAT_GOES_ON = timedelta(minutes=15)


def candidates(team: Team, now: datetime) -> list[Candidate]:
    """Those who are here and take conversations, with what they have. Two queries at most."""
    here = presence.agents_here(team.pk)
    if not here:
        return []
    mine = Ticket.objects.filter(assignee=OuterRef("pk"), snoozed_at=None)
    lately = now - CHAT_GOES_ON
    owed = Q(turn=Turn.AGENT)
    chats = Q(channel__in=CHATS) & (owed | Q(turn=Turn.CUSTOMER, last_message_at__gte=lately))
    counted = (
        mine.filter(owed | chats)
        .order_by()
        .values("assignee")
        .annotate(
            row=JSONObject(open=Count("pk", filter=owed | chats), chats=Count("pk", filter=chats))
        )
    )
    acts = Event.objects.filter(
        actor_user=OuterRef("pk"), kind__in=[EventKind.MESSAGE_POSTED, EventKind.TICKET_RESOLVED]
    )
    users = (
        User.objects.with_access()
        .filter(pk__in=here)
        .annotate(
            load=Subquery(counted.values("row")[:1]),
            active_at=Subquery(
                acts.order_by().values("actor_user").annotate(at=Max("created_at")).values("at")
            ),
        )
    )
    return [_candidate(user) for user in users if user.works_here]


def to_pass_on(team: Team, now: datetime) -> TicketQuerySet:
    """Those who have waited in this queue for longer than its team says, and were not passed on for that
    since a person was asked for.
    """
    since = now - timedelta(minutes=team.overflow_minutes)
    came = HandOver.objects.filter(ticket=OuterRef("pk"), ended_at=None, asked_at__lte=since)
    passed_on = Event.objects.filter(
        ticket=OuterRef("pk"),
        kind=EventKind.TICKET_TRANSFERRED,
        data__has_key="why",
        created_at__gte=OuterRef("person_asked_at"),
    )
    waiting = Ticket.objects.waiting().filter(Exists(came), ~Exists(passed_on), team=team)
    return waiting if team.overflow_minutes else waiting.none()


def wanted(ticket: Ticket, handover: HandOver | None, team: Team, now: datetime) -> Wanted:
    """What a ticket in the queue asks for; `ticket` comes with its customer. One query at most."""
    language = _base((handover.language if handover else "") or ticket.customer.language)
    return Wanted(
        chat=ticket.channel in CHATS,
        skill=handover.skill if handover else "",
        language="" if language == _base(settings.LANGUAGE_CODE) else language,
        before=_before(ticket, team, now),
        waited=now - (ticket.person_asked_at or now),
    )


def _before(ticket: Ticket, team: Team, now: datetime) -> int | None:
    """The agent whom the customer had last, within the days that the team says."""
    if not team.same_agent_days:
        return None
    since = now - timedelta(days=team.same_agent_days)
    found: int | None = (
        HandOver.objects.filter(ticket__customer=ticket.customer_id, accepted_at__gte=since)
        .order_by("-accepted_at")
        .values_list("accepted_by", flat=True)
        .first()
    )
    return found


def _candidate(user: User) -> Candidate:
    load = getattr(user, "load", None) or {"open": 0, "chats": 0}
    return Candidate(
        key=user.pk,
        chats=load["chats"],
        most_chats=user.most_chats,
        open=load["open"],
        most_open=user.most_open,
        given_at=user.given_at,
        active_at=getattr(user, "active_at", None),
        skills=frozenset(skill.casefold() for skill in user.skills),
        languages=frozenset(map(_base, user.languages)),
    )


def _base(language: str) -> str:
    """A language without its country."""
    return language.partition("-")[0].lower()
