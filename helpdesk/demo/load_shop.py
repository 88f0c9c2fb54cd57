"""Connects the demo company's helpdesk with its shop, which runs beside it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction

from bots.models import Task
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
RETURN = {"return": "return.number", "order": "return.order", "label": "return.label"}
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
        "values": {"return": "return.number"},
        "owner_path": "return.email",
    },
    "send_invoice": {
        "path": "invoices/send",
        "changes": True,
        "values": IN_ORDER,
        "owner_path": "order.customer.email",
    },
}
# What the shop does for customers.
TASKS: dict[str, dict[str, Any]] = {
    "order_status": {},
    "parcel_tracking": {
        "statuses": ["Sent", "Partly sent", "Delivered", "Returned"],
        "otherwise": "Your order {order.reference} has not left us yet, so there is no parcel to "
        "follow: **{order.status}**.",
    },
    "return_label": {
        "operation": "create_return",
        "statuses": ["Delivered"],
        "otherwise": "Your order {order.reference} has not arrived yet ({order.status}), so I cannot "
        "make a return for it.",
        "undo_operation": "cancel_return",
        "undo_minutes": 30,
        "limit_field": "order.total",
        "limit": 400,
    },
    "cancel_order": {
        "operation": "cancel_order",
        "statuses": ["Ordered"],
        "otherwise": "I cannot cancel your order {order.reference} any more: **{order.status}**. When it "
        "has arrived you can send it back within 60 days, free of charge.",
    },
    "change_address": {
        "operation": "change_address",
        "statuses": ["Ordered", "Packing"],
        "otherwise": "Your order {order.reference} has left already ({order.status}). The carrier can "
        "still be asked.",
    },
    "resend_invoice": {"operation": "send_invoice"},
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
    switch_on(connector)


def switch_on(connector: Connector) -> None:
    """The tasks that the helpdesk comes with do something here: they ask the shop."""
    orders = RecordType.objects.filter(key="order").first()
    asked = {one.key: one for one in Operation.objects.filter(connector=connector)}
    if orders is None:
        return
    for key, values in TASKS.items():
        task = Task.objects.get(key=key)
        task.record_type, task.active = orders, True
        task.operation = asked.get(values.get("operation", ""))
        task.undo_operation = asked.get(values.get("undo_operation", ""))
        for name in ("statuses", "otherwise", "undo_minutes", "limit_field", "limit"):
            if name in values:
                setattr(task, name, values[name])
        task.full_clean()
        actions.change_setting(actor=Actor.system(), instance=task)
