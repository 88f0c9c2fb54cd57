"""The routes of the customers' portal."""

from django.urls import path

from tickets.portal import (
    accounts,
    attachments,
    by_mail,
    confirming,
    conversations,
    home,
    providers,
    proving,
    requests,
    suggesting,
)

urlpatterns = [
    path("", home.home, name="portal-home"),
    path("ask/", conversations.ask, name="ask"),
    path("ask/suggestions/", suggesting.suggest, name="suggest"),
    path("talk-to-a-human/", conversations.talk_to_a_human, name="talk-to-a-human"),
    path("requests/", requests.my_requests, name="my-requests"),
    path("requests/<str:reference>/", conversations.conversation, name="conversation"),
    path("requests/<str:reference>/news/", conversations.news, name="conversation-news"),
    path("requests/<str:reference>/messages/", conversations.post, name="conversation-post"),
    path(
        "requests/<str:reference>/messages/<int:position>/helpful/",
        conversations.helpful,
        name="conversation-helpful",
    ),
    path("requests/<str:reference>/solved/", conversations.solved, name="conversation-solved"),
    path("requests/<str:reference>/reopen/", conversations.reopen, name="conversation-reopen"),
    path("requests/<str:reference>/rating/", conversations.rate, name="conversation-rate"),
    path("requests/<str:reference>/email/", conversations.email, name="conversation-email"),
    path("requests/<str:reference>/code/", confirming.another_code, name="conversation-code"),
    path("requests/<str:reference>/proof/", proving.ask, name="conversation-proof"),
    path("requests/<str:reference>/proof/code/", proving.check, name="conversation-proof-code"),
    path("attachments/<uuid:pk>/", attachments.attachment, name="attachment"),
    path("by-mail/<str:token>/", by_mail.by_mail, name="by-mail"),
    path("confirm/", confirming.confirm, name="confirm-address"),
    path("confirm/answer/", confirming.decide, name="confirm-answer"),
    path("confirm/again/", confirming.send_again, name="confirm-again"),
    path("log-in/<int:pk>/", providers.start, name="log-in-at-provider"),
    path("log-in/<int:pk>/back/", providers.back, name="log-in-came-back"),
    path("after-login/", accounts.after_login, name="after-login"),
]
