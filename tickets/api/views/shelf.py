"""What agents keep: saved views, listed and run; macros, listed and applied."""

from __future__ import annotations

from uuid import uuid4

from rest_framework.request import Request
from rest_framework.response import Response

from tickets import actions
from tickets.access.macros import macro_for, macros_told
from tickets.access.saved_views import view_told, views_told
from tickets.api.idempotency import idempotent
from tickets.api.paging import next_page
from tickets.api.queries import CursorQuery
from tickets.api.schema import operation
from tickets.api.serializers import TicketPage
from tickets.api.shelf import (
    DONE,
    DRAFTED,
    AppliedOut,
    MacroIn,
    MacroOut,
    MacroPage,
    ViewOut,
    ViewPage,
)
from tickets.api.views.acts import CROSSED
from tickets.api.views.base import ApiView
from tickets.api.views.moves import Act
from tickets.api.views.search import UNREADABLE, found
from tickets.lists.arranging import Grouping, Sort
from tickets.lists.keyset import Order
from tickets.models import Draft, Scope
from tickets.sending import wait_for

VIEWS, MACROS = Order("views", ("pk",)), Order("macros", ("pk",))


class ViewList(ApiView):
    scopes = {"GET": Scope.VIEWS_READ}
    query = {"GET": CursorQuery}

    @operation(
        "List saved views",
        "Those that teams share, and those of the agent for whom the key acts.",
        scope=Scope.VIEWS_READ,
        query=CursorQuery,
        answer=ViewPage,
    )
    def get(self, request: Request) -> Response:
        views = views_told(self.actor).select_related("team")
        page = VIEWS.page(views, self.parameters["cursor"], size=self.parameters["page_size"])
        shown = ViewOut(page.rows, many=True).data
        return Response({"results": shown, **next_page(request, page.next)})


class ViewTickets(ApiView):
    scopes = {"GET": Scope.TICKETS_READ}
    query = {"GET": CursorQuery}

    @operation(
        "List the tickets in a view",
        "In its order. What agents note among themselves is not looked in.",
        scope=Scope.TICKETS_READ,
        query=CursorQuery,
        answer=TicketPage,
        more_problems=UNREADABLE,
    )
    def get(self, request: Request, id: int) -> Response:  # noqa: A002 - as the address says
        view = view_told(self.actor, id)
        return found(
            self,
            view.query,
            sort=Sort(view.sort) if view.sort in Sort else Sort.NEWEST,
            grouping=Grouping(view.grouping) if view.grouping in Grouping else Grouping.NONE,
        )


class MacroList(ApiView):
    scopes = {"GET": Scope.MACROS_READ}
    query = {"GET": CursorQuery}

    @operation(
        "List macros",
        "Those that are offered to the agent for whom the key acts; without one, those that are shared.",
        scope=Scope.MACROS_READ,
        query=CursorQuery,
        answer=MacroPage,
    )
    def get(self, request: Request) -> Response:
        macros = macros_told(self.actor).filter(is_active=True).select_related("team")
        page = MACROS.page(macros, self.parameters["cursor"], size=self.parameters["page_size"])
        shown = MacroOut(page.rows, many=True).data
        return Response({"results": shown, **next_page(request, page.next)})


class AppliedMacroList(Act):
    scopes = {"POST": Scope.TICKETS_ACT}
    receipt = AppliedOut

    @operation(
        "Apply a macro",
        "In the name of the agent for whom the key acts. One without a reply is done at once. A reply "
        "is drafted, also by one that sends at once for people; what the agent writes already stays.",
        scope=Scope.TICKETS_ACT,
        body=MacroIn,
        answer=AppliedOut,
        more_problems=CROSSED,
    )
    @idempotent
    def post(self, request: Request, reference: str) -> Response:
        agent, ticket = self.mine(reference)
        wanted = self.taken(MacroIn)
        macro = macro_for(agent, wanted["macro"])
        came_to = actions.apply_macro(
            actor=agent,
            ticket=ticket,
            macro=macro,
            version=wanted.get("version", macro.version),
            client_id=uuid4(),  # who sends it again is known by the idempotency key
            wait=wait_for(ticket),
        )
        outcome = DRAFTED if isinstance(came_to, Draft) else DONE
        return Response(AppliedOut({"outcome": outcome}).data, status=201)
