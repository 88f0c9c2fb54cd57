"""Connects the demo company's helpdesk with its shop, which runs beside it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction

from helpdesk.demo import shop
from helpdesk.demo.shop.server import ROOT
from tickets import actions, sealing
from tickets.actors import Actor
from tickets.models import Connector, Operation, RecordType

KEY = "shop"
HOST = "http://127.0.0.1"
ORDER = {
    "number": "number",
    "status": "status",
    "placed": "placed",
    "items": "items",
    "total": "total",
    "postcode": "postcode",
    "parcel": "parcel.number",
    "carrier": "parcel.carrier",
    "parcel_status": "parcel.status",
    "parcel_seen": "parcel.seen",
}
IN_ORDER = {name: f"order.{path}" for name, path in ORDER.items()}
RETURN = {"number": "return.number", "order": "return.order", "label": "return.label"}
OPERATIONS: dict[str, dict[str, Any]] = {
    "find_order": {
        "path": "orders/find",
        "values": IN_ORDER,
        "owner_path": "order.customer.email",
        "cache_seconds": 20,
    },
    "list_orders": {
        "path": "orders/list",
        "values": ORDER,
        "rows_path": "orders",
        "owner_path": "customer.email",
    },
    "cancel_order": {
        "path": "orders/cancel",
        "changes": True,
        "values": IN_ORDER,
        "owner_path": "order.customer.email",
    },
    "change_address": {
        "path": "orders/address",
        "changes": True,
        "values": IN_ORDER,
        "owner_path": "order.customer.email",
    },
    "create_return": {
        "path": "returns/create",
        "changes": True,
        "values": RETURN,
        "owner_path": "return.email",
    },
    "cancel_return": {
        "path": "returns/cancel",
        "changes": True,
        "values": {"number": "return.number"},
        "owner_path": "return.email",
    },
    "send_invoice": {
        "path": "invoices/send",
        "changes": True,
        "values": IN_ORDER,
        "owner_path": "order.customer.email",
    },
}


@transaction.atomic
def connect() -> None:
    """Make the connector, or follow the shop to another port. One that an admin changed is left alone."""
    if not settings.DEMO_POST_PORT:
        return
    address = f"{HOST}:{shop.port(settings.DEMO_POST_PORT)}{ROOT}"
    actor = Actor.system()
    there = Connector.objects.filter(key=KEY).first()
    if there is not None:
        if there.address.startswith(HOST) and there.address != address:
            there.address = address
            actions.change_setting(actor=actor, instance=there)
        return
    connector = Connector(
        key=KEY,
        name="Kestrel & Moor shop",
        address=address,
        secret=sealing.seal(shop.SECRET),
        allowed_networks="127.0.0.1/32",
    )
    actions.change_setting(actor=actor, instance=connector)
    for key, values in OPERATIONS.items():
        operation = Operation(connector=connector, key=key, **values)
        actions.change_setting(actor=actor, instance=operation)
        if key == "find_order" and (orders := RecordType.objects.filter(key="order").first()):
            orders.operation = operation
            actions.change_setting(actor=actor, instance=orders)
