"""A provider hands a mail over: kept when it says 200, and not before."""

from __future__ import annotations

import logging

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tickets import actions
from tickets.actors import Actor
from tickets.handed import providers
from tickets.models import Mailbox, WayIn

logger = logging.getLogger(__name__)

LARGEST = 56 * 1024 * 1024  # bytes of a call: 40 MB of a mail, as text


@csrf_exempt
@never_cache
@require_http_methods(["POST", "HEAD"])
def hand_over(request: HttpRequest, mailbox: int) -> HttpResponse:
    """404 where no such mailbox takes mail, 401 for who is not its provider, 413 for too much."""
    found = Mailbox.objects.filter(pk=mailbox, is_active=True, way_in=WayIn.WEBHOOK).first()
    if found is None or not found.provider:
        raise Http404
    if request.method == "HEAD":  # some look whether anybody is there
        return HttpResponse()
    try:
        _read(request)
        mails = providers.mails(found, request)
    except RequestDataTooBig:
        return HttpResponse("Too large.", status=413, content_type="text/plain")
    except providers.NotTheirs:
        return HttpResponse("Not authorised.", status=401, content_type="text/plain")
    except providers.NoMail as error:
        logger.warning("What was handed over for %s is no mail (%s).", found, error)
        return HttpResponse("Not understood.", status=400, content_type="text/plain")
    for raw in mails:
        actions.receive_mail(actor=Actor.system(), mailbox=found, raw=raw)
    return HttpResponse("Kept.", content_type="text/plain")


def _read(request: HttpRequest) -> None:
    """The body, which may be larger here than that of a form. Raises RequestDataTooBig."""
    stated = request.META.get("CONTENT_LENGTH") or "0"
    if not stated.isdecimal() or int(stated) > LARGEST:
        raise RequestDataTooBig
    body = request.read(LARGEST + 1)
    if len(body) > LARGEST:
        raise RequestDataTooBig
    request._body = body  # where Django keeps what it has read
