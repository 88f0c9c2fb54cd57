"""How a POST is answered: the page that the form stood on, or the script that waits beside it.

A page that answered a POST may be reloaded, or its address opened again: then it is the page that
the form stood on, and nothing is done.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from tickets.models import Message

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def posted_from(page: str, *, by: str = "reference") -> Callable[[View[P]], View[P]]:
    """A view that acts on a POST only. Whoever opens its address is sent to the form's `page`, which is
    named `by` the same part of the address.
    """

    def decorate(view: View[P]) -> View[P]:
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if request.method == "POST":
                return view(request, *args, **kwargs)
            of = [str(kwargs[by])] if by in kwargs else []
            return redirect(page, *of)

        return guarded

    return decorate


def hears_it_live(request: HttpRequest) -> bool:
    """Whether the page has an open socket, which brings what is new anyway, and sooner."""
    return request.headers.get("X-Live") == "yes"


def stored(message: Message | None = None, **beside: str) -> JsonResponse:
    """The answer to a page that hears the rest by its socket: where a message of theirs stands, and
    what stands `beside` that.
    """
    return JsonResponse({"type": "stored", "position": message and message.position, **beside})
