"""Why a person is asked for, and what else happens by itself: the rules that are in force."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from tickets import rules
from tickets.api.rules import RuleList, RuleOut, shown
from tickets.api.schema import operation
from tickets.api.views.base import ApiView
from tickets.models import Scope, Trigger
from tickets.rules.sentences import Names, describe


class Rules(ApiView):
    scopes = {"GET": Scope.RULES_READ}

    @operation(
        "List the rules",
        "Those that are switched on, in the order in which they are asked for each trigger. All of "
        "them.",
        scope=Scope.RULES_READ,
        answer=RuleList,
    )
    def get(self, request: Request) -> Response:
        active, names = rules.active_rules(*Trigger), Names()
        names.know_people(active)
        found = [shown(rule, describe(rule, names)) for rule in active]
        return Response({"results": RuleOut(found, many=True).data})
