"""Search over everything that is said in tickets, in the language that agents type."""

from __future__ import annotations

from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from tickets import access
from tickets.api.paging import next_page
from tickets.api.queries import TicketSearchQuery
from tickets.api.schema import operation
from tickets.api.serializers import TicketOut, TicketPage
from tickets.api.views.base import ApiView
from tickets.lists.arranging import Sort
from tickets.models import Scope
from tickets.search.finding import TooSlow, find
from tickets.search.language import read
from tickets.search.operators import Misread

RELATED = ("customer", "team", "assignee", "type", "follows", "merged_into", "status")


class Unreadable(APIException):
    """What was typed is no search; the words say what to do instead."""

    status_code = 422
    default_code = "misread"


class TicketSearch(ApiView):
    scopes = {"GET": Scope.TICKETS_READ}
    query = {"GET": TicketSearchQuery}

    @operation(
        "Search tickets",
        "Those with the newest message first. What agents note among themselves is not looked in.",
        scope=Scope.TICKETS_READ,
        query=TicketSearchQuery,
        answer=TicketPage,
        more_problems={422: "It cannot be read, or finds so much that it takes too long."},
    )
    def get(self, request: Request) -> Response:
        wanted = self.parameters
        try:
            found = find(
                self.actor,
                read(wanted["q"]),
                sort=Sort.NEWEST,
                cursor=wanted["cursor"],
                size=wanted["page_size"],
            )
        except TooSlow as error:
            raise Unreadable(str(error), code="too_slow") from None
        except Misread as error:
            raise Unreadable(str(error)) from None
        tickets = access.tickets_for(self.actor).filter(pk__in=found.tickets)
        tickets = access.with_what_programs_read(tickets.select_related(*RELATED), self.actor)
        rows = {ticket.pk: ticket for ticket in tickets}
        results = [rows[pk] for pk in found.tickets if pk in rows]
        return Response(
            {
                "results": TicketOut(results, many=True).data,
                **next_page(request, found.next),
            }
        )
