"""A customer's conversation: beginning it, writing in it, asking for a person, ending it.

Every POST works as a plain form (it redirects) and for the page's script (it answers with news).
"""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages as flashes
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from knowledgebase.search import readable
from tickets import access, actions
from tickets.actors import Actor
from tickets.conversation import custom_fields
from tickets.conversation.stretches import Stretch
from tickets.intake import limits
from tickets.intake.attachments import NotKept
from tickets.models import Answer, AuthorKind, Channel, Message, Reason, Ticket
from tickets.portal import arrivals
from tickets.portal import news as frames
from tickets.portal.confirming import show_went_on, went_on
from tickets.portal.forms import EmailForm, RatingForm
from tickets.portal.respond import answer, problem, too_many
from tickets.records.shown import for_customer
from tickets.web.forms import MessageForm
from tickets.web.posting import posted_from
from tickets.web.refusals import by_script


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """A question to the assistant: opens a conversation, also for an unknown visitor."""
    if request.method != "POST":
        return render(request, "portal/ask.html", _with_words_of_a_search(request))
    form = MessageForm(request.POST, files=request.FILES)
    if not form.is_valid():
        return _ask_again(request, form)
    return _begin(request, form, to_a_person=False)


@require_http_methods(["GET", "HEAD", "POST"])
def talk_to_a_human(request: HttpRequest) -> HttpResponse:
    """One click, always: the conversation named, the one that is open, or a new one, to a person.

    Words that somebody typed already go along. Opening the address does nothing yet: it shows the
    button.
    """
    if request.method != "POST":
        return render(request, "portal/talk_to_a_human.html", _with_words_of_a_search(request))
    actor = access.actor_of(request)
    if reference := request.POST.get("ticket", ""):
        ticket = access.ticket_for(actor, reference)
        there = ticket.goes_on_in
        actions.hand_over(actor=actor, ticket=there or ticket, reason=Reason.ASKED)
        return redirect("conversation", there.reference) if there else answer(request, ticket)
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


def _with_words_of_a_search(request: HttpRequest) -> dict[str, Any]:
    """An empty form, or one with what was searched for in vain."""
    return {"client_id": uuid.uuid4(), "body": readable(request.GET.get("q", ""))}


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
    try:
        ticket = actions.open_ticket(
            actor=actor,
            customer=customer,
            channel=Channel.PORTAL,
            body=form.cleaned_data["body"],
            uploads=form.cleaned_data["files"],
            client_id=form.cleaned_data["client_id"],
            to_a_person=to_a_person,
        )
    except NotKept as error:
        form.add_error("files", error)
        return _ask_again(request, form)
    return redirect("conversation", ticket.reference)


def _sent_before(actor: Actor, client_id: uuid.UUID | None) -> Ticket | None:
    """The conversation in which this was written already: sending it again costs nothing."""
    if client_id is None:
        return None
    own = access.tickets_for(actor)
    return own.filter(messages__client_id=client_id, messages__author_kind="customer").first()


def _ask_again(request: HttpRequest, form: MessageForm) -> HttpResponse:
    """The form with what was written, and what is wrong with it."""

    def page(status: int) -> HttpResponse:
        words = request.POST.get("body", "")[:20_000]
        context = {"form": form, "body": words, "client_id": uuid.uuid4()}
        return render(request, "portal/ask.html", context, status=status)

    return problem(request, form, page)


@never_cache
@require_safe
def conversation(request: HttpRequest, reference: str) -> HttpResponse:
    """The page of one conversation; for its script the messages before or after a position.

    Or that it went on where its address was proved.
    """
    actor = access.actor_of(request)
    try:
        ticket = access.ticket_for(actor, reference)
    except Http404:
        if (claim := went_on(actor, reference)) is None:
            raise
        return show_went_on(request, claim)
    if by_script(request):
        return JsonResponse(frames.page(ticket, _wanted(request, ticket) or frames.newest(ticket)))
    return show(request, ticket)


