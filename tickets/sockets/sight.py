"""What the rows say at one moment of everybody who listens: a statement per table for all of them.

A socket lives for hours, so it never trusts what it read when it opened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from tickets import access
from tickets.models import Customer, Team, Ticket, User


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who listens, as their session said when the socket opened, and to which conversation."""

    session_key: str
    session_hash: str
    user: int | None
    visitor: int
    proved: bool  # whether the visitor proved an address in this very session
    ticket: int | None = None

    @classmethod
    def of(cls, session: SessionBase, user: object, ticket: Ticket | None = None) -> Viewer:
        visitor, proved = access.known_to(session)
        return cls(
            session_key=session.session_key or "",
            session_hash=session.get(HASH_SESSION_KEY) or "",
            user=user.pk if isinstance(user, User) else None,
            visitor=visitor,
            proved=proved,
            ticket=ticket.pk if ticket else None,
        )


@dataclass(frozen=True, slots=True)
class Sight:
    """The rows that some viewers are about, by their keys; what is not here does not exist now."""

    sessions: frozenset[str]
    users: Mapping[int, User]
    teams: Mapping[int, set[int]]  # of everybody who works here, by their user
    customers: Mapping[int, Customer]  # with a log-in, by their user
    visitors: Mapping[int, Customer]
    tickets: Mapping[int, Ticket]

    def is_logged_in(self, viewer: Viewer) -> bool:
        """Whether the session is still good: there, in time, and of the password of now."""
        if viewer.session_key not in self.sessions:
            return False
        if viewer.user is None:
            return True
        user = self.users.get(viewer.user)
        if user is None or not user.is_active:
            return False
        good = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
        return any(constant_time_compare(viewer.session_hash, one) for one in good)

    def user_of(self, viewer: Viewer) -> User | None:
        return None if viewer.user is None else self.users.get(viewer.user)

    def customer_of(self, viewer: Viewer) -> Customer | None:
        """The customer of a log-in, else whom the session knows; as `access.customer_actor`."""
        if viewer.user is not None:
            return self.customers.get(viewer.user)
        visitor = self.visitors.get(viewer.visitor)
        return visitor if visitor and (visitor.email is not None) == viewer.proved else None

    def ticket_of(self, viewer: Viewer) -> Ticket | None:
        return None if viewer.ticket is None else self.tickets.get(viewer.ticket)


def look(viewers: Sequence[Viewer]) -> Sight:
    """Read what these viewers are about: at most six statements, whatever their number."""
    sessions = Session.objects.filter(
        session_key__in={viewer.session_key for viewer in viewers}, expire_date__gt=timezone.now()
    )
    users = User.objects.with_access().in_bulk(
        {viewer.user for viewer in viewers if viewer.user is not None}
    )
    customers, visitors = _customers(users, {viewer.visitor for viewer in viewers} - {0})
    tickets = {viewer.ticket for viewer in viewers if viewer.ticket is not None}
    return Sight(
        sessions=frozenset(sessions.values_list("session_key", flat=True)),
        users=users,
        teams=_teams([user for user in users.values() if user.works_here]),
        customers=customers,
        visitors=visitors,
        tickets=Ticket.objects.only(
            "last_position", "customer_id", "team_id", "assignee_id"
        ).in_bulk(tickets),
    )


def _customers(
    users: Mapping[int, User], visitors: set[int]
) -> tuple[dict[int, Customer], dict[int, Customer]]:
    if not users and not visitors:
        return {}, {}
    unknown = Q(pk__in=visitors, user=None, joined_into=None)
    by_user: dict[int, Customer] = {}
    by_key: dict[int, Customer] = {}
    for customer in Customer.objects.filter(Q(user__in=list(users)) | unknown):
        if customer.user_id is not None:
            by_user[customer.user_id] = customer
        else:
            by_key[customer.pk] = customer
    return by_user, by_key


def _teams(staff: Sequence[User]) -> dict[int, set[int]]:
    """The teams whose conversations each of them sees: their own, or all of them."""
    found = {user.pk: set(user.seen_teams) for user in staff}
    all_seeing = [user.pk for user in staff if user.sees_all]
    if all_seeing:
        everything = set(Team.objects.values_list("pk", flat=True))
        found.update(dict.fromkeys(all_seeing, everything))
    return found
