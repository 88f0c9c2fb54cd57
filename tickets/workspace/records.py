"""Records from outside on the agents' screens: beside a conversation, of a customer, and one by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from tickets import access, actions
from tickets.access.customers import customer_for
from tickets.access.records import LARGEST, record_for, records_for
from tickets.actions.records import CUSTOMER, REFERENCE
from tickets.actors import Actor
from tickets.connectors import fetching
from tickets.conversation.custom_fields import in_words
from tickets.lists.keyset import BadCursor, Order
from tickets.models import (
    AuthorKind,
    Customer,
    Record,
    RecordField,
    RecordType,
    RecordVersion,
    TicketRecord,
)
from tickets.models.records import About, reference_key
from tickets.records import shown
from tickets.web.posting import posted_from
from tickets.workspace import acts, side_panels, views
from tickets.workspace.guard import AgentRequest, actor_of, by_script, for_agents
from tickets.workspace.side_panels import SidePanel

PAGE = 20
NAMED = 5  # records that a search names, where it finds several
CONVERSATIONS = 20
LATEST = Order("records of a customer", ("-changed_at", "-pk"))


def take_part() -> None:
    """Called once, at start."""
    side_panels.add(
        SidePanel(
            "records",
            gettext_lazy("Records"),
            "workspace-records",
            when="load, news from:#main delay:500ms",
            first=True,
        )
    )


@dataclass(frozen=True, slots=True)
class Change:
    """One field before and after, in words."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Version:
    """What changed at once, there and here, and who told of it."""

    at: datetime
    who: str
    changes: list[Change]


@require_safe
@for_agents
def panel(request: AgentRequest, reference: str) -> HttpResponse:
    """Those of a conversation and of its customer: the inside of the panel, or a page of its own."""
    actor = actor_of(request)
    ticket = access.ticket_for(actor, reference)
    found = shown.beside(ticket, records_for(actor))
    context: dict[str, Any] = {"ticket": ticket, "records": found}
    if not found:
        context["nothing"] = not RecordType.objects.filter(active=True).exists()
    if by_script(request):
        return render(request, "workspace/records_list.html", context)
    return render(request, "workspace/records.html", context | views.ticket_list(request, ticket))


@posted_from("workspace-ticket")
@for_agents
def link(request: AgentRequest, reference: str) -> HttpResponse:
    """Say that it is about a record: the one of a button, or the one that was typed."""
    actor = actor_of(request)
    ticket = access.ticket_for(actor, reference)

    def do() -> None:
        record = _chosen(actor, request.POST.get("record", ""), request.POST.get("named", ""))
        actions.link_record(actor=actor, ticket=ticket, record=record)

    return acts.answer(request, ticket, do)


@posted_from("workspace-ticket")
@for_agents
def unlink(request: AgentRequest, reference: str, pk: int) -> HttpResponse:
    """Say that it is not about a record, or not about the one that it names."""
    actor = actor_of(request)
    ticket = access.ticket_for(actor, reference)
    links = TicketRecord.objects.filter(ticket=ticket).exclude(about=About.REMOVED)
    found = get_object_or_404(links.select_related("record"), record=min(pk, LARGEST - 1))
    return acts.answer(
        request,
        ticket,
        lambda: actions.unlink_record(actor=actor, ticket=ticket, record=found.record),
    )


@require_safe
@for_agents
def customer_records(request: AgentRequest, pk: int) -> HttpResponse:
    """All records of a person, the newest first; for our script the latest of them."""
    actor = actor_of(request)
    customer = customer_for(actor, pk)
    there = Customer.objects.of_person(customer.pk).values("pk")
    found = shown.whole(records_for(actor).filter(customer__in=there))
    try:
        size = shown.OTHERS if by_script(request) else PAGE
        page = LATEST.page(found, request.GET.get("cursor", ""), size=size)
    except BadCursor:
        raise BadRequest("That is no page.") from None
    context = {"customer": customer, "records": shown.of(page.rows), "next": page.next}
    if by_script(request):
        return render(request, "workspace/customer_records_list.html", context)
    return render(request, "workspace/customer_records.html", context | views.beside(request))


