"""A customer's conversation: beginning it, writing in it, asking for a person, ending it.

Every POST works as a plain form (it redirects) and for the page's script (it answers with news).
"""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages as flashes
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tickets import access, actions, limits
from tickets.actors import Actor
from tickets.models import Answer, AuthorKind, Channel, Reason, Ticket
from tickets.portal import arrivals
from tickets.portal import news as frames
from tickets.portal.forms import EmailForm, MessageForm, RatingForm
from tickets.portal.respond import answer, problem, too_many


@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """A question to the assistant: opens a conversation, also for an unknown visitor."""
    form = MessageForm(request.POST, files=request.FILES)
    if not form.is_valid():
        return _ask_again(request, form)
    return _begin(request, form, to_a_person=False)


@require_POST
def talk_to_a_human(request: HttpRequest) -> HttpResponse:
    """One click, always: the conversation named, the one that is open, or a new one, to a person.

    Words that somebody typed already go along.
    """
    actor = access.actor_of(request)
    if reference := request.POST.get("ticket", ""):
        ticket = access.ticket_for(actor, reference)
        actions.hand_over(actor=actor, ticket=ticket, reason=Reason.ASKED)
        return answer(request, ticket)
    if request.POST.get("body", "").strip():
        form = MessageForm(request.POST, files=request.FILES)
        if not form.is_valid():
            return _ask_again(request, form)
        return _begin(request, form, to_a_person=True)
    try:
        customer = arrivals.speaker(request)
    except arrivals.OneMorePress as one_more:
        return one_more.page(request)
    actor = Actor.of_customer(customer)
    newest = arrivals.goes_on_in(request, customer)
    if newest is not None:
        actions.hand_over(actor=actor, ticket=newest, reason=Reason.ASKED)
        return redirect("conversation", newest.reference)
    ticket = actions.ask_for_a_person(actor=actor, customer=customer)
    return redirect("conversation", ticket.reference)


def _begin(request: HttpRequest, form: MessageForm, *, to_a_person: bool) -> HttpResponse:
    """Open a conversation with what was written; whoever opened very many goes on in one of them."""
    try:
        customer = arrivals.speaker(request)
    except arrivals.OneMorePress as one_more:
        return one_more.page(request)
    actor = Actor.of_customer(customer)
    known = _sent_before(actor, form.cleaned_data["client_id"])
    if known is not None:
        if to_a_person:
            actions.hand_over(actor=actor, ticket=known, reason=Reason.ASKED)
        return redirect("conversation", known.reference)
    newest = arrivals.goes_on_in(request, customer)
    if newest is not None:
        if to_a_person:  # whatever becomes of the words
            actions.hand_over(actor=actor, ticket=newest, reason=Reason.ASKED)
        flashes.info(
            request, _("You began many conversations just now, so you go on in the newest of them.")
        )
        return _write(request, access.ticket_for(actor, newest.reference), form, actor)
    ticket = actions.open_ticket(
        actor=actor,
        customer=customer,
        channel=Channel.PORTAL,
        body=form.cleaned_data["body"],
        uploads=form.cleaned_data["files"],
        client_id=form.cleaned_data["client_id"],
        to_a_person=to_a_person,
    )
    return redirect("conversation", ticket.reference)


def _sent_before(actor: Actor, client_id: uuid.UUID | None) -> Ticket | None:
    """The conversation in which this was written already: sending it again costs nothing."""
    if client_id is None:
        return None
    own = access.tickets_for(actor)
    return own.filter(messages__client_id=client_id, messages__author_kind="customer").first()


def _ask_again(request: HttpRequest, form: MessageForm) -> HttpResponse:
    """The form with what was written, and what is wrong with it."""
    body = request.POST.get("body", "")[:20_000]
    return render(request, "portal/ask.html", {"form": form, "body": body}, status=422)


@never_cache
@require_safe
def conversation(request: HttpRequest, reference: str) -> HttpResponse:
    """The page of one conversation."""
    return show(request, access.ticket_for(access.actor_of(request), reference))


