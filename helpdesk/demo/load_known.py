"""What the agents of the demo know of customers beside what these wrote, and the segments that are kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from helpdesk.demo.load_content import Entry
from tickets import actions, replay
from tickets.actors import Actor
from tickets.models import ContactKind, Customer, User

AGO = timedelta(days=12)


def load_known(desk: Entry, lead: User, now: datetime) -> None:
    """Play what a lead noted. In the replay's transaction."""
    actor = Actor.agent(lead)
    with replay.step(now - AGO):
        for told in desk["customers"]:
            _know(actor, told)
        for segment in desk["segments"]:
            group = {name: segment[name] for name in ("match", "conditions")}
            actions.save_segment(actor=actor, segment=None, name=segment["name"], conditions=group)


def _know(actor: Actor, told: Entry) -> None:
    customer = Customer.objects.get(email=told["email"])
    for name, value in told["properties"].items():
        actions.change_customer(actor=actor, customer=customer, name=name, value=[value])
    for value in told.get("contacts", []):
        kind = ContactKind.EMAIL if "@" in value else ContactKind.PHONE
        contact = actions.add_contact(actor=actor, customer=customer, kind=kind, value=value)
        if why := told.get("confirmed", {}).get(value):
            actions.confirm_contact(actor=actor, contact=contact, why=why)
    for system, number in told.get("numbers", {}).items():
        actions.set_external_id(actor=actor, customer=customer, system=system, value=number)
