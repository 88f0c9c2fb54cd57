"""What other systems tell of their records: kept as they are there now, many at once.

Telling twice changes nothing, and news that is older than what is kept is passed over: so a program may
send again whatever it is not sure of, in any order. All of a call is one transaction, and each slice costs
the same number of statements whether it holds one row or a thousand.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _

from tickets import clock, events
from tickets.actions.errors import ActionError, NotAllowed
from tickets.actions.record_rows import Checked, NewRecord, Refused, checked
from tickets.actors import Actor
from tickets.models import (
    AuthorKind,
    Customer,
    EventKind,
    ExternalId,
    NamedReference,
    Record,
    RecordType,
    RecordVersion,
    TicketRecord,
)
from tickets.models.records import MOST_VERSIONS

SLICE = 1000
PASSES = 3  # who is overtaken by another writer looks again
ADOPTED_AT_ONCE = 1000
# Beside the fields of a type, whose keys begin with a letter.
REFERENCE, CUSTOMER = "#reference", "#customer"

Outcome = Literal["created", "changed", "same", "refused"]


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a row: why it was refused, or passed over as `older` news."""

    external_id: str
    outcome: Outcome
    code: str = ""
    message: str = ""


@transaction.atomic
def upsert_records(
    *, actor: Actor, record_type: RecordType, rows: Sequence[NewRecord]
) -> list[Stored]:
    """Keep these records as they are told, each new or changed; what became of each, in their order.

    Of two rows with the same id the first counts. A row that is refused stops none of the others.

    Raises:
        NotAllowed: the actor is neither a program nor somebody who works here.
        ActionError: the type is not in use (any more).
    """
    return [
        stored
        for begin in range(0, len(rows), SLICE)
        for stored in _upsert_slice(
            actor=actor, record_type=record_type, rows=rows[begin : begin + SLICE]
        )
    ]


@transaction.atomic
def upsert_record(*, actor: Actor, record_type: RecordType, row: NewRecord) -> Stored:
    """One record. Raises as `upsert_records` does."""
    return upsert_records(actor=actor, record_type=record_type, rows=[row])[0]


@transaction.atomic
def delete_record(*, actor: Actor, record: Record) -> None:
    """Delete a record with its history and its links; nothing happens if it is gone already.

    Raises:
        NotAllowed: the actor is neither a program nor somebody who works here.
    """
    _refuse_strangers(actor)
    there = Record.objects.select_for_update().filter(pk=record.pk).first()
    if there is None:
        return
    there.delete()
    events.record(EventKind.RECORD_DELETED, actor=actor, subject=record, type=record.type.key)


@transaction.atomic
def adopt_records(*, actor: Actor, customer: Customer) -> int:
    """Records that were told of before their customer was known by this address or number are theirs.

    How many. Records that are somebody's already stay where they are.
    """
    customer = Customer.objects.locked(customer)
    theirs = Q(customer_email=customer.email) if customer.email else Q(pk__in=())
    for known in ExternalId.objects.filter(customer=customer):
        theirs |= Q(customer_number=known.value, type__customer_system=known.system)
    waiting = Record.objects.filter(theirs, customer=None).order_by("pk")
    keys = list(waiting.values_list("pk", flat=True)[:ADOPTED_AT_ONCE])
    if not keys:
        return 0
    waiting = Record.objects.filter(pk__in=keys, customer=None)
    number = waiting.update(customer=customer, updated_at=clock.now())
    events.record(EventKind.RECORDS_STORED, actor=actor, adopted=number, records=keys)
    return number


@transaction.atomic
def _upsert_slice(
    *, actor: Actor, record_type: RecordType, rows: Sequence[NewRecord]
) -> list[Stored]:
    _refuse_strangers(actor)
    kept = _in_use(record_type)
    refused, good = _checked(rows, kept)
    done, wanted = _Slice(kept, actor), list(good.values())
    for _pass in range(PASSES):
        wanted = done.write(wanted)
        if not wanted:
            break
    for row in wanted:  # overtaken again and again
        done.refuse(row, "busy", _("Others write this record at this moment. Send it again."))
    done.tell()
    return [
        done.outcomes[good[place].external_id] if place in good else refused[place]
        for place in range(len(rows))
    ]


def _refuse_strangers(actor: Actor) -> None:
    if actor.api_key is None and not actor.works_here and actor.kind != AuthorKind.SYSTEM:
        raise NotAllowed


def _in_use(record_type: RecordType) -> RecordType:
    """The type as it is now, held. Raises ActionError."""
    kept = RecordType.objects.locked(record_type)
    if kept is None or not kept.active:
        raise ActionError(_("Records of this type are not taken any more."), code="type_not_in_use")
    return kept


