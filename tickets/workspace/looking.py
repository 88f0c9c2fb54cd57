"""That a sensitive conversation was opened is written down by the page that shows it."""

from __future__ import annotations

from tickets import actions
from tickets.actors import Actor
from tickets.models import Ticket
from tickets.workspace.guard import AgentRequest


def keep(request: AgentRequest, ticket: Ticket) -> None:
    """Write down who opened a sensitive conversation: whoever is at the screen, as whomever they look."""
    if getattr(ticket, "sensitive", False):
        actions.look_at(actor=Actor.agent(request.seen_by or request.user), ticket=ticket)
