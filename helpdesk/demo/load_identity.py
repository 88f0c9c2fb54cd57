"""What customers of the demo say of who they are: an address that they leave, or one that they prove."""

from __future__ import annotations

from helpdesk.demo.load_content import Entry
from tickets import actions
from tickets.actors import Actor
from tickets.models import Ticket


def say_who(ticket: Ticket, item: Entry) -> None:
    """With a message whose file says so. Whoever proves an address has read the mail by then."""
    ticket.refresh_from_db()
    customer = Actor.of_customer(ticket.customer)
    if email := item.get("leaves"):
        actions.leave_email(actor=customer, ticket=ticket, email=email)
    if email := item.get("proves"):
        check = actions.ask_for_code(actor=customer, ticket=ticket, address=email)
        code = actions.make_code(actor=Actor.system(), ticket=ticket, position=check.position or 0)
        actions.check_code(actor=customer, ticket=ticket, digits=code)
