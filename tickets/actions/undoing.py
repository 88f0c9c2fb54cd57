"""Undo: an agent's last act in a conversation is put back exactly, if nothing of it changed since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from tickets import clock, events
from tickets.actions import owners, saving
from tickets.actions.errors import ActionError, NotAllowed
from tickets.actions.speech import announce
from tickets.actors import Actor
from tickets.models import Block, Event, EventKind, HandOver, Ticket, UndoStep
from tickets.service import notices

UNDO_FOR = timedelta(minutes=10)  # later it is rather an act of its own
KEPT_FOR = timedelta(hours=1)
COLUMNS = (
    *("subject", "priority", "type", "tags", "status", "status_category", "team", "assignee"),
    *("turn", "turn_since", "person_asked_at", "resolution", "solved_by_assistant", "closed_at"),
    *("closes_at", "snoozed_at", "snoozed_until", "snooze_note", "is_back", "unhelpful_answers"),
    "merged_into",
)
_HANDOVER = ("accepted_at", "accepted_by", "ended_at")
_one_of_many: ContextVar[bool] = ContextVar("one_of_many", default=False)


@contextmanager
def one_of_many() -> Iterator[None]:
    """What is done within it is part of an act on many tickets, perhaps minutes after it was asked for:
    the key for undo means what its agent did by hand, and many are undone together or not at all.
    """
    before = _one_of_many.set(True)
    try:
        yield
    finally:
        _one_of_many.reset(before)


@dataclass(frozen=True, slots=True)
class Look:
    """A locked ticket as it is before an act: its columns, and the hand-over that is open."""

    columns: dict[str, Any]
    handovers: list[dict[str, Any]]


def look(ticket: Ticket, *, handovers: bool = True) -> Look:
    """To be taken under the lock, before anything is changed. One query, if `handovers` may change."""
    found = ticket.handovers.filter(ended_at=None) if handovers else []
    return Look(_columns(ticket), [{"pk": one.pk, **_plain(one, _HANDOVER)} for one in found])


def keep(
    event: Event,
    before: Look,
    ticket: Ticket,
    *,
    told: bool = False,
    block: Block | None = None,
    custom: Mapping[str, Any] | None = None,
) -> None:
    """Remember what an agent's act changed of a ticket, which was saved: it can be undone then.

    `told` says that the customer read of it. `custom` are custom fields by `owners.place_of`, each with
    what was there before and after. Two statements; none for whoever is no person, and for
    one of many.
    """
    user = event.actor_user
    if user is None or _one_of_many.get():
        return
    after = _columns(ticket)
    old = Q(ticket=ticket) | Q(created_at__lt=clock.now() - KEPT_FOR)
    UndoStep.objects.filter(old, user=user).delete()
    UndoStep.objects.create(
        event=event,
        ticket=ticket,
        user=user,
        changed={
            name: [value, after[name]]
            for name, value in before.columns.items()
            if value != after[name]
        }
        | dict(custom or {}),
        handovers=before.handovers,
        block=block,
        told=told,
    )


@transaction.atomic
def undo(*, actor: Actor, step: UndoStep) -> Ticket:
    """Put back what an act changed. A customer who read of the act reads that it was taken back.

    Raises:
        NotAllowed: it was somebody else's act.
        ActionError: it was undone already, is too long ago, or somebody changed the same since.
    """
    customer = owners.customer_of(step.ticket, step.changed)
    ticket = Ticket.objects.locked(step.ticket)
    if not actor.works_here or actor.user is None or step.user_id != actor.user.pk:
        raise NotAllowed
    found = UndoStep.objects.select_related("event", "block").filter(pk=step.pk).first()
    if found is None:
        raise ActionError(_("There is nothing to undo any more."), code="undone")
    if found.created_at < clock.now() - UNDO_FOR:
        raise ActionError(_("That is too long ago to be undone."), code="too_late")
    fields, changed = owners.apart(found.changed)
    now = _columns(ticket)
    owned = {place: owners.owner(place, ticket, customer) for place in fields}
    if any(now[name] != after for name, (_before, after) in changed.items()) or any(
        owners.value(place, owned[place]) != after for place, (_before, after) in fields.items()
    ):
        raise ActionError(_who_went_on(ticket, found), code="changed")
    if found.block is not None:
        _lift_or_restore(actor, found.block)
    _put_back(ticket, {name: before for name, (before, _after) in changed.items()})
    for place, (before, _after) in fields.items():
        owners.put(place, owned[place], before)
    if "turn_since" in changed or found.handovers:
        _put_back_handovers(ticket, found.handovers)
    from_team = changed.get("team", [None, None])[1]
    moved = {"team": ticket.team_id, "from_team": from_team} if from_team else {}
    events.record(
        EventKind.TICKET_UNDONE, actor=actor, ticket=ticket, undone=found.event.kind, **moved
    )
    if found.told:
        announce(ticket, notices.taken_back(actor.user))
    found.delete()
    saving.save(ticket)
    return ticket


def _columns(ticket: Ticket) -> dict[str, Any]:
    return _plain(ticket, COLUMNS)


def _plain(row: Ticket | HandOver, names: tuple[str, ...]) -> dict[str, Any]:
    """Columns as JSON keeps them."""
    values = {name: row._meta.get_field(name).value_from_object(row) for name in names}  # type: ignore[union-attr]  # columns have it
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
    }


def _put_back(row: Ticket | HandOver, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        field: Any = row._meta.get_field(name)
        if field.is_relation:
            row._state.fields_cache.pop(name, None)
        setattr(row, field.attname, field.to_python(value))


def _put_back_handovers(ticket: Ticket, before: list[dict[str, Any]]) -> None:
    """End what the act opened, and let what was open before be as it was."""
    known = [one["pk"] for one in before]
    ticket.handovers.filter(ended_at=None).exclude(pk__in=known).update(ended_at=clock.now())
    for one in before:
        handover = HandOver.objects.get(pk=one["pk"])
        _put_back(handover, {name: one[name] for name in _HANDOVER})
        handover.save(update_fields=list(_HANDOVER))


def _lift_or_restore(actor: Actor, block: Block) -> None:
    """A block that the act made is lifted; one that it lifted is made again, with its reason."""
    block = Block.objects.select_for_update().get(pk=block.pk)
    if block.lifted_at is None:
        block.lifted_at, block.lifted_by = clock.now(), actor.user
        block.save(update_fields=["lifted_at", "lifted_by"])
        return
    whom = {"customer": block.customer, "email": block.email, "domain": block.domain}
    if actor.user is not None and not block.is_named_again():
        Block.objects.create(**whom, reason=block.reason, by=actor.user, until=block.until)


def _who_went_on(ticket: Ticket, step: UndoStep) -> str:
    later = ticket.events.filter(position__gt=step.event.position).exclude(actor_kind="system")
    last = later.select_related("actor_user", "actor_customer").order_by("-position").first()
    if last is not None and last.actor_user_id == step.user_id:
        return _("You went on since, so it was not undone.")
    who = (last.actor_user or last.actor_customer) if last else None
    return _("%(who)s went on since, so it was not undone.") % {"who": who or _("Somebody")}
