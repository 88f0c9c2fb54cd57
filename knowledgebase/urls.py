"""The help centre's pages."""

from django.urls import path
from django.views.decorators.http import require_safe

from knowledgebase import for_programs, views

urlpatterns = [
    path("", views.help_centre, name="help-centre"),
    path("search/", views.help_search, name="help-search"),
    path("category/<slug:slug>/", views.help_category, name="help-category"),
    path("changes.atom", require_safe(for_programs.Changes()), name="help-changes"),
    path("<slug:slug>.md", for_programs.article_markdown, name="help-article-markdown"),
    path("<slug:slug>/", views.help_article, name="help-article"),
]
