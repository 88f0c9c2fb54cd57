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
from tickets.lists.arranging import Grouping, Sort
from tickets.models import Scope
from tickets.search.finding import TooSlow, find
from tickets.search.language import read
from tickets.search.operators import Misread

RELATED = ("customer", "team", "assignee", "type", "follows", "merged_into", "status")
UNREADABLE = {422: "It cannot be read, or finds so much that it takes too long."}


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
        more_problems=UNREADABLE,
    )
    def get(self, request: Request) -> Response:
        return found(self, self.parameters["q"], sort=Sort.NEWEST)


def found(view: ApiView, typed: str, *, sort: Sort, grouping: Grouping = Grouping.NONE) -> Response:
    """The page of what a search finds that was asked for. Raises Unreadable.

    Whoever "me" is, a key that acts for an agent says.
    """
    wanted, actor = view.parameters, view.actor
    try:
        page = find(
            actor,
            read(typed, view.key.agent),
            sort=sort,
            cursor=wanted["cursor"],
            size=wanted["page_size"],
            grouping=grouping,
        )
    except TooSlow as error:
        raise Unreadable(str(error), code="too_slow") from None
    except Misread as error:
        raise Unreadable(str(error)) from None
    tickets = access.tickets_for(actor).filter(pk__in=page.tickets)
    tickets = access.with_what_programs_read(tickets.select_related(*RELATED), actor)
    rows = {ticket.pk: ticket for ticket in tickets}
    results = [rows[pk] for pk in page.tickets if pk in rows]
    shown = TicketOut(results, many=True).data
    return Response({"results": shown, **next_page(view.request, page.next)})
