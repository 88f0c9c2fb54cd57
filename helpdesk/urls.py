"""All routes."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from tickets.admin import site as admin_site

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("helpdesk.health_urls")),
    path("", include("tickets.portal.urls")),
    path("help/", include("knowledgebase.urls")),
    path("", include("knowledgebase.urls_for_programs")),
    path("workspace/", include("bots.workspace.urls")),
    path("workspace/", include("tickets.workspace.urls")),
    path("account/", include("allauth.urls")),
    path("api/", include("bots.api.urls")),
    path("api/", include("tickets.api.urls")),
    path("", include("tickets.handed.urls")),
    path("admin/", admin_site.urls),
]

if settings.DEMO_POST_PORT:
    from helpdesk.demo.post_page import urlpatterns as demo_pages

    urlpatterns += demo_pages

handler400 = "helpdesk.error_pages.bad_request"
handler403 = "helpdesk.error_pages.forbidden"
handler404 = "helpdesk.error_pages.not_found"
handler500 = "helpdesk.error_pages.server_error"
