"""Tickets and their messages, as an integrator reads and writes them."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from tickets import access, actions
from tickets.actors import Actor
from tickets.api.files import taken_along
from tickets.api.idempotency import idempotent
from tickets.api.paging import link, next_page
from tickets.api.queries import MessageQuery, TicketQuery
from tickets.api.schema import operation
from tickets.api.serializers import (
    MessageOut,
    MessagePage,
    MessageReceipt,
    NewMessage,
    NewTicket,
    TicketData,
    TicketOut,
    TicketPage,
    TicketReceipt,
)
from tickets.api.views.base import ApiView
from tickets.lists import changes
from tickets.lists.orders import CHANGES, LATEST
from tickets.models import Channel, Customer, Message, Scope, Ticket
from tickets.models.tickets import TicketQuerySet

NUMBER_TAKEN = {409: "Another ticket has this `external_id`."}


class TicketList(ApiView):
    scopes = {"GET": Scope.TICKETS_READ, "POST": Scope.TICKETS_WRITE}
    query = {"GET": TicketQuery}
    receipt = TicketReceipt

    @operation(
        "List tickets",
        "Those with the newest message first. Follow `next` until it is null.\n\n"
        "With `updated_after`, those that changed after a time, in the order of their changes. Ask "
        "again with the `updated_at` of the last one that you got: nothing is missed. While a "
        "change is being written, younger ones are held back, for seconds at most.",
        scope=Scope.TICKETS_READ,
        query=TicketQuery,
        answer=TicketPage,
    )
    def get(self, request: Request) -> Response:
        wanted = self.parameters
        found = _wanted(access.tickets_for(self.actor), wanted)
        found = found.select_related(
            *("customer", "team", "assignee", "type", "follows", "merged_into", "status")
        )
        found = access.with_what_programs_read(found, self.actor)
        cursor, size = wanted["cursor"], wanted["page_size"]
        if since := wanted.get("updated_after"):
            until = changes.settled_until()  # before they are read
            found = found.filter(updated_at__gt=since, updated_at__lt=until)
            page = CHANGES.page(found, cursor, size=size)
        else:
            page = LATEST.page(found, cursor, size=size)
        return Response(
            {
                "results": TicketOut(page.rows, many=True).data,
                **next_page(request, page.next),
            }
        )

    @operation(
        "Open a ticket",
        "The body becomes the customer's first message. You vouch for the customer's address: "
        "a customer with that address has it in their requests. A key without `tickets:read` "
        "gets the receipt only.",
        scope=Scope.TICKETS_WRITE,
        body=NewTicket,
        answer=TicketOut,
        receipt=TicketReceipt,
        more_problems=NUMBER_TAKEN,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        wanted = self.taken(NewTicket)
        customer = actions.known_customer(actor=self.actor, **wanted["customer"])
        ticket = actions.open_ticket(
            actor=self.actor,
            customer=customer,
            channel=Channel(wanted["channel"]),
            subject=wanted["subject"],
            body=wanted["body"],
            uploads=taken_along(self.actor, wanted.get("attachments", ())),
        )
        _keep(self.actor, ticket, wanted)
        ticket = access.ticket_for(self.actor, ticket.reference)
        return Response(TicketOut(ticket).data, status=201)


class TicketDetail(ApiView):
    scopes = {"GET": Scope.TICKETS_READ, "PATCH": Scope.TICKETS_WRITE}
    http_method_names = ["get", "head", "patch"]
    receipt = TicketReceipt

    @operation("Read a ticket", scope=Scope.TICKETS_READ, answer=TicketOut)
    def get(self, request: Request, reference: str) -> Response:
        return Response(TicketOut(access.ticket_for(self.actor, reference)).data)

    @operation(
        "Keep data beside a ticket",
        "Your number of it, and what only you read. A key without `tickets:read` gets the receipt only.",
        scope=Scope.TICKETS_WRITE,
        body=TicketData,
        answer=TicketOut,
        receipt=TicketReceipt,
        replaces=True,
        more_problems=NUMBER_TAKEN,
    )
    def patch(self, request: Request, reference: str) -> Response:
        ticket = access.ticket_for(self.actor, reference)
        _keep(self.actor, ticket, self.taken(TicketData))
        return Response(TicketOut(access.ticket_for(self.actor, reference)).data)


class MessageList(ApiView):
    scopes = {"GET": Scope.TICKETS_READ, "POST": Scope.TICKETS_WRITE}
    query = {"GET": MessageQuery}
    receipt = MessageReceipt

    @operation(
        "Read a conversation",
        "In its order. To hear what is new, ask again with `after` set to the position of the "
        "last message that you have: nothing is missed and nothing comes twice.",
        scope=Scope.TICKETS_READ,
        query=MessageQuery,
        answer=MessagePage,
    )
    def get(self, request: Request, reference: str) -> Response:
        ticket = access.ticket_for(self.actor, reference)
        after, size = self.parameters["after"], self.parameters["page_size"]
        messages = (
            ticket.messages.after(after)
            .complete()
            .select_related("author_customer", "suggested")
            .order_by("position")
        )
        rows = list(messages[: size + 1])
        more = len(rows) > size
        rows = rows[:size]
        last = rows[-1].position if more else None
        return Response(
            {
                "results": MessageOut(rows, many=True).data,
                "next": link(request, after=last),
                "next_cursor": last,
            }
        )

    @operation(
        "Add a customer's message",
        "What the ticket's customer says, wherever they said it. The turn goes to whoever is to "
        "answer. Where it was closed too long ago to be reopened, it is the first message of a new "
        "ticket: see `ticket`. A key without `tickets:read` gets the receipt only.",
        scope=Scope.TICKETS_WRITE,
        body=NewMessage,
        answer=MessageOut,
        receipt=MessageReceipt,
    )
    @idempotent
    def post(self, request: Request, reference: str) -> Response:
        ticket = access.ticket_for(self.actor, reference)
        wanted = self.taken(NewMessage)
        written = actions.continue_conversation(
            actor=self.actor,
            ticket=ticket,
            body=wanted["body"],
            uploads=taken_along(self.actor, wanted.get("attachments", ())),
            channel=Channel.API,
        )
        messages = Message.objects.complete().select_related(
            "author_customer", "ticket", "suggested"
        )
        message = messages.get(pk=written.pk)
        return Response(MessageOut(message).data, status=201)


def _keep(actor: Actor, ticket: Ticket, sent: dict[str, Any]) -> None:
    """What a program told of a ticket beside what it is."""
    actions.tell_of_ticket(
        actor=actor,
        ticket=ticket,
        external_id=sent.get("external_id"),
        told=sent.get("metadata"),
    )


def _wanted(tickets: TicketQuerySet, wanted: dict[str, Any]) -> TicketQuerySet:
    if turn := wanted.get("turn"):
        tickets = tickets.filter(turn=turn)
    if email := wanted.get("customer"):
        tickets = tickets.filter(customer__in=Customer.objects.filter(email=email))
    if number := wanted.get("external_id"):
        tickets = tickets.filter(external_id=number)
    if moment := wanted.get("last_message_after"):
        tickets = tickets.filter(last_message_at__gt=moment)
    return tickets
