"""What every request goes through beside Django's own: its number, broken text, the zone and more."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast
from urllib.parse import unquote_to_bytes

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control
from rest_framework.exceptions import ParseError

from helpdesk.error_pages import bad_request
from tickets.api.errors import refused
from tickets.intake import limits, request_ids, time_zones

GetResponse = Callable[[HttpRequest], HttpResponse]


def number_requests(get_response: GetResponse) -> GetResponse:
    """Every answer names its request, as the log does: so the two are found together."""

    def middleware(request: HttpRequest) -> HttpResponse:
        number = request_ids.begin(request)
        response = get_response(request)
        response[request_ids.HEADER] = number
        return response

    return middleware


def refuse_broken_text(get_response: GetResponse) -> GetResponse:
    """400 for an address with a NUL or with bytes that are no UTF-8: PostgreSQL keeps neither."""

    def middleware(request: HttpRequest) -> HttpResponse:
        raw = unquote_to_bytes(request.META.get("QUERY_STRING", "").replace("+", " "))
        try:
            raw.decode()
        except UnicodeDecodeError:
            return _not_text(request)
        if b"\0" in raw or "\0" in request.path_info:
            return _not_text(request)
        return get_response(request)

    return middleware


def _not_text(request: HttpRequest) -> HttpResponse:
    if request.path_info.startswith("/api/"):
        return refused(ParseError("The address is not valid text."))
    return bad_request(request)


def keep_cookies_private(get_response: GetResponse) -> GetResponse:
    """A page that sets a cookie is for one browser: a cache would hand the cookie to others, too."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.cookies:
            patch_cache_control(response, private=True)
        return response

    return middleware


def show_times_in_the_viewers_zone(get_response: GetResponse) -> GetResponse:
    """Time is UTC inside. Staff chose a zone; a visitor's browser names its own in a cookie."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with time_zones.shown_to(request.user, request.COOKIES):
            return get_response(request)

    return middleware


def limit_searches(get_response: GetResponse) -> GetResponse:
    """So many searches a minute from one address: each takes the encoder's time from customers."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path_info == reverse("help-search") and request.GET.get("q"):
            address = limits.network_address(request)
            try:
                limits.spend(limits.SEARCH_THE_ARTICLES, "search", address)
            except limits.TooMany as error:
                from tickets.web.refusals import refuse

                return cast("HttpResponse", refuse(request, error))
        return get_response(request)

    return middleware


def explain_refusals(get_response: GetResponse) -> GetResponse:
    """What actions and limits refuse, and a database that is too busy, as an answer in words."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, error: Exception) -> HttpResponse | None:
        from tickets.web.refusals import refuse

        return refuse(request, error)

    middleware.process_exception = process_exception  # type: ignore[attr-defined]  # Django's hook
    return middleware
