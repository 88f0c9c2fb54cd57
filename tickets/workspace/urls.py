"""The routes of the workspace."""

from django.urls import path

from tickets.workspace import (
    acts,
    bulk,
    changing,
    completing,
    drafts,
    history,
    keeping,
    palette,
    snoozing,
    transcript,
    views,
)

urlpatterns = [
    path("", views.inbox_page, name="workspace"),
    path("presence/", views.presence_switch, name="workspace-presence"),
    path("tags/", changing.tags, name="workspace-tags"),
    path("search-words/", completing.search_words, name="workspace-search-words"),
    path("views/keep/", keeping.keep, name="workspace-keep-view"),
    path("views/<int:pk>/", keeping.change, name="workspace-change-view"),
    path("views/<int:pk>/remove/", keeping.remove, name="workspace-remove-view"),
    path("bulk/", bulk.bulk, name="workspace-bulk"),
    path("by-name/", palette.by_name, name="workspace-by-name"),
    path("<str:reference>/", views.ticket_page, name="workspace-ticket"),
    path("<str:reference>/news/", views.news_page, name="workspace-news"),
    path("<str:reference>/draft/", drafts.save, name="workspace-draft"),
    path("<str:reference>/draft/<int:pk>/take-back/", drafts.take_back, name="workspace-take-back"),
    path("<str:reference>/draft/<int:pk>/send/", drafts.send_now, name="workspace-send-now"),
    path(
        "<str:reference>/draft/<int:pk>/files/<uuid:file>/",
        drafts.remove_file,
        name="workspace-remove-file",
    ),
    path("<str:reference>/write/", acts.write, name="workspace-write"),
    path("<str:reference>/known/", acts.known, name="workspace-known"),
    path("<str:reference>/change/", changing.change, name="workspace-change"),
    path("<str:reference>/accept/", acts.accept, name="workspace-accept"),
    path("<str:reference>/hand-back/", acts.hand_back, name="workspace-hand-back"),
    path("<str:reference>/transfer/", acts.transfer, name="workspace-transfer"),
    path("<str:reference>/resolve/", acts.resolve, name="workspace-resolve"),
    path("<str:reference>/snooze/", snoozing.snooze, name="workspace-snooze"),
    path("<str:reference>/unsnooze/", snoozing.unsnooze, name="workspace-unsnooze"),
    path("<str:reference>/history/", history.history, name="workspace-history"),
    path("<str:reference>/transcript/", transcript.transcript, name="workspace-transcript"),
    path("<str:reference>/reopen/", acts.reopen, name="workspace-reopen"),
]
