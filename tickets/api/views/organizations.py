"""Organisations: listed, read, told of by their key or by the number by which a system knows them."""

from __future__ import annotations

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from tickets import actions
from tickets.access.for_programs import (
    numbered_organization,
    told_organization,
    told_organizations,
)
from tickets.api.idempotency import idempotent
from tickets.api.organizations import (
    ChangedOrganization,
    NewOrganization,
    OrganizationIn,
    OrganizationOut,
    OrganizationPage,
    OrganizationQuery,
    OrganizationReceipt,
    told_of,
)
from tickets.api.paging import next_page
from tickets.api.schema import operation
from tickets.api.views.base import ApiView
from tickets.lists.keyset import Order
from tickets.models import Organization, Scope

BY_AGE = Order("organizations", ("pk",))
CROSSED = {409: "Another organisation has the name or the number."}


class OrganizationView(ApiView):
    reads = Scope.ORGANIZATIONS_READ
    receipt = OrganizationReceipt

    def shown(self, organization: Organization, status: int = 200) -> Response:
        found = told_organization(self.actor, organization.pk)
        return Response(OrganizationOut(found).data, status=status)


class OrganizationList(OrganizationView):
    scopes = {"GET": Scope.ORGANIZATIONS_READ, "POST": Scope.ORGANIZATIONS_WRITE}
    query = {"GET": OrganizationQuery}

    @operation(
        "List organisations",
        "In the order in which they came.",
        scope=Scope.ORGANIZATIONS_READ,
        query=OrganizationQuery,
        answer=OrganizationPage,
    )
    def get(self, request: Request) -> Response:
        wanted = self.parameters
        found = told_organizations(self.actor)
        if name := wanted.get("name"):
            found = found.filter(name=name)
        page = BY_AGE.page(found, wanted["cursor"], size=wanted["page_size"])
        return Response(
            {
                "results": OrganizationOut(page.rows, many=True).data,
                **next_page(request, page.next),
            }
        )

    @operation(
        "Add an organisation",
        "A key without `organizations:read` gets the receipt only.",
        scope=Scope.ORGANIZATIONS_WRITE,
        body=NewOrganization,
        answer=OrganizationOut,
        receipt=OrganizationReceipt,
        more_problems=CROSSED,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        told = told_of(self.taken(NewOrganization))
        return self.shown(actions.add_told_organization(actor=self.actor, told=told), 201)


class OrganizationDetail(OrganizationView):
    scopes = {"GET": Scope.ORGANIZATIONS_READ, "PATCH": Scope.ORGANIZATIONS_WRITE}
    http_method_names = ["get", "head", "patch"]

    @operation("Read an organisation", scope=Scope.ORGANIZATIONS_READ, answer=OrganizationOut)
    def get(self, request: Request, id: int) -> Response:  # noqa: A002 - as the address says
        return Response(OrganizationOut(told_organization(self.actor, id)).data)

    @operation(
        "Change an organisation",
        "What is named; the rest stays. A key without `organizations:read` gets the receipt only.",
        scope=Scope.ORGANIZATIONS_WRITE,
        body=ChangedOrganization,
        answer=OrganizationOut,
        receipt=OrganizationReceipt,
        replaces=True,
        more_problems=CROSSED,
    )
    def patch(self, request: Request, id: int) -> Response:  # noqa: A002
        organization = told_organization(self.actor, id)
        told = told_of(self.taken(ChangedOrganization))
        return self.shown(
            actions.tell_of_organization(actor=self.actor, organization=organization, told=told)
        )


class NumberedOrganization(OrganizationView):
    scopes = {"GET": Scope.ORGANIZATIONS_READ, "PUT": Scope.ORGANIZATIONS_WRITE}
    http_method_names = ["get", "head", "put"]

    @operation(
        "Read an organisation by your number",
        scope=Scope.ORGANIZATIONS_READ,
        answer=OrganizationOut,
    )
    def get(self, request: Request, number: str) -> Response:
        return Response(OrganizationOut(numbered_organization(self.actor, number)).data)

    @operation(
        "Tell of an organisation",
        "By the number by which your system knows it. One that has the name and no number gets the "
        "number; else it is made, and needs a name. Telling twice changes nothing. A key without "
        "`organizations:read` gets the receipt only.",
        scope=Scope.ORGANIZATIONS_WRITE,
        body=OrganizationIn,
        answer=OrganizationOut,
        receipt=OrganizationReceipt,
        replaces=True,
        more_problems=CROSSED,
    )
    def put(self, request: Request, number: str) -> Response:
        if not number.isprintable():
            raise Http404
        told = told_of(self.taken(OrganizationIn))
        organization, _new = actions.upsert_organization(actor=self.actor, number=number, told=told)
        return self.shown(organization)