def _checked(
    rows: Sequence[NewRecord], kept: RecordType
) -> tuple[dict[int, Stored], dict[int, Checked]]:
    """What is refused, and the others in their form, by their places."""
    fields = {each.key: each for each in kept.fields.all()}
    refused: dict[int, Stored] = {}
    good: dict[int, Checked] = {}
    ids: set[str] = set()
    for place, row in enumerate(rows):
        try:
            found = checked(row, fields)
            if found.external_id in ids:
                raise Refused("twice", _("The same record stands in this list before."))
            ids.add(found.external_id)
            good[place] = found
        except Refused as error:
            refused[place] = Stored(row.external_id[:100], "refused", error.code, error.message)
    return refused, good


class _Slice:
    """Some rows of one type on their way into the database."""

    def __init__(self, record_type: RecordType, actor: Actor) -> None:
        self.type, self.actor, self.now = record_type, actor, clock.now()
        self.outcomes: dict[str, Stored] = {}
        self.created: dict[int, str] = {}  # their keys, and how their references compare
        self.changed: dict[int, str] = {}

    def write(self, rows: Sequence[Checked]) -> list[Checked]:
        """Write what can be; returns the rows that somebody else wrote at this moment."""
        ids = [row.external_id for row in rows]
        locked = Record.objects.select_for_update(no_key=True).filter(type=self.type)
        before = {one.external_id: one for one in locked.filter(external_id__in=ids).order_by("pk")}
        customers = _Customers(self.type, rows)
        free = self._without_taken(rows, before)
        new = [row for row in free if row.external_id not in before]
        known = [(before[row.external_id], row) for row in free if row.external_id in before]
        return self._insert(new, customers) + self._change(known, customers)

    def refuse(self, row: Checked, code: str, message: str) -> None:
        self.outcomes[row.external_id] = Stored(row.external_id, "refused", code, message)

    def tell(self) -> None:
        """One event, which owes what follows for conversations; none where nothing changed."""
        if not self.created and not self.changed:
            return
        events.record(
            EventKind.RECORDS_STORED,
            actor=self.actor,
            type=self.type.key,
            created=len(self.created),
            changed=len(self.changed),
            records=self._concerning(),
        )

    def _concerning(self) -> list[int]:
        """Those that conversations are about, or have named before there was a record."""
        both = {**self.created, **self.changed}
        named = NamedReference.objects.filter(
            type=self.type, reference_key__in=both.values(), ticket__closed_at=None
        )
        waits = set(named.values_list("reference_key", flat=True))
        linked = TicketRecord.objects.in_question().filter(record__in=list(self.changed))
        found = set(linked.values_list("record", flat=True)) if self.changed else set()
        return sorted(found | {key for key, reference in both.items() if reference in waits})

    def _without_taken(
        self, rows: Sequence[Checked], before: Mapping[str, Record]
    ) -> list[Checked]:
        """Those whose reference no other record of the type has."""
        there = Record.objects.filter(
            type=self.type, reference_key__in=[row.reference_key for row in rows]
        )
        taken = dict(there.values_list("reference_key", "external_id"))
        free = []
        for row in rows:
            if taken.setdefault(row.reference_key, row.external_id) == row.external_id:
                free.append(row)
            else:
                self.refuse(row, "reference_taken", _("Another record has this reference."))
        return free

    def _insert(self, rows: Sequence[Checked], customers: _Customers) -> list[Checked]:
        if not rows:
            return []
        ordered = sorted(rows, key=lambda row: row.external_id)  # as whoever writes the same
        with connection.cursor() as cursor:
            cursor.execute(
                _INSERT, [self.type.pk, self.now, self.now, *_columns(ordered, customers)]
            )
            made = {external_id: key for key, external_id in cursor.fetchall()}
        for row in ordered:
            if row.external_id in made:
                self.created[made[row.external_id]] = row.reference_key
                self.outcomes[row.external_id] = Stored(row.external_id, "created")
        return [row for row in ordered if row.external_id not in made]

    def _change(
        self, pairs: Sequence[tuple[Record, Checked]], customers: _Customers
    ) -> list[Checked]:
        writes: list[tuple[Record, Checked]] = []
        versions: list[RecordVersion] = []
        for record, row in pairs:
            if row.changed_at < record.changed_at:
                self.outcomes[row.external_id] = _older(row)
                continue
            changes = _differences(record, row, customers.of(row))
            if changes or _named_otherwise(record, row) or row.changed_at > record.changed_at:
                writes.append((record, row))
            if changes:
                versions.append(self._version(record, row, changes))
            self.outcomes[row.external_id] = Stored(
                row.external_id, "changed" if changes else "same"
            )
        if not self._update(writes, customers):
            return [row for _record, row in pairs]  # a reference was taken in this moment
        by_key = {record.pk: row for record, row in writes}
        self.changed |= {
            version.record_id: by_key[version.record_id].reference_key for version in versions
        }
        RecordVersion.objects.bulk_create(versions)
        _forget_versions([version.record_id for version in versions])
        return []

    def _update(self, writes: Sequence[tuple[Record, Checked]], customers: _Customers) -> bool:
        if not writes:
            return True
        rows = [row for _record, row in writes]
        keys = [record.pk for record, _row in writes]
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(_UPDATE, [self.now, keys, *_columns(rows, customers)])
        except IntegrityError:
            return False
        return True

    def _version(self, record: Record, row: Checked, changes: dict[str, Any]) -> RecordVersion:
        return RecordVersion(
            record=record,
            changes=changes,
            changed_at=row.changed_at,
            actor_kind=self.actor.kind,
            user=self.actor.user,
            api_key=self.actor.api_key,
        )


