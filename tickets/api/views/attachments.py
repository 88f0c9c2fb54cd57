"""Files: sent ahead of what they go with, and downloaded by whoever may read their ticket."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from tickets import access, actions
from tickets.api.files import FileParser, FileQuery, FileTooLarge, SentAheadOut, SentFile
from tickets.api.idempotency import idempotent
from tickets.api.schema import Bytes, operation
from tickets.api.views.base import ApiView
from tickets.intake import attachments
from tickets.intake.attachments import MAX_BYTES
from tickets.models import Scope
from tickets.web.downloads import OutOfRange, download


class NoSuchPart(APIException):
    """The file ends before what was asked for."""

    status_code = 416
    default_code = "out_of_range"

    def __init__(self, size: int) -> None:
        super().__init__(_("The file has %(size)d bytes.") % {"size": size})
        self.headers = {"Content-Range": f"bytes */{size}"}


class AttachmentList(ApiView):
    scopes = {"POST": Scope.ATTACHMENTS_WRITE}
    reads = Scope.ATTACHMENTS_READ
    receipt = SentAheadOut
    query = {"POST": FileQuery}
    parser_classes = [FileParser]

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Whatever became of it, what came is put away."""
        if isinstance(sent := getattr(request, "_full_data", None), SentFile):
            sent.close()
        return super().finalize_response(request, response, *args, **kwargs)

    @operation(
        "Send a file ahead",
        "Its bytes are the body. Name its `id` in `attachments` when you open a ticket, add a "
        "customer's message or answer, with the same key and within a day. Up to 10 MB; what it is, "
        "its bytes say.",
        scope=Scope.ATTACHMENTS_WRITE,
        query=FileQuery,
        body=Bytes,
        answer=SentAheadOut,
        more_problems={
            409: "Too many files of this key wait already.",
            507: "The disk takes no file now.",
        },
    )
    @idempotent
    def post(self, request: Request) -> Response:
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES:
            raise FileTooLarge
        file = request.data
        if not isinstance(file, SentFile):  # there was no body
            raise ValidationError(_("The file is empty."), code="file_empty")
        file.name = self.parameters["name"]
        (upload,) = attachments.check([file])
        kept = actions.keep_sent_ahead(actor=self.actor, upload=upload)
        return Response(SentAheadOut(kept).data, status=201)


class AttachmentDetail(ApiView):
    scopes = {"GET": Scope.ATTACHMENTS_READ}

    @operation(
        "Download a file",
        "Of a message. A `Range` gives a part of it (206), so that a download that broke off goes on.",
        scope=Scope.ATTACHMENTS_READ,
        answer=Bytes,
        more_problems={416: "The file ends before the `Range` begins."},
    )
    def get(self, request: Request, id: UUID) -> HttpResponseBase:  # noqa: A002
        found = access.attachment_for(self.actor, id)
        try:
            return download(request, found)
        except OutOfRange as error:
            raise NoSuchPart(error.size) from error