@require_safe
@for_agents
def record_page(request: AgentRequest, pk: int) -> HttpResponse:
    """One record: all of its fields, what changed, and the conversations about it."""
    actor = actor_of(request)
    record = record_for(actor, pk)
    (whole,) = shown.of(shown.whole(Record.objects.filter(pk=record.pk)))
    about = access.tickets_for(actor).filter(
        pk__in=TicketRecord.objects.linked().filter(record=record).values("ticket")
    )
    conversations = about.select_related("team", "assignee", "customer")
    context = {
        **views.beside(request),
        "record": record,
        "shown": whole,
        "versions": _versions(record),
        "conversations": conversations.order_by("-last_message_at", "-pk")[:CONVERSATIONS],
    }
    return render(request, "workspace/record.html", context)


@posted_from("workspace-record", by="pk")
@for_agents
def fetch(request: AgentRequest, pk: int) -> HttpResponse:
    """Ask its system what holds now. Its answer is waited for, as long as the connector may take."""
    record = record_for(actor_of(request), pk)
    try:
        changed = fetching.fetch(record)
    except fetching.NotFetched as problem:
        messages.error(request, str(problem))
    else:
        said = _("It is as it is in its system now.")
        messages.success(request, said if changed else _("Nothing has changed there."))
    return redirect("workspace-record", record.pk)


def _chosen(actor: Actor, key: str, named: str) -> Record:
    """The record of a button, or the only one of this reference. Raises ValidationError."""
    seen = records_for(actor).select_related("type")
    if key.isascii() and key.isdecimal() and len(key) < 19:
        found = list(seen.filter(pk=int(key))[:1])
    else:
        found = _named(seen, named[:200])
    if not found:
        raise ValidationError(
            _("There is no record with this reference that you may see."), code="unknown"
        )
    if len(found) > 1:
        names = ", ".join(f"{one.type.key}:{one.reference}" for one in found)
        raise ValidationError(
            _("Several are called so. Write which one: %(names)s") % {"names": names},
            code="several",
        )
    return found[0]


def _named(seen: Any, named: str) -> list[Record]:
    type_key, divided, reference = named.partition(":")
    if divided:
        seen = seen.filter(type__key=type_key.strip().lower().replace("\x00", ""))
    key = reference_key(reference if divided else named)
    return list(seen.filter(reference_key=key).order_by("type", "pk")[:NAMED]) if key else []


def _versions(record: Record) -> list[Version]:
    rows = RecordVersion.objects.filter(record=record).select_related("user", "api_key")
    versions = list(rows.order_by("-pk"))
    fields = {one.key: one for one in RecordField.objects.filter(type=record.type_id)}
    keys = {key for one in versions for key in one.changes.get(CUSTOMER, ())} - {None}
    customers = Customer.objects.in_bulk(keys)
    return [
        Version(one.changed_at, _who(one), list(_changes(one, fields, customers)))
        for one in versions
    ]


def _who(version: RecordVersion) -> str:
    somebody = version.user or version.api_key
    if somebody is not None:
        return str(somebody)
    return _("The helpdesk") if version.actor_kind == AuthorKind.SYSTEM else _("Somebody")


def _changes(
    version: RecordVersion, fields: dict[str, RecordField], customers: dict[int, Customer]
) -> Iterable[Change]:
    """Those of fields that there still are."""
    for name, (before, after) in version.changes.items():
        if name == REFERENCE:
            yield Change(_("Reference"), before, after)
        elif name == CUSTOMER:
            who = [str(customers.get(key, _("nobody who is known"))) for key in (before, after)]
            yield Change(_("Customer"), *who)
        elif (field := fields.get(name)) is not None:
            words = [in_words(field.kind, value) or _("nothing") for value in (before, after)]
            yield Change(field.name, *words)
