"""Articles that come near to what a customer is typing, before they send it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from knowledgebase import suggestions
from tickets.intake import limits
from tickets.web.posting import posted_from


@posted_from("ask")
def suggest(request: HttpRequest) -> HttpResponse:
    """A piece of the page; the page stays as it is for whoever asks too often.

    By POST, so that what somebody types stands in no address. Nothing is stored of it.
    """
    try:
        limits.spend(limits.SUGGEST, "address", limits.network_address(request))
    except limits.TooMany:
        return HttpResponse(status=204)
    near = suggestions.near(request.POST.get("body", ""))
    return render(request, "portal/suggestions.html", {"suggestions": near})
