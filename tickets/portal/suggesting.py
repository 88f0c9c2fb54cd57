"""Articles that come near to what a customer is typing, before they send it."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from knowledgebase import search
from tickets.intake import limits
from tickets.web.posting import posted_from

MOST: Final = 3
_LEAST_WORDS: Final = 3  # of which something can be made
_LEAST_SCORE: Final = 0.35  # what an article answers has a better one in 95 of 100 (CLINC150)
_ENCODE_SECONDS: Final = 0.5  # a suggestion that comes later is none


@posted_from("ask")
def suggest(request: HttpRequest) -> HttpResponse:
    """Up to three, as a piece of the page; nothing where none comes near, or somebody asks too often.

    By POST, so that what somebody types stands in no address. Nothing is stored of it.
    """
    try:
        limits.spend(limits.SUGGEST, "address", limits.network_address(request))
    except limits.TooMany:
        return HttpResponse(status=204)  # the page stays as it is
    text = search.readable(request.POST.get("body", ""))
    hits = []
    if len(text.split()) >= _LEAST_WORDS:
        found = search.search(text, limit=MOST, timeout=_ENCODE_SECONDS)
        hits = [hit for hit in found.hits if found.by_meaning and hit.score >= _LEAST_SCORE]
    return render(request, "portal/suggestions.html", {"hits": hits})
