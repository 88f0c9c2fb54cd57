"""How the desk is set up, read only: teams, agents, tags, custom fields, segments, hours, service levels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tickets.access import desk
from tickets.api.desk import (
    AgentOut,
    AgentPage,
    CustomFieldOut,
    CustomFieldPage,
    FieldQuery,
    HoursOut,
    HoursPage,
    PolicyOut,
    PolicyPage,
    SegmentOut,
    SegmentPage,
    TagOut,
    TagPage,
    TagQuery,
    TeamOut,
    TeamPage,
    policy_group,
)
from tickets.api.paging import next_page
from tickets.api.queries import CursorQuery
from tickets.api.schema import operation
from tickets.api.views.base import ApiView
from tickets.conditions.sentences import ValueNames, group_in_words
from tickets.lists.keyset import Order
from tickets.live import presence
from tickets.models import Scope

NOTHING: Mapping[str, Any] = {}


class DeskList(ApiView):
    """A list in the order in which its rows were made."""

    scopes = {"GET": Scope.DESK_READ}
    query = {"GET": CursorQuery}
    shown: ClassVar[type[serializers.Serializer[Any]]]

    def listed(
        self,
        rows: QuerySet[Any],
        beside: Callable[[Sequence[Any]], Mapping[str, Any]] = lambda rows: NOTHING,
    ) -> Response:
        """The page that was asked for; `beside` is what its rows need to be shown."""
        order = Order(type(self).__name__, ("pk",))
        page = order.page(rows, self.parameters["cursor"], size=self.parameters["page_size"])
        shown = self.shown(page.rows, many=True, context=dict(beside(page.rows)))
        return Response({"results": shown.data, **next_page(self.request, page.next)})


class TeamList(DeskList):
    shown = TeamOut

    @operation(
        "List teams",
        f"Who is in them is told to keys that have `{Scope.AGENTS_READ}`, too.",
        scope=Scope.DESK_READ,
        query=CursorQuery,
        answer=TeamPage,
    )
    def get(self, request: Request) -> Response:
        members = Scope.AGENTS_READ in self.key.scopes
        teams = desk.teams_told(self.actor, with_members=members)
        return self.listed(teams, lambda rows: {"members": members})


class AgentList(DeskList):
    scopes = {"GET": Scope.AGENTS_READ}
    shown = AgentOut

    @operation(
        "List agents",
        "Those who work here, leads and admins among them, and whether they are here now.",
        scope=Scope.AGENTS_READ,
        query=CursorQuery,
        answer=AgentPage,
    )
    def get(self, request: Request) -> Response:
        return self.listed(
            desk.agents_told(self.actor),
            lambda rows: {"presence": presence.standing(row.pk for row in rows)},
        )


class TagList(DeskList):
    query = {"GET": TagQuery}
    shown = TagOut

    @operation(
        "List tags",
        "Those that some ticket has or had.",
        scope=Scope.DESK_READ,
        query=TagQuery,
        answer=TagPage,
    )
    def get(self, request: Request) -> Response:
        tags = desk.tags_told(self.actor)
        if start := self.parameters.get("q"):
            tags = tags.filter(name__startswith=start.lower())
        return self.listed(tags)


class CustomFieldList(DeskList):
    query = {"GET": FieldQuery}
    shown = CustomFieldOut

    @operation(
        "List custom fields",
        "What an admin added to tickets, customers and organisations.",
        scope=Scope.DESK_READ,
        query=FieldQuery,
        answer=CustomFieldPage,
    )
    def get(self, request: Request) -> Response:
        fields = desk.custom_fields_told(self.actor)
        if about := self.parameters.get("about"):
            fields = fields.filter(about=about)
        return self.listed(fields)


class SegmentList(DeskList):
    shown = SegmentOut

    @operation(
        "List segments",
        "Customers for whom something holds.",
        scope=Scope.DESK_READ,
        query=CursorQuery,
        answer=SegmentPage,
    )
    def get(self, request: Request) -> Response:
        def with_words(rows: Sequence[Any]) -> Mapping[str, Any]:
            names = ValueNames()
            for row in rows:
                row.in_words = group_in_words(row.conditions, names)
            return NOTHING

        return self.listed(desk.segments_told(self.actor), with_words)


class HoursList(DeskList):
    shown = HoursOut

    @operation("List opening hours", scope=Scope.DESK_READ, query=CursorQuery, answer=HoursPage)
    def get(self, request: Request) -> Response:
        return self.listed(desk.hours_told(self.actor))


class PolicyList(DeskList):
    shown = PolicyOut

    @operation(
        "List service levels",
        "What is promised to whom. How the promises of a ticket stand is in the ticket.",
        scope=Scope.DESK_READ,
        query=CursorQuery,
        answer=PolicyPage,
    )
    def get(self, request: Request) -> Response:
        def with_words(rows: Sequence[Any]) -> Mapping[str, Any]:
            names = ValueNames()
            for row in rows:
                row.in_words = group_in_words(policy_group(row), names)
            return NOTHING

        return self.listed(desk.policies_told(self.actor), with_words)
