"""The API's description: OpenAPI for machines, and pages made from it for people."""

from __future__ import annotations

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView


class Schema(SpectacularAPIView):
    """OpenAPI 3, as YAML or (`?format=json`) JSON."""


class Docs(SpectacularSwaggerSplitView):
    """The same, to read and to try out."""

    url_name = "api-schema"
