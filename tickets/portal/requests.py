"""My requests: everything that this customer ever asked, newest first."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tickets import access
from tickets.lists.orders import LATEST

PAGE = 20


@never_cache
@require_safe
def my_requests(request: HttpRequest) -> HttpResponse:
    actor = access.actor_of(request)
    tickets = access.tickets_for(actor).select_related("status")
    page = LATEST.page(tickets, request.GET.get("after", ""), size=PAGE)
    return render(
        request,
        "portal/my_requests.html",
        {"section": "requests", "tickets": page.rows, "next": page.next, "actor": actor},
    )