def show(request: HttpRequest, ticket: Ticket, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The page, with a form as it was sent when something was wrong with it."""
    before = request.GET.get("before", "")
    items = frames.items(
        ticket, before=int(before) if before.isdecimal() and len(before) < 10 else None
    )
    return render(
        request,
        "portal/conversation.html",
        {
            **frames.context(ticket, items),
            "section": "requests",
            "earlier": items[0].position if len(items) == frames.PAGE else None,
            "client_id": uuid.uuid4(),
            **forms,
        },
        status=status,
    )


@never_cache
@require_safe
def news(request: HttpRequest, reference: str) -> HttpResponse:
    """What came after `?after=`: for a screen whose socket cannot be opened."""
    ticket = access.ticket_for(access.actor_of(request), reference)
    after = request.GET.get("after", "0")
    if not after.isdecimal() or len(after) > 9:
        return JsonResponse({"error": {"message": _("`after` is a position.")}}, status=400)
    return JsonResponse(frames.news(ticket, after=int(after)))


@require_POST
def post(request: HttpRequest, reference: str) -> HttpResponse:
    """The customer writes."""
    actor = access.actor_of(request)
    ticket = access.ticket_for(actor, reference)
    form = MessageForm(request.POST, files=request.FILES)
    if not form.is_valid():
        return problem(request, form, lambda: show(request, ticket, status=422, message_form=form))
    return _write(request, ticket, form, actor)


def _write(request: HttpRequest, ticket: Ticket, form: MessageForm, actor: Actor) -> HttpResponse:
    """Put what was written into the conversation, or leave it in its composer for now."""
    try:
        limits.spend(limits.WRITE_A_MESSAGE, "customer", str(ticket.customer_id))
    except limits.TooMany as error:
        return too_many(
            request, form, error, lambda: show(request, ticket, status=429, message_form=form)
        )
    message = actions.post_message(
        actor=actor,
        ticket=ticket,
        body=form.cleaned_data["body"],
        channel=Channel.PORTAL,
        client_id=form.cleaned_data["client_id"],
        uploads=form.cleaned_data["files"],
    )
    return answer(request, ticket, message)


@require_POST
def helpful(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """ "That solved it" or "It didn't"."""
    actor = access.actor_of(request)
    ticket = access.ticket_for(actor, reference)
    given = get_object_or_404(
        Answer.objects.select_related("message__ticket"),
        message__ticket=ticket,
        message__position=position,
        message__author_kind=AuthorKind.ASSISTANT,
    )
    actions.rate_answer(actor=actor, answer=given, helpful=request.POST.get("helpful") == "yes")
    return answer(request, ticket)


@require_POST
def solved(request: HttpRequest, reference: str) -> HttpResponse:
    actor = access.actor_of(request)
    ticket = access.ticket_for(actor, reference)
    actions.confirm_solved(actor=actor, ticket=ticket)
    return answer(request, ticket)


@require_POST
def reopen(request: HttpRequest, reference: str) -> HttpResponse:
    actor = access.actor_of(request)
    ticket = access.ticket_for(actor, reference)
    actions.reopen(actor=actor, ticket=ticket)
    return answer(request, ticket)


@require_POST
def rate(request: HttpRequest, reference: str) -> HttpResponse:
    """Satisfaction and effort, at the end."""
    actor = access.actor_of(request)
    ticket = access.ticket_for(actor, reference)
    form = RatingForm(request.POST)
    if not form.is_valid():
        return problem(request, form, lambda: show(request, ticket, status=422, rating_form=form))
    actions.rate(actor=actor, ticket=ticket, **form.cleaned_data)
    return answer(request, ticket)


@require_POST
def email(request: HttpRequest, reference: str) -> HttpResponse:
    """A visitor leaves an address, so that the answer can find them."""
    actor = access.actor_of(request)
    ticket = access.ticket_for(actor, reference)
    form = EmailForm(request.POST)
    if not form.is_valid():
        return problem(request, form, lambda: show(request, ticket, status=422, email_form=form))
    try:
        limits.spend(limits.LEAVE_AN_ADDRESS, "customer", str(ticket.customer_id))
    except limits.TooMany as error:
        return too_many(
            request, form, error, lambda: show(request, ticket, status=429, email_form=form)
        )
    actions.leave_email(actor=actor, ticket=ticket, email=form.cleaned_data["email"])
    return answer(request, ticket)
