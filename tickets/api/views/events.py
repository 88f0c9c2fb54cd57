"""The feed: what happened in tickets since a reader stopped, and what happens while it waits."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from tickets import access
from tickets.api.events import NOW, EventPage, EventQuery
from tickets.api.schema import operation
from tickets.api.views.base import ApiView
from tickets.feed import kinds, reading, telling, waiting
from tickets.models import Scope


class FeedForgotten(APIException):
    status_code = 410
    default_code = "feed_forgotten"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Some of what happened since then is not kept any more. Read the tickets anew, and "
                "follow from “next” of an answer without “after”."
            )
        )


class FeedRestored(APIException):
    status_code = 409
    default_code = "feed_restored"

    def __init__(self) -> None:
        super().__init__(
            _(
                "The helpdesk was set back to an earlier state than you have read. Read the tickets "
                "anew, and follow from “next” of an answer without “after”."
            )
        )


class EventList(ApiView):
    scopes = {"GET": Scope.EVENTS_READ}
    query = {"GET": EventQuery}

    @operation(
        "Follow events",
        "What happened in tickets, in an order in which nothing comes late: whoever asks with the "
        "`next` of the answer before misses nothing and gets nothing twice. What agents do among "
        f"themselves is told to keys that have `{Scope.EVENTS_STAFF}`, too.",
        scope=Scope.EVENTS_READ,
        query=EventQuery,
        answer=EventPage,
        more_problems={
            404: "There is no such ticket; or `after` is none of our cursors.",
            409: "The helpdesk was set back to an earlier state: begin anew.",
            410: "What happened since then is not kept any more: begin anew.",
        },
    )
    def get(self, request: Request) -> Response:
        wanted = self.parameters
        if wanted["after"] == NOW:
            return _page([], reading.end(), more=False)
        chosen = self._kinds(wanted.get("types", []))
        events = access.events_for(self.actor)
        if reference := wanted.get("ticket"):
            events = events.filter(ticket=access.ticket_for(self.actor, reference).pk)
        last = wanted["after"]

        def look() -> reading.Slice:
            nonlocal last
            found = reading.read(events, last, kinds=chosen, size=wanted["page_size"])
            last = found.cursor
            return found

        try:
            found = waiting.until_something(look, key=self.key.pk, seconds=wanted["wait"])
        except reading.Forgotten as error:
            raise FeedForgotten from error
        except reading.Restored as error:
            raise FeedRestored from error
        told = telling.told(events, found.keys) if found.keys else []
        return _page(told, found.cursor, more=found.more)

    def _kinds(self, asked: list[str]) -> frozenset[str]:
        """Those that are told to this key. Raises PermissionDenied for what it may not hear."""
        may_hear_all = Scope.EVENTS_STAFF in self.key.scopes
        if not may_hear_all and kinds.INTERNAL.intersection(asked):
            raise PermissionDenied(
                _("This API key lacks the scope “%(scope)s”.") % {"scope": Scope.EVENTS_STAFF},
                code="missing_scope",
            )
        return kinds.wanted(asked, internal=may_hear_all)


def _page(told: list[dict[str, Any]], cursor: str, *, more: bool) -> Response:
    """What is told needs no serializer, which takes as long as everything else: see `EventPage`."""
    return Response({"results": told, "next": cursor, "more": more})
