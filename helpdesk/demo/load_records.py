"""What other systems of the demo company told of: orders, parcels, invoices, and what is about them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from helpdesk.demo.load_content import Entry
from tickets import actions, replay
from tickets.actions import NewRecord
from tickets.actors import Actor
from tickets.models import AuthorKind, RecordField, RecordType, Ticket
from tickets.records.references import among, compiled

KEPT = ("key", "name", "plural", "look", "kept_days")


def load_records(told: Entry, shop: Actor, now: datetime) -> None:
    """Play what was told of records, and link them with what names them. In the replay's transaction."""
    types = {each["key"]: _type(each, place) for place, each in enumerate(told["types"])}
    for key, record_type in types.items():
        records = [one for one in told["records"] if one["type"] == key]
        earlier = [one for one in records if "before" in one]
        for rows, name in ((earlier, "placed"), (records, "since")):
            new = [_row(one, name, now) for one in rows]
            with replay.step(now - timedelta(minutes=1)):
                stored = actions.upsert_records(actor=shop, record_type=record_type, rows=new)
            refused = [one for one in stored if one.outcome == "refused"]
            if refused:
                raise ValueError(f"The records of the demo are wrong: {refused[0]}")
    _link(types.values())


def _type(told: Entry, place: int) -> RecordType:
    made = RecordType(position=place, **{name: told[name] for name in KEPT if name in told})
    made.full_clean()
    actions.change_setting(actor=Actor.system(), instance=made)
    for position, field in enumerate(told["fields"]):
        row = RecordField(type=made, position=position, **field)
        actions.change_setting(actor=Actor.system(), instance=row)
    return made


def _row(told: Entry, at: str, now: datetime) -> NewRecord:
    """As it was first, or as it is since it changed."""
    placed = now - timedelta(days=told["placed"])
    values = dict(told["values"])
    if told["type"] == "order":
        values["placed"] = placed.date().isoformat()
    if told["type"] == "invoice":
        values["due"] = (placed + timedelta(days=30)).date().isoformat()
    if at == "placed":
        values["status"] = told["before"]
    return NewRecord(
        external_id=told["reference"],
        reference=told["reference"],
        customer_email=told["customer"],
        values=values,
        changed_at=now - timedelta(days=told[at]),
    )


def _link(types: Iterable[RecordType]) -> None:
    """What customers named, as it would have been linked when they wrote it."""
    looks = [(each.pk, compiled(each.look)) for each in types]
    for ticket in Ticket.objects.filter(closed_at=None).order_by("pk"):
        written = ticket.messages.filter(author_kind=AuthorKind.CUSTOMER).order_by("position")
        named = among("\n".join(written.values_list("body", flat=True)), looks)
        with replay.step(ticket.updated_at):
            actions.link_named(actor=Actor.system(), ticket=ticket, named=named)