class _Customers:
    """Whose records they are, by what their system calls its customers. Two statements at most."""

    def __init__(self, record_type: RecordType, rows: Iterable[Checked]) -> None:
        emails = {row.customer_email for row in rows if row.customer_email}
        numbers = {row.customer_number for row in rows if row.customer_number}
        by_email = Customer.objects.filter(email__in=emails).values_list("email", "pk")
        known = ExternalId.objects.filter(system=record_type.customer_system, value__in=numbers)
        self._by_email = dict(by_email) if emails else {}
        self._by_number = dict(known.values_list("value", "customer")) if numbers else {}

    def of(self, row: Checked) -> int | None:
        """The number says more than an address, which somebody may have given up."""
        found = self._by_number.get(row.customer_number) if row.customer_number else None
        return found or self._by_email.get(row.customer_email)


def _older(row: Checked) -> Stored:
    return Stored(
        row.external_id, "same", "older", _("What is known is newer. Nothing was changed.")
    )


def _differences(record: Record, row: Checked, customer: int | None) -> dict[str, Any]:
    names = [*record.values, *(name for name in row.values if name not in record.values)]
    pairs = {name: [record.values.get(name), row.values.get(name)] for name in names}
    pairs[REFERENCE] = [record.reference, row.reference]
    pairs[CUSTOMER] = [record.customer_id, customer]
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _named_otherwise(record: Record, row: Checked) -> bool:
    return (record.customer_number, record.customer_email) != (
        row.customer_number,
        row.customer_email,
    )


def _forget_versions(records: Sequence[int]) -> None:
    """Of each record the newest are kept."""
    if not records:
        return
    ranked = RecordVersion.objects.filter(record__in=records).annotate(
        place=Window(RowNumber(), partition_by=F("record"), order_by=F("pk").desc())
    )
    too_many = list(ranked.filter(place__gt=MOST_VERSIONS).values_list("pk", flat=True))
    if too_many:
        RecordVersion.objects.filter(pk__in=too_many).delete()


def _columns(rows: Sequence[Checked], customers: _Customers) -> list[list[Any]]:
    return [
        [row.external_id for row in rows],
        [row.reference for row in rows],
        [row.reference_key for row in rows],
        [customers.of(row) for row in rows],
        [row.customer_number for row in rows],
        [row.customer_email for row in rows],
        [json.dumps(row.values) for row in rows],
        [row.changed_at for row in rows],
    ]


_ROWS = """
unnest(%s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::text[], %s::jsonb[],
    %s::timestamptz[]) AS
new(external_id, reference, reference_key, customer, number, email, "values", changed_at)
"""
# What somebody else inserts in this moment is waited for, and not inserted again.
_INSERT = f"""
INSERT INTO tickets_record (type_id, created_at, updated_at, external_id, reference, reference_key,
    customer_id, customer_number, customer_email, "values", changed_at)
SELECT %s, %s, %s, new.* FROM {_ROWS}
ON CONFLICT DO NOTHING RETURNING id, external_id
"""  # noqa: S608 - a text of our own
_UPDATE = """
UPDATE tickets_record AS old SET updated_at = %s, reference = new.reference,
    reference_key = new.reference_key, customer_id = new.customer, customer_number = new.number,
    customer_email = new.email, "values" = new."values", changed_at = new.changed_at
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::text[],
    %s::jsonb[], %s::timestamptz[]) AS
new(id, external_id, reference, reference_key, customer, number, email, "values", changed_at)
WHERE old.id = new.id
"""
