"""The help centre's pages."""

from django.urls import path

from knowledgebase import views

urlpatterns = [
    path("", views.help_centre, name="help-centre"),
    path("search/", views.help_search, name="help-search"),
    path("category/<slug:slug>/", views.help_category, name="help-category"),
    path("<slug:slug>/", views.help_article, name="help-article"),
]
