"""The routes of the workspace."""

from django.urls import path

from tickets.workspace import acts, completing, views

urlpatterns = [
    path("", views.inbox_page, name="workspace"),
    path("presence/", views.presence_switch, name="workspace-presence"),
    path("search-words/", completing.search_words, name="workspace-search-words"),
    path("<str:reference>/", views.ticket_page, name="workspace-ticket"),
    path("<str:reference>/news/", views.news_page, name="workspace-news"),
    path("<str:reference>/write/", acts.write, name="workspace-write"),
    path("<str:reference>/known/", acts.known, name="workspace-known"),
    path("<str:reference>/accept/", acts.accept, name="workspace-accept"),
    path("<str:reference>/hand-back/", acts.hand_back, name="workspace-hand-back"),
    path("<str:reference>/transfer/", acts.transfer, name="workspace-transfer"),
    path("<str:reference>/resolve/", acts.resolve, name="workspace-resolve"),
    path("<str:reference>/reopen/", acts.reopen, name="workspace-reopen"),
]
