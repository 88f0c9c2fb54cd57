"""What a customer says by a link in a mail: one button, one act, no log-in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tickets import actions
from tickets.actions import ActionError
from tickets.actors import Actor
from tickets.email import links
from tickets.email.links import Act, Link
from tickets.intake import limits
from tickets.models import Answer, Reason


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def by_mail(request: HttpRequest, token: str) -> HttpResponse:
    """GET: what the button does. POST: it is done, and what happens next is said."""
    link = links.read(token)
    if link is None:
        return _page(request, None, status=410)
    if request.method != "POST":
        return _page(request, link)
    if link.act != Act.PERSON:  # no limit stands before a person
        limits.spend(limits.WRITE_A_MESSAGE, "customer", str(link.ticket.customer_id))
    try:
        _do(link)
    except ActionError as error:
        return _page(request, link, problem=error.message, status=409)
    link.ticket.refresh_from_db()
    return _page(request, link, is_done=True)


def _do(link: Link) -> None:
    """Once or twice is the same: whoever has said so finds that it was heard."""
    actor = Actor.of_customer(link.ticket.customer)
    if link.act == Act.PERSON:
        actions.hand_over(actor=actor, ticket=link.ticket, reason=Reason.ASKED)
        return
    answer = Answer.objects.filter(
        message__ticket=link.ticket, message__position=link.position
    ).first()
    if answer is not None:
        actions.rate_answer(actor=actor, answer=answer, helpful=link.act == Act.HELPED)


def _page(
    request: HttpRequest,
    link: Link | None,
    *,
    is_done: bool = False,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "link": link,
        "act": str(link.act) if link else "",
        "ticket": link.ticket if link else None,
        "is_done": is_done,
        "with_a_person": link is not None and link.ticket.with_a_person,
        "problem": problem,
    }
    return render(request, "portal/by_mail.html", context, status=status)
