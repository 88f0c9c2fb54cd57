"""What agents do about a mail that did not arrive: send it again, or let its address be written to."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpResponse

from tickets import access, actions
from tickets.models import Delivery, Ticket
from tickets.web.posting import posted_from
from tickets.workspace import acts
from tickets.workspace.guard import AgentRequest, actor_of, for_agents


@posted_from("workspace-ticket")
@for_agents
def send_again(request: AgentRequest, reference: str, pk: int) -> HttpResponse:
    return _act(request, reference, pk, actions.send_again)


@posted_from("workspace-ticket")
@for_agents
def hold_back(request: AgentRequest, reference: str, pk: int) -> HttpResponse:
    """Do not send it again after all."""
    return _act(request, reference, pk, actions.hold_back)


@posted_from("workspace-ticket")
@for_agents
def write_again(request: AgentRequest, reference: str, pk: int) -> HttpResponse:
    """Let mail go to the address of a delivery again."""
    ticket, delivery = _loaded(request, reference, pk)
    return acts.answer(
        request,
        ticket,
        lambda: actions.open_address(
            actor=actor_of(request), address=delivery.recipient, ticket=ticket
        ),
    )


def _act(
    request: AgentRequest, reference: str, pk: int, action: Callable[..., object]
) -> HttpResponse:
    ticket, delivery = _loaded(request, reference, pk)
    return acts.answer(request, ticket, lambda: action(actor=actor_of(request), delivery=delivery))


def _loaded(request: AgentRequest, reference: str, pk: int) -> tuple[Ticket, Delivery]:
    """The ticket through access, and a delivery of it. Raises Http404."""
    ticket = access.ticket_for(actor_of(request), reference)
    delivery = ticket.deliveries.filter(pk=pk).first() if pk < 2**63 else None
    if delivery is None:
        raise Http404
    return ticket, delivery
