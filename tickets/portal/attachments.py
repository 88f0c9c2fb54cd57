"""Serving a file: only through access."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from tickets import access
from tickets.actors import Actor
from tickets.models import User
from tickets.web.downloads import OutOfRange, download


@require_safe
def attachment(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The bytes, for the customer whose conversation it is and for agents who see the ticket."""
    if isinstance(request.user, User) and request.user.works_here:
        actor = Actor.agent(request.user)
    else:
        actor = access.actor_of(request)
    try:
        return download(request, access.attachment_for(actor, pk))
    except OutOfRange as error:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{error.size}"})
