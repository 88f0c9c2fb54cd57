"""All routes."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("helpdesk.health_urls")),
    path("", include("tickets.portal.urls")),
    path("help/", include("knowledgebase.urls")),
    path("workspace/", include("tickets.workspace.urls")),
    path("account/", include("allauth.urls")),
    path("api/", include("tickets.api.urls")),
    path("admin/", admin.site.urls),
]
