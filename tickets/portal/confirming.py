"""Confirming an address with the code that was mailed to it: type it, see what joins, say yes or no.

The code comes in a form, never in the address of a request: from the link in the mail the page's
script fills it in, and opening the page alone changes nothing. Whoever says yes goes on in the
browser in which they said it, and nobody else does.
"""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tickets import access, actions
from tickets.actions import ActionError
from tickets.actors import Actor
from tickets.intake import limits
from tickets.models import AuthorKind, Claim, ClaimState, Customer, Ticket
from tickets.portal.forms import CodeForm
from tickets.portal.respond import answer, problem
from tickets.web.posting import posted_from

CLAIM = "claim"  # the session's key for the claim whose code was typed in this browser
_FIRST = 2  # so many of the visitor's own messages are shown of what joins; no answer is


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """GET: the question, once a code was typed here, else the form for it. POST: the code."""
    if request.method != "POST":
        claim = _typed_here(request)
        return _question(request, claim) if claim else _code_form(request, CodeForm())
    limits.spend(limits.TRY_A_CODE, "code", limits.network_address(request))
    form = CodeForm(request.POST)
    found = form.claim() if form.is_valid() else None
    if found is None:
        request.session.pop(CLAIM, None)
        return problem(request, form, lambda status: _code_form(request, form, status=status))
    request.session[CLAIM] = found.pk
    return redirect("confirm-address")


@never_cache
@posted_from("confirm-address")
def decide(request: HttpRequest) -> HttpResponse:
    """Yes, it is mine; or: this wasn't me."""
    claim = _typed_here(request)
    if claim is None:
        return redirect("confirm-address")
    actor = access.actor_of(request)
    try:
        if request.POST.get("mine") == "no":
            actions.refuse_claim(actor=actor, claim=claim)
            request.session.pop(CLAIM, None)
            return render(request, "portal/confirm_refused.html", {"email": claim.email})
        owner = actions.confirm_claim(actor=actor, claim=claim)
    except ActionError:  # used, or too old, since the page was opened: it says so
        return redirect("confirm-address")
    request.session.pop(CLAIM, None)
    return _go_on(request, claim.ticket, owner)


@posted_from("confirm-address")
def send_again(request: HttpRequest) -> HttpResponse:
    """Another code, to the address of the one that was typed here: this one is used, or too old."""
    claim = _typed_here(request)
    if claim is None or not claim.still_asked:
        return redirect("confirm-address")
    email = _ask(access.actor_of(request), claim.ticket)
    request.session.pop(CLAIM, None)
    messages.success(request, _sent(email))
    return redirect("confirm-address")


@posted_from("conversation")
def another_code(request: HttpRequest, reference: str) -> HttpResponse:
    """The same from the conversation, also for the visitor who began it and went on elsewhere."""
    actor = access.actor_of(request)
    try:
        ticket = access.ticket_for(actor, reference)
    except Http404:
        if (claim := went_on(actor, reference)) is None or not claim.still_asked:
            raise
        ticket = claim.ticket
    email = _ask(actor, ticket)
    if actor.customer is not None and actor.customer.pk == ticket.customer_id:
        return answer(request, ticket)
    messages.success(request, _sent(email))
    return redirect("conversation", reference)


def went_on(actor: Actor, reference: str) -> Claim | None:
    """The claim by which a conversation of this visitor went on in another browser, if it did."""
    if actor.customer is None:
        return None
    claims = Claim.objects.filter(customer=actor.customer, ticket__reference=reference)
    taken = claims.filter(confirmed_at__isnull=False).exclude(ticket__customer=actor.customer)
    return taken.select_related("ticket__customer").first()


def show_went_on(request: HttpRequest, claim: Claim) -> HttpResponse:
    """The page of a conversation that its visitor may not read on in: why, and what they can do."""
    context = {"claim": claim, "form": CodeForm(), "may_ask": claim.still_asked}
    return render(request, "portal/went_on.html", context, status=403)


def _typed_here(request: HttpRequest) -> Claim | None:
    found = Claim.objects.filter(pk=request.session.get(CLAIM) or 0)
    return found.select_related("customer", "ticket__customer").first()


def _code_form(request: HttpRequest, form: CodeForm, *, status: int = 200) -> HttpResponse:
    return render(request, "portal/confirm_code.html", {"form": form}, status=status)


def _question(request: HttpRequest, claim: Claim) -> HttpResponse:
    """What will join whom, before anybody says yes; or why there is nothing to say any more."""
    if claim.state != ClaimState.OPEN:
        context = {"claim": claim, "state": str(claim.state), "may_ask": claim.still_asked}
        return render(request, "portal/confirm_over.html", context, status=410)
    ticket = claim.ticket
    visitor = access.actor_of(request).customer
    others = Ticket.objects.filter(customer=visitor).exclude(pk=ticket.pk) if visitor else None
    context = {
        "claim": claim,
        "ticket": ticket,
        "first": ticket.messages.filter(author_kind=AuthorKind.CUSTOMER).order_by("position")[
            :_FIRST
        ],
        "count": ticket.messages.exclude(author_kind=AuthorKind.SYSTEM).count(),
        "joins": claim.customer.email is None,
        "has_account": Customer.objects.filter(email=claim.email, user__isnull=False).exists(),
        "others": others.count() if others and _is_unknown(visitor) else 0,
    }
    return render(request, "portal/confirm_address.html", context)


def _is_unknown(customer: Customer | None) -> bool:
    return customer is not None and customer.user_id is None and customer.email is None


def _go_on(request: HttpRequest, ticket: Ticket, owner: Customer) -> HttpResponse:
    """Give this browser what was proved in it: the customer, if a mail is all that it takes."""
    conversation = reverse("conversation", args=[ticket.reference])
    if request.user.is_authenticated:
        if owner.user_id != request.user.pk:
            messages.info(
                request,
                _("The conversation is with %(email)s now. Log in there to read it.")
                % {"email": owner.email},
            )
            return redirect("my-requests")
        return redirect(conversation)
    if owner.user_id is not None:
        return redirect_to_login(conversation)
    visitor = access.actor_of(request).customer
    if visitor is not None:
        actions.join_browser(actor=Actor.of_customer(owner), visitor=visitor, owner=owner)
    request.session.cycle_key()
    access.remember(request.session, owner)
    return redirect(conversation)


def _ask(actor: Actor, ticket: Ticket) -> str:
    """Have a code mailed; the address. Said only if a mail will go: its limit is spent here."""
    if email := ticket.customer.reachable_at:
        limits.spend(limits.MAIL_TO_AN_UNCONFIRMED_ADDRESS, "address", email)
    return actions.ask_for_a_code(actor=actor, ticket=ticket)


def _sent(email: str) -> str:
    return _("We sent another code to %(email)s. It is good for an hour.") % {"email": email}
