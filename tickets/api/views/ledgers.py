"""What was: the ratings of customers, and the record of what admins did."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from tickets import access
from tickets.access.ledgers import audit_told, rating_told, ratings_told
from tickets.api.ledgers import (
    AuditOut,
    AuditPage,
    AuditQuery,
    RatingOut,
    RatingPage,
    RatingQuery,
)
from tickets.api.paging import next_page
from tickets.api.schema import operation
from tickets.api.views.base import ApiView
from tickets.lists.keyset import Order
from tickets.models import Scope

BY_TIME, BY_NUMBER = Order("ratings", ("created_at", "pk")), Order("audit", ("number",))


class RatingList(ApiView):
    scopes = {"GET": Scope.RATINGS_READ}
    query = {"GET": RatingQuery}

    @operation(
        "List ratings",
        "What customers said at the end, in the order in which they said it.",
        scope=Scope.RATINGS_READ,
        query=RatingQuery,
        answer=RatingPage,
    )
    def get(self, request: Request) -> Response:
        wanted, ratings = self.parameters, ratings_told(self.actor)
        if since := wanted.get("created_after"):
            ratings = ratings.filter(created_at__gt=since)
        if until := wanted.get("created_before"):
            ratings = ratings.filter(created_at__lt=until)
        page = BY_TIME.page(ratings, wanted["cursor"], size=wanted["page_size"])
        shown = RatingOut(page.rows, many=True).data
        return Response({"results": shown, **next_page(request, page.next)})


class TicketRating(ApiView):
    scopes = {"GET": Scope.RATINGS_READ}

    @operation(
        "Read the rating of a ticket",
        "404 while there is none.",
        scope=Scope.RATINGS_READ,
        answer=RatingOut,
    )
    def get(self, request: Request, reference: str) -> Response:
        ticket = access.ticket_for(self.actor, reference)
        return Response(RatingOut(rating_told(self.actor, ticket)).data)


class AuditList(ApiView):
    scopes = {"GET": Scope.AUDIT_READ}
    query = {"GET": AuditQuery}

    @operation(
        "Read the record of changes",
        "What was done to settings, people and access, and who opened sensitive tickets; the oldest "
        "first. Nothing in it is changed or removed.",
        scope=Scope.AUDIT_READ,
        query=AuditQuery,
        answer=AuditPage,
    )
    def get(self, request: Request) -> Response:
        wanted, links = self.parameters, audit_told(self.actor)
        if "after" in wanted:
            links = links.filter(number__gt=wanted["after"])
        page = BY_NUMBER.page(links, wanted["cursor"], size=wanted["page_size"])
        shown = AuditOut(page.rows, many=True).data
        return Response({"results": shown, **next_page(request, page.next)})