def show(request: HttpRequest, ticket: Ticket, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The page, with a form as it was sent when something was wrong with it."""
    shown = _wanted(request, ticket)
    if shown is None or not shown.items:
        shown = frames.newest(ticket)
    return render(
        request,
        "portal/conversation.html",
        {
            **frames.context(ticket, shown),
            "section": "requests",
            "records": for_customer(ticket),
            "custom": [field for field in custom_fields.of(ticket) if field.words],
            "shown": shown,
            "client_id": uuid.uuid4(),
            **forms,
        },
        status=status,
    )


def _wanted(request: HttpRequest, ticket: Ticket) -> Stretch[Message] | None:
    """The messages that the address asks for; None for those that one begins with."""
    for name, load in (("before", frames.before), ("after", frames.after)):
        place = request.GET.get(name, "")
        if place.isascii() and place.isdecimal() and len(place) < 10:
            return load(ticket, int(place))
    return None


@never_cache
@require_safe
def news(request: HttpRequest, reference: str) -> HttpResponse:
    """What came after `?after=`: for a screen whose socket cannot be opened."""
    ticket = access.ticket_for(access.actor_of(request), reference)
    after = request.GET.get("after", "0")
    if not after.isdecimal() or len(after) > 9:
        return JsonResponse({"error": {"message": _("`after` is a position.")}}, status=400)
    return JsonResponse(frames.news(ticket, after=int(after)))


@posted_from("conversation")
def post(request: HttpRequest, reference: str) -> HttpResponse:
    """The customer writes."""
    actor = access.actor_of(request)
    ticket = access.ticket_for(actor, reference)
    form = MessageForm(request.POST, files=request.FILES)
    if not form.is_valid():
        return problem(
            request, form, lambda code: show(request, ticket, status=code, message_form=form)
        )
    return _write(request, ticket, form, actor)


def _write(request: HttpRequest, ticket: Ticket, form: MessageForm, actor: Actor) -> HttpResponse:
    """Put what was written into the conversation, or leave it in its composer for now."""

    def page(status: int) -> HttpResponse:
        return show(request, ticket, status=status, message_form=form)

    try:
        limits.spend(limits.WRITE_A_MESSAGE, "customer", str(ticket.customer_id))
        message = actions.continue_conversation(
            actor=actor,
            ticket=ticket,
            body=form.cleaned_data["body"],
            channel=Channel.PORTAL,
            client_id=form.cleaned_data["client_id"],
            uploads=form.cleaned_data["files"],
        )
    except limits.TooMany as error:
        return too_many(request, form, error, page)
    except NotKept as error:
        form.add_error("files", error)
        return problem(request, form, page)
    if message.ticket_id != ticket.pk:  # it was closed long ago, and goes on elsewhere
        return redirect("conversation", message.ticket.reference)
    return answer(request, ticket, message)


@posted_from("conversation")
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


@posted_from("conversation")
def solved(request: HttpRequest, reference: str) -> HttpResponse:
    actor = access.actor_of(request)
    ticket = access.ticket_for(actor, reference)
    actions.confirm_solved(actor=actor, ticket=ticket)
    return answer(request, ticket)


@posted_from("conversation")
def reopen(request: HttpRequest, reference: str) -> HttpResponse:
    actor = access.actor_of(request)
    ticket = access.ticket_for(actor, reference)
    actions.reopen(actor=actor, ticket=ticket)
    return answer(request, ticket)


@posted_from("conversation")
def rate(request: HttpRequest, reference: str) -> HttpResponse:
    """Satisfaction and effort, at the end."""
    actor = access.actor_of(request)
    ticket = access.ticket_for(actor, reference)
    form = RatingForm(request.POST)
    if not form.is_valid():
        return problem(
            request, form, lambda code: show(request, ticket, status=code, rating_form=form)
        )
    actions.rate(actor=actor, ticket=ticket, **form.cleaned_data)
    return answer(request, ticket)


@posted_from("conversation")
def email(request: HttpRequest, reference: str) -> HttpResponse:
    """A visitor leaves an address, so that the answer can find them."""
    actor = access.actor_of(request)
    ticket = access.ticket_for(actor, reference)
    form = EmailForm(request.POST)

    def page(status: int) -> HttpResponse:
        return show(request, ticket, status=status, email_form=form)

    if not form.is_valid():
        return problem(request, form, page)
    try:
        limits.spend(limits.LEAVE_AN_ADDRESS, "customer", str(ticket.customer_id))
    except limits.TooMany as error:
        return too_many(request, form, error, page)
    actions.leave_email(actor=actor, ticket=ticket, email=form.cleaned_data["email"])
    return answer(request, ticket)
