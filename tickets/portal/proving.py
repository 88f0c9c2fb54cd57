"""Proving in a conversation who one is: ask for a code by mail, and type it. Nobody is signed in by it.

Whether an address is known is said nowhere: the answer, its words and what it costs are the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters

from tickets import access, actions
from tickets.actions import Verdict
from tickets.intake import limits
from tickets.portal import proof_card
from tickets.portal.conversations import show
from tickets.portal.forms import ProofAddressForm, ProofCodeForm
from tickets.portal.respond import answer, problem
from tickets.web.posting import posted_from
from tickets.web.refusals import by_script


@posted_from("conversation")
def ask(request: HttpRequest, reference: str) -> HttpResponse:
    """Have a code mailed to an address, if it is a customer's."""
    actor = access.actor_of(request)
    ticket = access.ticket_for(actor, reference)
    form = ProofAddressForm(request.POST)

    def page(status: int) -> HttpResponse:
        return show(request, ticket, status=status, proof=proof_card.of(ticket, address_form=form))

    if not form.is_valid():
        return problem(request, form, page)
    address = form.cleaned_data["email"]
    try:
        limits.spend(limits.CODES_OF_A_NETWORK, "proof", limits.network_address(request))
        limits.spend(limits.CODES_IN_A_CONVERSATION, "proof", str(ticket.pk))
        limits.spend(limits.CODES_TO_AN_ADDRESS, "proof", address)
    except limits.TooMany as error:
        return _too_many(request, form, "email", error, page)
    actions.ask_for_code(actor=actor, ticket=ticket, address=address)
    return answer(request, ticket)


@sensitive_post_parameters("code")
@posted_from("conversation")
def check(request: HttpRequest, reference: str) -> HttpResponse:
    """The code. A wrong one is counted, and the card says so, on every page that shows it."""
    actor = access.actor_of(request)
    ticket = access.ticket_for(actor, reference)
    form = ProofCodeForm(request.POST)

    def page(status: int) -> HttpResponse:
        fresh = access.ticket_for(actor, reference)
        return show(request, fresh, status=status, proof=proof_card.of(fresh, code_form=form))

    if not form.is_valid():
        return problem(request, form, page)
    try:
        limits.spend(limits.TRY_A_CODE, "proof", limits.network_address(request))
    except limits.TooMany as error:
        return _too_many(request, form, "code", error, page)
    verdict = actions.check_code(actor=actor, ticket=ticket, digits=form.cleaned_data["code"])
    if verdict == Verdict.PROVED or by_script(request):
        return answer(request, ticket)
    return page(422)


def _too_many(
    request: HttpRequest,
    form: forms.Form,
    field: str,
    error: limits.TooMany,
    page: Callable[[int], HttpResponse],
) -> HttpResponse:
    """When to try again, and what else there is: it stands on the page, or goes to the script."""
    minutes = math.ceil(error.retry_after / 60)
    words = ngettext(
        "That was tried often just now. Try again in %(minutes)d minute, or talk to a human.",
        "That was tried often just now. Try again in %(minutes)d minutes, or talk to a human.",
        minutes,
    ) % {"minutes": minutes}
    form.add_error(field, words)
    if by_script(request):
        response: HttpResponse = JsonResponse(
            {"error": {"code": "too_many", "message": words}}, status=429
        )
    else:
        response = page(429)
    response["Retry-After"] = str(error.retry_after)
    return response
