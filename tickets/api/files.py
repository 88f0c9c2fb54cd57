"""Files as they go in and out of the API: their bytes as a body, and which go along with what is said."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.parsers import BaseParser

from tickets.access.sent_ahead import sent_ahead
from tickets.actors import Actor
from tickets.api.fields import Moment, Short, Strict
from tickets.intake.attachments import MAX_BYTES, MAX_FILES, TYPES, NotKept
from tickets.intake.uploads import CUT_SHORT
from tickets.models import Attachment
from tickets.models.attachments import SENT_AHEAD_KEPT_FOR

PIECE = 64 * 1024
_ANY_CASE = "|".join("".join(f"[{c}{c.upper()}]" if c.isalpha() else c for c in e) for e in TYPES)
NAME = rf"^[^\u0000-\u001f/\\]*\.({_ANY_CASE})$"


class FileTooLarge(APIException):
    status_code = 413
    default_code = "file_too_large"

    def __init__(self) -> None:
        super().__init__(
            _("The file is too large. It may have up to %(size)d MB.")
            % {"size": MAX_BYTES // 1024 // 1024}
        )


class SentFile(TemporaryUploadedFile):
    """A body that is a file. Its name stands in the address."""

    digest = ""  # by which the same one is known when it is sent again


class FileParser(BaseParser):
    """Takes the bytes as they are. Raises FileTooLarge, and NotKept where the disk takes no more."""

    media_type = "application/octet-stream"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        if getattr(getattr(stream, "_stream", stream), CUT_SHORT, False):
            raise NotKept
        try:
            return self._kept(stream)
        except OSError as error:
            raise NotKept from error

    def _kept(self, stream: IO[Any]) -> SentFile:
        kept = SentFile("file", self.media_type, 0, None)
        seen, size = hashlib.sha256(), 0
        while piece := stream.read(PIECE):
            size += len(piece)
            if size > MAX_BYTES:
                kept.close()
                raise FileTooLarge
            seen.update(piece)
            kept.write(piece)
        kept.seek(0)
        kept.size, kept.digest = size, seen.hexdigest()
        return kept


class FileQuery(Strict):
    name = Short(
        max_length=200,
        pattern=NAME,
        help_text="What it is called, with its ending: " + ", ".join(f"`{e}`" for e in TYPES) + ".",
    )


class Files(serializers.ListField):
    """Which files go along with what is said."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            child=serializers.UUIDField(),
            max_length=MAX_FILES,
            required=False,
            help_text="The `id` of each file that you sent ahead; each goes with one message.",
            **kwargs,
        )


def taken_along(actor: Actor, keys: Sequence[UUID]) -> list[Attachment]:
    """The files that were named. Raises ValidationError if one of them does not wait for this key."""
    keys = list(dict.fromkeys(keys))
    found = sent_ahead(actor, keys)
    if len(found) < len(keys):
        raise serializers.ValidationError(
            {"attachments": [_("There is no such file, or something was sent with it already.")]},
            code="unknown",
        )
    return found


def address_of(attachment: Attachment) -> str:
    return f"{settings.SITE_URL}{reverse('api-attachment', args=[attachment.pk])}"


class FileOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField(max_length=200)
    size = serializers.IntegerField(min_value=0, help_text="Bytes.")
    content_type = serializers.CharField(
        max_length=100, help_text="What its bytes are, whatever its name says."
    )


@extend_schema_serializer(component_name="Attachment")
class AttachmentOut(FileOut):
    url = serializers.SerializerMethodField(
        help_text="Its bytes, for a key with `attachments:read`."
    )

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, attachment: Attachment) -> str:
        return address_of(attachment)


@extend_schema_serializer(component_name="FileSentAhead")
class SentAheadOut(FileOut):
    """A file that waits for what it goes with."""

    kept_until = serializers.SerializerMethodField(
        help_text="Until then something has to be sent with it."
    )

    @extend_schema_field(OpenApiTypes.DATETIME)
    def get_kept_until(self, attachment: Attachment) -> str:
        until = attachment.created_at + SENT_AHEAD_KEPT_FOR
        return Moment().to_representation(until)
