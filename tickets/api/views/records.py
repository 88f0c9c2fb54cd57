"""Records from outside: told of one by one or many at once, read, deleted, linked with tickets."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from tickets import access, actions
from tickets.access.records import record_named, record_type_for, records_for
from tickets.actions import NewRecord
from tickets.api.idempotency import idempotent
from tickets.api.paging import next_page
from tickets.api.records import (
    RecordIn,
    RecordOut,
    RecordPage,
    RecordQuery,
    RecordsIn,
    StoredListOut,
    StoredOut,
    TicketRecordIn,
    TicketRecordOut,
    TicketRecords,
    as_new,
    read_rows,
    records_shown,
)
from tickets.api.schema import operation
from tickets.api.views.base import ApiView
from tickets.lists.keyset import Order
from tickets.models import Scope, TicketRecord
from tickets.models.records import reference_key

NEWEST = Order("records", ("-changed_at", "-pk"))


class RecordList(ApiView):
    scopes = {"GET": Scope.RECORDS_READ}
    query = {"GET": RecordQuery}

    @operation(
        "List records",
        "Those of a type, the newest first. Follow `next` until it is null.",
        scope=Scope.RECORDS_READ,
        query=RecordQuery,
        answer=RecordPage,
    )
    def get(self, request: Request, type: str) -> Response:  # noqa: A002 - as the address says
        wanted = self.parameters
        found = records_for(self.actor).filter(type=record_type_for(self.actor, type))
        if email := wanted.get("customer"):
            found = found.filter(customer__email=email)
        if reference := wanted.get("reference"):
            found = found.filter(reference_key=reference_key(reference))
        found = found.select_related("type", "customer")
        page = NEWEST.page(found, wanted["cursor"], size=wanted["page_size"])
        return Response({"results": records_shown(page.rows), **next_page(request, page.next)})


class RecordDetail(ApiView):
    scopes = {
        "GET": Scope.RECORDS_READ,
        "PUT": Scope.RECORDS_WRITE,
        "DELETE": Scope.RECORDS_WRITE,
    }
    http_method_names = ["get", "head", "put", "delete"]

    @operation("Read a record", scope=Scope.RECORDS_READ, answer=RecordOut)
    def get(self, request: Request, type: str, external_id: str) -> Response:  # noqa: A002
        return Response(RecordOut(record_named(self.actor, type, external_id)).data)

    @operation(
        "Tell of a record",
        "As it is in your system now. Telling twice changes nothing, and older news than what is "
        "known is passed over, so send again whatever you are not sure of.",
        scope=Scope.RECORDS_WRITE,
        body=RecordIn,
        answer=StoredOut,
        replaces=True,
    )
    def put(self, request: Request, type: str, external_id: str) -> Response:  # noqa: A002
        record_type = record_type_for(self.actor, type)
        row = as_new(external_id, self.taken(RecordIn))
        stored = actions.upsert_record(actor=self.actor, record_type=record_type, row=row)
        if stored.outcome == "refused":
            raise ValidationError(stored.message, code=stored.code)
        return Response(StoredOut(stored).data)

    @operation(
        "Delete a record", "With its history and its links.", scope=Scope.RECORDS_WRITE, answer=None
    )
    def delete(self, request: Request, type: str, external_id: str) -> Response:  # noqa: A002
        record = record_named(self.actor, type, external_id)
        actions.delete_record(actor=self.actor, record=record)
        return Response(status=204)


class RecordBulk(ApiView):
    scopes = {"POST": Scope.RECORDS_WRITE}
    receipt = StoredListOut

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """That there is no such type is said before the rows are read."""
        super().initial(request, *args, **kwargs)
        record_type_for(self.actor, kwargs["type"])

    @operation(
        "Tell of many records",
        "Up to 1,000 rows and 512 KB. What is wrong with a row stops none of the others: each has "
        "its own result, in the order of the rows.",
        scope=Scope.RECORDS_WRITE,
        body=RecordsIn,
        answer=StoredListOut,
    )
    @idempotent
    def post(self, request: Request, type: str) -> Response:  # noqa: A002
        record_type = record_type_for(self.actor, type)
        read = read_rows(self.taken(RecordsIn)["records"])
        good = [row for row in read if isinstance(row, NewRecord)]
        stored = iter(actions.upsert_records(actor=self.actor, record_type=record_type, rows=good))
        results = [next(stored) if isinstance(row, NewRecord) else row for row in read]
        return Response({"results": StoredOut(results, many=True).data}, status=201)


class TicketRecordList(ApiView):
    scopes = {"GET": Scope.RECORDS_READ, "POST": Scope.RECORDS_WRITE}
    receipt = TicketRecordOut

    @operation(
        "List the records of a ticket",
        "Those that it is about, as its customer's words, an agent or a program said.",
        scope=Scope.RECORDS_READ,
        answer=TicketRecords,
    )
    def get(self, request: Request, reference: str) -> Response:
        ticket = access.ticket_for(self.actor, reference)
        links = TicketRecord.objects.linked().filter(ticket=ticket).values("record")
        found = records_for(self.actor).filter(pk__in=links).select_related("type", "customer")
        return Response({"results": records_shown(list(found.order_by("-changed_at", "-pk")))})

    @operation(
        "Link a record with a ticket",
        "Linking twice finds the first link.",
        scope=Scope.RECORDS_WRITE,
        body=TicketRecordIn,
        answer=TicketRecordOut,
    )
    @idempotent
    def post(self, request: Request, reference: str) -> Response:
        ticket = access.ticket_for(self.actor, reference)
        wanted = self.taken(TicketRecordIn)
        record = record_named(self.actor, wanted["type"], wanted["external_id"])
        actions.link_record(actor=self.actor, ticket=ticket, record=record)
        shown = {"type": record.type.key, "external_id": record.external_id}
        return Response(TicketRecordOut(shown).data, status=201)
