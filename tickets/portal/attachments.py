"""Serving a file: only through access, always as a download, never as something that runs."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from tickets import access
from tickets.actors import Actor
from tickets.models import User


@require_safe
def attachment(request: HttpRequest, pk: UUID) -> FileResponse:
    """The bytes, for the customer whose conversation it is and for agents who see the ticket."""
    if isinstance(request.user, User) and request.user.works_here:
        actor = Actor.agent(request.user)
    else:
        actor = access.actor_of(request)
    found = access.attachment_for(actor, pk)
    try:
        stream = found.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(
        stream, as_attachment=True, filename=found.name, content_type=found.content_type
    )
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
