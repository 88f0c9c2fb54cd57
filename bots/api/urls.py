"""The routes of the assistant in the API."""

from django.urls import URLPattern, path

from bots.api.views import AnswerPreview

urlpatterns: list[URLPattern] = [
    path("v1/assistant/preview/", AnswerPreview.as_view(), name="api-preview"),
]
