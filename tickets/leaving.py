"""What follows when an admin makes somebody inactive, or takes from them what they answer with.

They are out with their next click; this ends what runs without them: log-ins, keys that act for them,
acts on many; and gives their conversations back.
"""

from __future__ import annotations

import logging

from django.utils.translation import gettext as _

from tickets import actions, events
from tickets.actors import Actor
from tickets.models import (
    ApiKey,
    BulkJob,
    Event,
    EventKind,
    Permission,
    StaffRole,
    Ticket,
    User,
)
from tickets.models.jobs import JobState
from tickets.models.states import ENDED

logger = logging.getLogger(__name__)

# What of an account or of a role decides whether somebody answers.
DECIDES = {"is_active", "role", "staff_role", "permissions"}


def subscribe() -> None:
    events.subscribe(
        EventKind.SETTING_CHANGED, name="people.left", work=_work, settle=_done, when=_may
    )


def _may(event: Event) -> bool:
    about = event.subject in (User._meta.label_lower, StaffRole._meta.label_lower)
    return about and not DECIDES.isdisjoint(event.data.get("changes", ()))


def _work(event: Event) -> None:
    """As things are by now: once more does no harm."""
    people = User.objects.filter(pk=event.subject_id)
    if event.subject == StaffRole._meta.label_lower:
        people = User.objects.filter(staff_role=int(event.subject_id))
    for user in people:
        if not user.on_the_staff:
            _end_all(user)
        if not (user.on_the_staff and Permission.REPLY in user.granted.permissions):
            _give_back(user)


def _done(_event: Event, _nothing: None) -> None:
    """Each step was a transaction of its own."""


def _end_all(user: User) -> None:
    system = Actor.system()
    actions.end_log_ins(actor=system, user=user)
    for key in ApiKey.objects.filter(agent=user, revoked_at=None):
        actions.revoke_api_key(actor=system, key=key)
    why = _("%(name)s does not work here any more.") % {"name": user}
    for job in BulkJob.objects.filter(by=user, state=JobState.RUNNING):
        actions.end_bulk(actor=system, job=job, why=why)


def _give_back(user: User) -> None:
    """One at a time, those that wait longest first; one that fails stands in nobody's way."""
    theirs = Ticket.objects.filter(assignee=user).exclude(turn__in=ENDED)
    for ticket in theirs.order_by("turn_since", "pk"):
        try:
            actions.take_from(actor=Actor.system(), ticket=ticket, agent=user)
        except Exception:
            logger.exception("A conversation could not be given back.")
