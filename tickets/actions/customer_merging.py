"""Two customers are one person, as an agent says, and two again when somebody takes it back.

Nothing moves. Each keeps their log-in, their addresses and their conversations, so that nobody reads a
word more than before, whatever an agent thought; what is written afterwards stays with the one to whom it
was written. Agents have one page for both, and how they are served (tier, organisation, tags, the wish
for a person) is the same for both from then on.

Both rows are locked in the order of everybody who needs several: see `persons`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from tickets import clock, events
from tickets.actions import persons, rights
from tickets.actions.customer_changes import SHARED
from tickets.actions.errors import ActionError
from tickets.actors import Actor
from tickets.models import Customer, CustomerMerge, EventKind, ExternalId, Permission
from tickets.models.properties import MOST_TAGS

# What may stay of either; everything else is each one's own anyway.
CHOSEN = (
    *("name", "language", "timezone", "organization", "organization_role", "tier"),
    *("prefers_person", "segment", "value", "note", "custom"),
)


@transaction.atomic
def merge_customers(
    *, actor: Actor, customer: Customer, into: Customer, taken: Collection[str] = ()
) -> CustomerMerge:
    """Let `customer` be the same person as another one, whose page it is then.

    `taken` names the columns of which the merged one's value stays; of the others the other one's
    does, unless it is empty. Tags are put together.

    Raises:
        NotAllowed: the actor is no agent.
        ActionError: it is the same one; one of them is merged already, or joined an account; others
            were merged into the first; or two systems know them by different numbers.
    """
    rows = persons.lock_rows(customer.pk, into.pk)
    user = rights.demand(actor, Permission.CUSTOMERS)
    source, target = rows[customer.pk], rows[into.pk]
    _refuse_unfit(source, target, list(rows.values()))
    before = {row.pk: _plain(row) for row in rows.values()}
    _choose(source, target, taken)
    for row in rows.values():
        for name in SHARED:
            setattr(row, name, getattr(target, name))
    source.merged_into = target
    for row in rows.values():
        row.save()
    merge = CustomerMerge.objects.create(
        customer=source,
        into=target,
        by=user,
        changed={str(row.pk): _differences(before[row.pk], _plain(row)) for row in rows.values()},
    )
    _tell(EventKind.CUSTOMER_MERGED, actor, source, target)
    return merge


@transaction.atomic
def part_customers(*, actor: Actor, customer: Customer) -> Customer:
    """Take a merge back, however long ago it was; returns the one who had been merged.

    What the merge had written is as it was before; what somebody changed since stays with both.

    Raises:
        NotAllowed: the actor is no agent.
    """
    rows, merge = persons.lock_merged(customer)
    rights.demand(actor, Permission.CUSTOMERS)
    source = rows[customer.pk]
    if merge is None:
        return source  # taken back in this moment
    source.merged_into = None
    for row in (source, rows[merge.into_id]):
        _put_back(row, merge.changed.get(str(row.pk), {}))
        row.save()
    merge.parted_at, merge.parted_by = clock.now(), actor.user
    merge.save(update_fields=["parted_at", "parted_by"])
    _tell(EventKind.CUSTOMER_PARTED, actor, source, rows[merge.into_id])
    return source


def _refuse_unfit(source: Customer, target: Customer, rows: list[Customer]) -> None:
    if source.pk == target.pk:
        raise ActionError(_("Choose another customer."), code="itself")
    if source.joined_into_id or target.joined_into_id:
        raise ActionError(_("One of them joined an account already."), code="joined")
    if source.merged_into_id is not None:
        raise ActionError(_("They were merged into another customer already."), code="merged")
    if target.merged_into_id is not None:
        raise ActionError(
            _("%(name)s was merged into another customer. Choose that one.") % {"name": target},
            code="merged",
        )
    if any(row.merged_into_id == source.pk for row in rows):
        raise ActionError(
            _("Others were merged into %(name)s. Merge the other way round instead.")
            % {"name": source},
            code="has_merged",
        )
    if system := two_numbers(source, *(row for row in rows if row.pk != source.pk)):
        raise ActionError(
            _("%(system)s knows them by different numbers, so they are two customers.")
            % {"system": system},
            code="two_numbers",
        )


def two_numbers(customer: Customer, *others: Customer) -> str:
    """A system that knows a customer and one of the others by different numbers; "" for none. One query."""
    numbers = ExternalId.objects.filter(customer__in=[customer, *others]).order_by("system")
    mine = {one.system: one.value for one in numbers if one.customer_id == customer.pk}
    theirs = (one for one in numbers if one.customer_id != customer.pk)
    return next((one.system for one in theirs if mine.get(one.system, one.value) != one.value), "")


def _choose(source: Customer, target: Customer, taken: Collection[str]) -> None:
    """Write on the one whose page it is what stays of the two."""
    for name in CHOSEN:
        theirs, own = getattr(source, name), getattr(target, name)
        if name == "custom":
            target.custom = {**own, **theirs} if name in taken else {**theirs, **own}
        elif name in taken or own in ("", None):
            setattr(target, name, theirs)
    target.tags = list(dict.fromkeys([*target.tags, *source.tags]))[:MOST_TAGS]


def _plain(row: Customer) -> dict[str, Any]:
    """What a merge may change of a row, as JSON keeps it."""
    found = {}
    for name in (*CHOSEN, "tags"):
        value = row._meta.get_field(name).value_from_object(row)  # type: ignore[union-attr]  # columns have it
        known = value is None or isinstance(value, str | int | list | dict)
        found[name] = value if known else str(value)
    return found


def _differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {name: [was, after[name]] for name, was in before.items() if was != after[name]}


def _put_back(row: Customer, changed: dict[str, Any]) -> None:
    """What still is as the merge wrote it becomes what it was."""
    now = _plain(row)
    for name, (before, after) in changed.items():
        field: Any = row._meta.get_field(name)
        if now[name] != after:
            continue
        if isinstance(field, models.ForeignKey):
            row._state.fields_cache.pop(name, None)
        setattr(row, field.attname, field.to_python(before))


def _tell(kind: EventKind, actor: Actor, source: Customer, target: Customer) -> None:
    """In the history of both. No words of anybody, only the keys."""
    for subject in (source, target):
        events.record(kind, actor=actor, subject=subject, merged=source.pk, into=target.pk)
