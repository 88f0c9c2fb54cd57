"""Customers: listed, read, told of by their key or by the number by which another system knows them."""

from __future__ import annotations

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from tickets import actions
from tickets.access.for_programs import numbered_customer, told_customer, told_customers
from tickets.api.customers import (
    CustomerIn,
    CustomerPage,
    CustomerQuery,
    CustomerReceipt,
    CustomerWithAllOut,
    told_of,
)
from tickets.api.idempotency import idempotent
from tickets.api.paging import next_page
from tickets.api.schema import operation
from tickets.api.views.base import ApiView
from tickets.lists.keyset import Order
from tickets.models import Customer, Scope

BY_AGE = Order("customers", ("pk",))
CROSSED = {409: "Somebody else has the address or the number; or they were merged in this moment."}


class CustomerView(ApiView):
    reads = Scope.CUSTOMERS_READ
    receipt = CustomerReceipt

    def shown(self, customer: Customer, status: int = 200) -> Response:
        found = told_customer(self.actor, customer.pk)
        return Response(CustomerWithAllOut(found).data, status=status)


class CustomerList(CustomerView):
    scopes = {"GET": Scope.CUSTOMERS_READ, "POST": Scope.CUSTOMERS_WRITE}
    query = {"GET": CustomerQuery}

    @operation(
        "List customers",
        "In the order in which they came. Who were merged are one.",
        scope=Scope.CUSTOMERS_READ,
        query=CustomerQuery,
        answer=CustomerPage,
    )
    def get(self, request: Request) -> Response:
        wanted = self.parameters
        found = told_customers(self.actor)
        if email := wanted.get("email"):
            found = found.filter(email=email)
        if organization := wanted.get("organization"):
            found = found.filter(organization=organization)
        page = BY_AGE.page(found, wanted["cursor"], size=wanted["page_size"])
        return Response(
            {
                "results": CustomerWithAllOut(page.rows, many=True).data,
                **next_page(request, page.next),
            }
        )

    @operation(
        "Add a customer",
        "Always a new one: to find who is known, tell of them by the number of your system. A key "
        "without `customers:read` gets the receipt only.",
        scope=Scope.CUSTOMERS_WRITE,
        body=CustomerIn,
        answer=CustomerWithAllOut,
        receipt=CustomerReceipt,
        more_problems=CROSSED,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        told = told_of(self.actor, self.taken(CustomerIn))
        return self.shown(actions.add_told_customer(actor=self.actor, told=told), 201)


class CustomerDetail(CustomerView):
    scopes = {"GET": Scope.CUSTOMERS_READ, "PATCH": Scope.CUSTOMERS_WRITE}
    http_method_names = ["get", "head", "patch"]

    @operation(
        "Read a customer",
        "Who was merged into another is that one.",
        scope=Scope.CUSTOMERS_READ,
        answer=CustomerWithAllOut,
    )
    def get(self, request: Request, id: int) -> Response:  # noqa: A002 - as the address says
        return Response(CustomerWithAllOut(told_customer(self.actor, id)).data)

    @operation(
        "Change a customer",
        "What is named; the rest stays. A key without `customers:read` gets the receipt only.",
        scope=Scope.CUSTOMERS_WRITE,
        body=CustomerIn,
        answer=CustomerWithAllOut,
        receipt=CustomerReceipt,
        replaces=True,
        more_problems=CROSSED,
    )
    def patch(self, request: Request, id: int) -> Response:  # noqa: A002
        customer = told_customer(self.actor, id)
        told = told_of(self.actor, self.taken(CustomerIn))
        return self.shown(actions.tell_of_customer(actor=self.actor, customer=customer, told=told))


class NumberedCustomer(CustomerView):
    scopes = {"GET": Scope.CUSTOMERS_READ, "PUT": Scope.CUSTOMERS_WRITE}
    http_method_names = ["get", "head", "put"]

    @operation(
        "Read a customer by your number", scope=Scope.CUSTOMERS_READ, answer=CustomerWithAllOut
    )
    def get(self, request: Request, system: str, number: str) -> Response:
        return Response(CustomerWithAllOut(numbered_customer(self.actor, system, number)).data)

    @operation(
        "Tell of a customer",
        "By the number by which your system knows them; whoever is not known by it is made. With "
        "`customers:confirm` who has the address gets the number. Telling twice changes nothing. A "
        "key without `customers:read` gets the receipt only.",
        scope=Scope.CUSTOMERS_WRITE,
        body=CustomerIn,
        answer=CustomerWithAllOut,
        receipt=CustomerReceipt,
        replaces=True,
        more_problems=CROSSED,
    )
    def put(self, request: Request, system: str, number: str) -> Response:
        if not number.isprintable():
            raise Http404
        told = told_of(self.actor, self.taken(CustomerIn))
        customer, _new = actions.upsert_customer(
            actor=self.actor, system=system, number=number, told=told
        )
        return self.shown(customer)
