"""What the shop knows, and what happens there: orders move on, are called off, and come back."""

from __future__ import annotations

import threading
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

# What the helpdesk was told of at the start: both know the same.
FILE = Path(__file__).parent.parent / "records.toml"
# How an order goes on by itself while the demo runs, and after how long.
GOES_ON = {
    "Ordered": ("Packing", timedelta(hours=2)),
    "Packing": ("Sent", timedelta(minutes=40)),
    "Sent": ("Delivered", timedelta(hours=6)),
}
HAS_LEFT = ("Sent", "Partly sent", "Delivered", "Returned")


class Refused(Exception):
    """It cannot be done; the message says why, so that a customer understands it."""


class Unknown(Exception):
    """There is no such thing."""


@dataclass
class Order:
    number: str
    email: str
    placed: datetime
    status: str
    since: datetime
    items: str
    total: float
    parcel: dict[str, str]
    postcode: str = ""
    returns: list[str] = field(default_factory=list)

    def move(self, now: datetime) -> None:
        """Go on as far as time has."""
        while self.status in GOES_ON:
            status, after = GOES_ON[self.status]
            if now < self.since + after:
                return
            self.status, self.since = status, self.since + after

    def told(self) -> dict[str, Any]:
        """As it is told to another program."""
        order: dict[str, Any] = {
            "number": self.number,
            "status": self.status,
            "placed": self.placed.date().isoformat(),
            "items": self.items,
            "total": self.total,
            "postcode": self.postcode,
            "customer": {"email": self.email},
        }
        if self.parcel and self.status in HAS_LEFT:
            order["parcel"] = self.parcel
        return order


class Store:
    """All of it, in memory. Each thing that is done has a number and is done once."""

    def __init__(
        self, file: Path = FILE, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._asked_by: list[str] | None = None
        self._returns: dict[str, dict[str, Any]] = {}
        self.done: dict[str, dict[str, Any]] = {}  # the answer to each call that changed something
        self.mails: list[tuple[str, str]] = []  # what was sent to whom
        records = tomllib.loads(file.read_text())["records"]
        parcels = {
            row["values"]["order"]: _parcel(row) for row in records if row["type"] == "parcel"
        }
        orders = [_order(row, parcels, now()) for row in records if row["type"] == "order"]
        self.orders = {order.number: order for order in orders}

    def perform(
        self, operation: str, call: str, inputs: dict[str, Any], emails: list[str] | None = None
    ) -> dict[str, Any]:
        """Do it, or tell what came of it when it was done before. Of what does not belong to one of the
        addresses `emails` nothing is done or told; without any, one of the company asks.

        Raises Refused, Unknown.
        """
        with self._lock:
            self._asked_by = emails
            if call in self.done:
                return self.done[call]
            for order in self.orders.values():
                order.move(self._now())
            if operation in READS:
                return READS[operation](self, inputs)
            if operation not in CHANGES:
                raise Unknown
            self.done[call] = CHANGES[operation](self, inputs)
            return self.done[call]

    def order(self, inputs: dict[str, Any]) -> Order:
        number = str(inputs.get("number", "")).upper().replace(" ", "")
        found = self.orders.get(number) or self.orders.get(f"KM-{number.removeprefix('KM')}")
        if found is None or not self._is_theirs(found.email):
            raise Unknown
        return found

    def _is_theirs(self, email: str) -> bool:
        return self._asked_by is None or email in self._asked_by

    # --- what is asked ---

    def find_order(self, inputs: dict[str, Any]) -> dict[str, Any]:
        return {"order": self.order(inputs).told()}

    def list_orders(self, inputs: dict[str, Any]) -> dict[str, Any]:
        email = str(inputs.get("email", ""))
        wanted = email if self._is_theirs(email) else None
        theirs = [order for order in self.orders.values() if order.email == wanted]
        theirs.sort(key=lambda order: order.placed, reverse=True)
        return {"orders": [order.told() for order in theirs]}

    # --- what is done ---

    def cancel_order(self, inputs: dict[str, Any]) -> dict[str, Any]:
        order = self.order(inputs)
        if order.status == "Cancelled":
            raise Refused("It is cancelled already.")
        if order.status != "Ordered":
            raise Refused("It is packed already and cannot be cancelled any more.")
        order.status = "Cancelled"
        return {"order": order.told()}

    def change_address(self, inputs: dict[str, Any]) -> dict[str, Any]:
        order = self.order(inputs)
        if order.status not in ("Ordered", "Packing"):
            raise Refused("It has left already; the carrier can still be asked.")
        order.postcode = str(inputs.get("postcode", ""))[:12].upper()
        return {"order": order.told()}

    def create_return(self, inputs: dict[str, Any]) -> dict[str, Any]:
        order = self.order(inputs)
        if order.status != "Delivered":
            raise Refused("It has not arrived yet.")
        if self._now() - order.placed > timedelta(days=60):
            raise Refused("It is longer ago than the 60 days in which things come back.")
        number = f"R-{len(self._returns) + 7001}"
        order.returns.append(number)
        self._returns[number] = {"number": number, "order": order.number, "email": order.email}
        self.mails.append((order.email, f"return label {number}"))
        return {
            "return": {
                **self._returns[number],
                "label": f"https://kestrelmoor.example/returns/{number}",
            }
        }

    def cancel_return(self, inputs: dict[str, Any]) -> dict[str, Any]:
        number = str(inputs.get("return", ""))
        found = self._returns.get(number)
        if found is None or not self._is_theirs(found["email"]):
            raise Unknown
        del self._returns[number]
        return {"return": found}

    def send_invoice(self, inputs: dict[str, Any]) -> dict[str, Any]:
        order = self.order(inputs)
        self.mails.append((order.email, f"invoice of {order.number}"))
        return {"order": order.told()}


READS = {"orders/find": Store.find_order, "orders/list": Store.list_orders}
CHANGES = {
    "orders/cancel": Store.cancel_order,
    "orders/address": Store.change_address,
    "returns/create": Store.create_return,
    "returns/cancel": Store.cancel_return,
    "invoices/send": Store.send_invoice,
}


def _order(row: dict[str, Any], parcels: dict[str, dict[str, str]], now: datetime) -> Order:
    values = row["values"]
    number = row["reference"]
    return Order(
        number=number,
        email=row["customer"],
        placed=now - timedelta(days=row["placed"]),
        status=values["status"],
        since=now,
        items=values["items"],
        total=values["total"],
        parcel=parcels.get(number) or _usual_parcel(number, values["status"]),
    )


def _usual_parcel(number: str, status: str) -> dict[str, str]:
    """Of an order of which the demo tells nothing else: a parcel like most."""
    there = status in ("Delivered", "Returned")
    return {
        "number": f"MP{int(number[-5:]) * 7919 % 10**9:09d}GB",
        "status": "Delivered" if there else "On its way",
        "carrier": "Meadow Parcels",
        "seen": "Handed over at the door" if there else "Left the depot at Crewe",
    }


def _parcel(row: dict[str, Any]) -> dict[str, str]:
    values = row["values"]
    return {
        "number": row["reference"],
        "status": values["status"],
        "carrier": values["carrier"],
        "seen": values["scan"],
    }
