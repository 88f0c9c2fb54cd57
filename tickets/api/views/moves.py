"""What a key does for an agent that moves a ticket: its turn, aside, into another, beside another."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import Http404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tickets import access, actions
from tickets.actors import Actor
from tickets.api.idempotency import idempotent
from tickets.api.moves import (
    PERSON,
    HandOverOut,
    HandOverPage,
    LinkIn,
    LinkOut,
    MergeIn,
    SnoozeIn,
    TurnIn,
)
from tickets.api.paging import next_page
from tickets.api.queries import CursorQuery
from tickets.api.schema import operation
from tickets.api.serializers import TicketOut, TicketReceipt
from tickets.api.views.acts import CROSSED
from tickets.api.views.base import ApiView
from tickets.lists.keyset import Order
from tickets.models import HandOver, LinkKind, Reason, Scope, Ticket, TicketLink

NEWEST = Order("handovers", ("-pk",))


class Act(ApiView):
    """An act of the agent for whom the key acts. The answer is the ticket as it is then."""

    receipt: ClassVar[type[serializers.Serializer[Any]] | None] = TicketReceipt

    def mine(self, reference: str) -> tuple[Actor, Ticket]:
        """The agent, and a ticket that they may see."""
        agent = self.agent
        return agent, access.ticket_for(agent, reference)

    def shown(self, ticket: Ticket) -> Response:
        found = access.ticket_for(self.actor, ticket.reference)
        return Response(TicketOut(found).data, status=201)


class TurnList(Act):
    scopes = {"POST": Scope.TICKETS_ACT}

    @operation(
        "Hand over, or hand back",
        "To a person or to the assistant, in the name of the agent for whom the key acts. A key "
        "without `tickets:read` gets the receipt only.",
        scope=Scope.TICKETS_ACT,
        body=TurnIn,
        answer=TicketOut,
        receipt=TicketReceipt,
        more_problems=CROSSED,
    )
    @idempotent
    def post(self, request: Request, reference: str) -> Response:
        agent, ticket = self.mine(reference)
        wanted = self.taken(TurnIn)
        if wanted["to"] == PERSON:
            actions.hand_over(
                actor=agent, ticket=ticket, reason=Reason.ASKED, detail=wanted["detail"]
            )
        else:
            actions.hand_back(actor=agent, ticket=ticket)
        return self.shown(ticket)


class Snooze(Act):
    scopes = {"POST": Scope.TICKETS_ACT, "DELETE": Scope.TICKETS_ACT}
    http_method_names = ["post", "delete"]

    @operation(
        "Snooze a ticket",
        "It is the agent's for whom the key acts, and put aside.",
        scope=Scope.TICKETS_ACT,
        body=SnoozeIn,
        answer=TicketOut,
        receipt=TicketReceipt,
        more_problems=CROSSED,
    )
    @idempotent
    def post(self, request: Request, reference: str) -> Response:
        agent, ticket = self.mine(reference)
        wanted = self.taken(SnoozeIn)
        actions.snooze(actor=agent, ticket=ticket, until=wanted["until"], note=wanted["note"])
        return self.shown(ticket)

    @operation(
        "Bring a snoozed ticket back",
        "At once. One that is not snoozed stays as it is.",
        scope=Scope.TICKETS_ACT,
        answer=None,
        more_problems=CROSSED,
    )
    def delete(self, request: Request, reference: str) -> Response:
        agent, ticket = self.mine(reference)
        actions.unsnooze(actor=agent, ticket=ticket)
        return Response(status=204)


class Merge(Act):
    scopes = {"POST": Scope.TICKETS_ACT, "DELETE": Scope.TICKETS_ACT}
    http_method_names = ["post", "delete"]

    @operation(
        "Merge a ticket into another",
        "Of the same customer, who reads in both that they are one. The answer is the other one.",
        scope=Scope.TICKETS_ACT,
        body=MergeIn,
        answer=TicketOut,
        receipt=TicketReceipt,
        more_problems=CROSSED,
    )
    @idempotent
    def post(self, request: Request, reference: str) -> Response:
        agent, ticket = self.mine(reference)
        into = access.ticket_for(agent, self.taken(MergeIn)["into"])
        return self.shown(actions.merge(actor=agent, ticket=ticket, into=into))

    @operation(
        "Take a merge back",
        "Within a day.",
        scope=Scope.TICKETS_ACT,
        answer=None,
        more_problems=CROSSED,
    )
    def delete(self, request: Request, reference: str) -> Response:
        agent, ticket = self.mine(reference)
        actions.unmerge(actor=agent, ticket=ticket)
        return Response(status=204)


class LinkList(Act):
    scopes = {"POST": Scope.TICKETS_ACT}
    receipt = LinkOut

    @operation(
        "Link two tickets",
        "Linking twice finds the first link.",
        scope=Scope.TICKETS_ACT,
        body=LinkIn,
        answer=LinkOut,
        more_problems=CROSSED,
    )
    @idempotent
    def post(self, request: Request, reference: str) -> Response:
        agent, ticket = self.mine(reference)
        wanted = self.taken(LinkIn)
        other = access.ticket_for(agent, wanted["ticket"])
        actions.link(actor=agent, ticket=ticket, other=other, kind=LinkKind(wanted["kind"]))
        return Response(LinkOut(wanted).data, status=201)


class LinkDetail(Act):
    scopes = {"DELETE": Scope.TICKETS_ACT}
    http_method_names = ["delete"]

    @operation(
        "Remove a link",
        "Whichever of the two said so.",
        scope=Scope.TICKETS_ACT,
        answer=None,
        more_problems=CROSSED,
    )
    def delete(self, request: Request, reference: str, kind: str, other: str) -> Response:
        agent, ticket = self.mine(reference)
        end = access.ticket_for(agent, other)
        links = TicketLink.objects.filter(kind=kind).select_related("from_ticket", "to_ticket")
        found = links.filter(from_ticket=ticket, to_ticket=end) | links.filter(
            from_ticket=end, to_ticket=ticket
        )
        link = found.first()
        if link is None:
            raise Http404
        actions.unlink(actor=agent, link=link)
        return Response(status=204)


class HandOverList(ApiView):
    scopes = {"GET": Scope.HANDOVERS_READ}
    query = {"GET": CursorQuery}

    @operation(
        "List the hand-overs of a ticket",
        "Why a person was asked for, each time, with the brief that was written then; the newest first.",
        scope=Scope.HANDOVERS_READ,
        query=CursorQuery,
        answer=HandOverPage,
    )
    def get(self, request: Request, reference: str) -> Response:
        ticket = access.ticket_for(self.actor, reference)
        found = HandOver.objects.filter(ticket=ticket).select_related("team", "rule")
        page = NEWEST.page(found, self.parameters["cursor"], size=self.parameters["page_size"])
        return Response(
            {
                "results": HandOverOut(page.rows, many=True).data,
                **next_page(request, page.next),
            }
        )
