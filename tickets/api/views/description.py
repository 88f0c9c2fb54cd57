"""The API's description: OpenAPI for machines, and a page made from it for people."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer2, OpenApiYamlRenderer2
from rest_framework.exceptions import MethodNotAllowed

from tickets.api.errors import refused


@csrf_exempt
def schema(request: HttpRequest) -> HttpResponse:
    """OpenAPI 3 as YAML, or as JSON with `?format=json`. For everyone."""
    if request.method not in {"GET", "HEAD"}:
        return refused(MethodNotAllowed(str(request.method)))
    as_json = request.GET.get("format") == "json"
    kind = OpenApiJsonRenderer2.media_type if as_json else OpenApiYamlRenderer2.media_type
    return HttpResponse(_openapi(as_json), content_type=kind)


@csrf_exempt
def docs(request: HttpRequest) -> HttpResponse:
    """The same to read and to try out, with an introduction. For everyone."""
    if request.method not in {"GET", "HEAD"}:
        return refused(MethodNotAllowed(str(request.method)))
    return render(request, "api/docs.html")


@cache
def _openapi(as_json: bool) -> bytes:
    """Made once in a process: it is the same for everyone, and in English."""
    with translation.override("en"):
        generator: Any = SchemaGenerator  # untyped
        found = generator().get_schema(request=None, public=True)
    renderer = OpenApiJsonRenderer2() if as_json else OpenApiYamlRenderer2()
    written: bytes = renderer.render(found)
    return written
