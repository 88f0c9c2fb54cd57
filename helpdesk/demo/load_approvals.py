"""What agents of the demo may not decide alone, and what one of them has asked for."""

from __future__ import annotations

from collections.abc import Mapping

from helpdesk.demo.load_content import Entry
from tickets import actions
from tickets.actors import Actor
from tickets.models import ApprovalKind, Ticket, User


def load_approvals(desk: Entry, staff: Mapping[int, User]) -> None:
    """In a step of the replay, each by the agent who has the conversation. `staff` is by key."""
    kinds = {}
    for place, told in enumerate(desk["approval_kinds"], 1):
        kinds[told["name"]] = ApprovalKind(position=place, **told)
        actions.change_setting(actor=Actor.system(), instance=kinds[told["name"]])
    for told in desk["approvals"]:
        ticket = Ticket.objects.get(subject=told["subject"])
        actions.ask_for_approval(
            actor=Actor.agent(staff[ticket.assignee_id or 0]),
            ticket=ticket,
            kind=kinds[told["kind"]],
            amount=told["amount"],
            why=told["why"],
            for_customer=told["for_customer"],
        )
